// RUN: tacit-opt %s -convert-nn-to-linalg | FileCheck %s

// 0 below -1.8, x above 0.5, and a parabola between by Horner's rule. A NaN is below
// no bound and passes through.
// CHECK-LABEL: func.func @nimbus(
// CHECK: ^bb0(%[[X:.+]]: f32, %{{.+}}: f32):
// CHECK-DAG: %[[HIGH:.+]] = arith.constant 5.000000e-01 : f32
// CHECK: %[[BELOW_HIGH:.+]] = arith.cmpf ole, %[[X]], %[[HIGH]] : f32
// CHECK: %[[A:.+]] = math.fma %{{.+}}, %[[X]], %{{.+}} : f32
// CHECK: %[[B:.+]] = math.fma %[[A]], %[[X]], %{{.+}} : f32
// CHECK: %[[MIDDLE:.+]] = arith.select %[[BELOW_HIGH]], %[[B]], %[[X]] : f32
// CHECK: %[[LOW:.+]] = arith.constant -1.800000e+00 : f32
// CHECK: %[[BELOW_LOW:.+]] = arith.cmpf olt, %[[X]], %[[LOW]] : f32
// CHECK: %[[Y:.+]] = arith.select %[[BELOW_LOW]], %{{.+}}, %[[MIDDLE]] : f32
// CHECK: linalg.yield %[[Y]]
func.func @nimbus(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.gelu nimbus %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// A polynomial in |x|, to which x/2 is added.
// CHECK-LABEL: func.func @bolt(
// CHECK: ^bb0(%[[X:.+]]: f64, %{{.+}}: f64):
// CHECK: %[[MAGNITUDE:.+]] = math.absf %[[X]] : f64
// CHECK-COUNT-4: math.fma %{{.+}}, %[[MAGNITUDE]], %{{.+}} : f64
// CHECK: %[[HALF:.+]] = arith.constant 5.000000e-01 : f64
// CHECK: math.fma %[[X]], %[[HALF]], %{{.+}} : f64
func.func @bolt(%x: tensor<4xf64>) -> tensor<4xf64> {
  %0 = nn.gelu bolt %x : tensor<4xf64>
  return %0 : tensor<4xf64>
}
