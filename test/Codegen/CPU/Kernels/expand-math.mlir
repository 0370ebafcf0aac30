// RUN: tacit-opt %s -cpu-expand-math | FileCheck %s

// The clamp, x = n ln 2 + r, the last step of the polynomial, 2^n in two factors.
// CHECK-LABEL: func @exp(
// CHECK-SAME: %[[X:.*]]: vector<16xf32>)
// CHECK-NOT: math.exp
// CHECK: %[[ABOVE:.*]] = arith.cmpf ogt, %[[X]]
// CHECK: arith.select %[[ABOVE]], %{{.*}}, %[[X]]
// CHECK: %[[BELOW:.*]] = arith.cmpf olt
// CHECK: %[[C:.*]] = arith.select %[[BELOW]]
// CHECK: %[[LOG2E:.*]] = arith.constant dense<1.44269502> : vector<16xf32>
// CHECK: %[[SHIFTED:.*]] = math.fma %[[C]], %[[LOG2E]], %[[MAGIC:.*]] : vector<16xf32>
// CHECK: %[[N:.*]] = arith.subf %[[SHIFTED]], %[[MAGIC]] : vector<16xf32>
// CHECK: %[[R0:.*]] = math.fma %[[N]], %{{.*}}, %[[C]] : vector<16xf32>
// CHECK: %[[R:.*]] = math.fma %[[N]], %{{.*}}, %[[R0]] : vector<16xf32>
// CHECK-COUNT-6: math.fma %{{.*}}, %[[R]], %{{.*}} : vector<16xf32>
// CHECK: %[[BITS:.*]] = arith.bitcast %[[SHIFTED]] : vector<16xf32> to vector<16xi32>
// CHECK: %[[HALF:.*]] = arith.shrui %[[BITS]]
// CHECK: arith.subi %[[BITS]], %[[HALF]]
// CHECK-COUNT-2: arith.mulf
// CHECK-NOT: fastmath
func.func @exp(%x: vector<16xf32>) -> vector<16xf32> {
  %0 = math.exp %x fastmath<fast> : vector<16xf32>
  return %0 : vector<16xf32>
}

// Scalars inside a loop's body, as linalg has them.
// CHECK-LABEL: func @scalars(
// CHECK: linalg.generic
// CHECK-NOT: math.{{exp|erf|tanh}}
// CHECK: math.fma %{{.*}} : f32
// CHECK: arith.divf %{{.*}} : f32
// CHECK-NOT: math.{{exp|erf|tanh}}
// CHECK: linalg.yield
#id = affine_map<(d0) -> (d0)>
func.func @scalars(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]}
      outs(%x : tensor<8xf32>) {
  ^bb0(%in: f32):
    %1 = math.exp %in : f32
    %2 = math.erf %1 : f32
    %3 = math.tanh %2 : f32
    linalg.yield %3 : f32
  } -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// CHECK-LABEL: func @shapes(
// CHECK-NOT: math.{{exp|erf}}
// CHECK: math.fma %{{.*}} : vector<2x3xf32>
// CHECK: math.fma %{{.*}} : vector<[4]xf32>
// CHECK: return
func.func @shapes(%x: vector<2x3xf32>, %y: vector<[4]xf32>)
    -> (vector<2x3xf32>, vector<[4]xf32>) {
  %0 = math.erf %x : vector<2x3xf32>
  %1 = math.exp %y : vector<[4]xf32>
  return %0, %1 : vector<2x3xf32>, vector<[4]xf32>
}

// Other types, and other functions, are none of this pass's business.
// CHECK-LABEL: func @left(
// CHECK: math.exp %{{.*}} : f64
// CHECK: math.tanh %{{.*}} : vector<4xbf16>
// CHECK: math.erf %{{.*}} : tensor<4xf32>
// CHECK: math.log %{{.*}} : f32
func.func @left(%a: f64, %b: vector<4xbf16>, %c: tensor<4xf32>, %d: f32)
    -> (f64, vector<4xbf16>, tensor<4xf32>, f32) {
  %0 = math.exp %a : f64
  %1 = math.tanh %b : vector<4xbf16>
  %2 = math.erf %c : tensor<4xf32>
  %3 = math.log %d : f32
  return %0, %1, %2, %3 : f64, vector<4xbf16>, tensor<4xf32>, f32
}
