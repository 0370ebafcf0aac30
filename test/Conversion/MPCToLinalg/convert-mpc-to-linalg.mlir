// RUN: tacit-opt %s -convert-mpc-to-linalg | FileCheck %s

!s = !mpc.share<2x4, width = 64, fraction = 18>
!d = !mpc.share<2x4, width = 64, fraction = 36>

// The example of the pass's documentation: numbers become multiples of 2^-18.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: tensor<2x4xf32>) -> tensor<2x4xf32>
// CHECK: %[[S:.+]] = linalg.generic {{.*}} ins(%[[X]] : tensor<2x4xf32>) outs(%{{.+}} : tensor<2x4xi64>)
// CHECK: arith.constant 2.621440e+05 : f64
// CHECK: math.floor
// CHECK: arith.fptosi {{.*}} : f64 to i64
// CHECK: %[[Q:.+]] = linalg.generic {{.*}} ins(%[[S]] : tensor<2x4xi64>)
// CHECK: ^bb0(%[[E:[^ ]+]]: i64
// CHECK: arith.muli %[[E]], %[[E]] : i64
// CHECK: linalg.generic {{.*}} ins(%[[Q]] : tensor<2x4xi64>) outs(%{{.+}} : tensor<2x4xf32>)
// CHECK: arith.constant 1.4551915228366852E-11 : f64
func.func @main(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = mpc.share %x from client : tensor<2x4xf32> to !s
  %1 = mpc.square %0 : !s to !d
  %y = mpc.reveal %1 to client : !d -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// A weight is brought to fixed point here: 0.5 is 2, -1.25 is -5.
// CHECK-LABEL: func.func @weight(
// CHECK: nn.constant dense<[2, -5]> : tensor<2xi64>
func.func @weight() -> tensor<2xf32> {
  %w = nn.constant dense<[0.5, -1.25]> : tensor<2xf32>
  %0 = mpc.share %w from server : tensor<2xf32> to !mpc.share<2, width = 64, fraction = 2>
  %y = mpc.reveal %0 to client : !mpc.share<2, width = 64, fraction = 2> -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// The public factor has the 4 bits that the product has more than the secret. The sign
// is a bit; truncation rounds down.
// CHECK-LABEL: func.func @arithmetic(
// CHECK: arith.constant 1.600000e+01 : f64
// CHECK: arith.muli
// CHECK: %[[FOUR:.+]] = arith.constant 4 : i64
// CHECK: arith.shrsi %{{.+}}, %[[FOUR]] : i64
// CHECK: arith.constant 63 : i64
// CHECK: arith.shrsi
func.func @arithmetic(%x: !mpc.share<3, width = 64, fraction = 8>, %p: tensor<f32>) -> !mpc.share<3, width = 64, fraction = 0> {
  %f = mpc.public %p as attribute : tensor<f32>
  %0 = mpc.mul %x, %f : (!mpc.share<3, width = 64, fraction = 8>, tensor<f32>) -> !mpc.share<3, width = 64, fraction = 12>
  %1 = mpc.truncate %0 : !mpc.share<3, width = 64, fraction = 12> to !mpc.share<3, width = 64, fraction = 8>
  %2 = mpc.is_negative %1 : !mpc.share<3, width = 64, fraction = 8> to !mpc.share<3, width = 64, fraction = 0>
  return %2 : !mpc.share<3, width = 64, fraction = 0>
}

// A bit is an i1, and a number again.
// CHECK-LABEL: func.func @bits(
// CHECK: %[[SIGNS:.+]] = linalg.generic
// CHECK: arith.cmpi slt, %{{.+}}, %{{.+}} : i64
// CHECK: -> tensor<3xi1>
// CHECK: linalg.generic {{.*}} ins(%[[SIGNS]] : tensor<3xi1>)
// CHECK: arith.extui %{{.+}} : i1 to i64
func.func @bits(%x: !mpc.share<3, width = 64, fraction = 8>) -> !mpc.share<3, width = 64, fraction = 0> {
  %0 = mpc.msb %x : !mpc.share<3, width = 64, fraction = 8> to !mpc.bits<3>
  %1 = mpc.b2a %0 : !mpc.bits<3> to !mpc.share<3, width = 64, fraction = 0>
  return %1 : !mpc.share<3, width = 64, fraction = 0>
}

// A narrower ring wraps: its numbers are spread over the word and back.
// CHECK-LABEL: func.func @narrow(
// CHECK: arith.addi
// CHECK: %[[UP:.+]] = arith.constant 32 : i64
// CHECK: %[[LEFT:.+]] = arith.shli %{{.+}}, %[[UP]] : i64
// CHECK: arith.shrsi %[[LEFT]], %{{.+}} : i64
func.func @narrow(%x: !mpc.share<3, width = 32, fraction = 8>) -> !mpc.share<3, width = 32, fraction = 8> {
  %0 = mpc.add %x, %x : (!mpc.share<3, width = 32, fraction = 8>, !mpc.share<3, width = 32, fraction = 8>) -> !mpc.share<3, width = 32, fraction = 8>
  return %0 : !mpc.share<3, width = 32, fraction = 8>
}

// Sums run over integers; what only moves is nn again.
// CHECK-LABEL: func.func @products(
// CHECK-SAME: %[[A:.+]]: tensor<2x3x4xi64>, %[[B:.+]]: tensor<4x5xi64>)
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%[[A]], %[[B]]
// CHECK: arith.muli
// CHECK: arith.addi
// CHECK: arith.maxsi
// CHECK: nn.transpose {{.*}} [0, 2, 1] : (tensor<2x3x1xi64>) -> tensor<2x1x3xi64>
func.func @products(%a: !mpc.share<2x3x4, width = 64, fraction = 8>, %b: !mpc.share<4x5, width = 64, fraction = 8>) -> !mpc.share<2x1x3, width = 64, fraction = 16> {
  %0 = mpc.matmul %a, %b : (!mpc.share<2x3x4, width = 64, fraction = 8>, !mpc.share<4x5, width = 64, fraction = 8>) -> !mpc.share<2x3x5, width = 64, fraction = 16>
  %1 = mpc.max %0 axis = 2 : !mpc.share<2x3x5, width = 64, fraction = 16> to !mpc.share<2x3x1, width = 64, fraction = 16>
  %2 = mpc.transpose %1 [0, 2, 1] : !mpc.share<2x3x1, width = 64, fraction = 16> to !mpc.share<2x1x3, width = 64, fraction = 16>
  return %2 : !mpc.share<2x1x3, width = 64, fraction = 16>
}
