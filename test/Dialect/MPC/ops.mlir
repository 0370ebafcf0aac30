// RUN: tacit-opt %s | FileCheck %s
// RUN: tacit-opt %s -mlir-print-op-generic | tacit-opt | FileCheck %s
// RUN: tacit-opt %s -emit-bytecode | tacit-opt | FileCheck %s

// Every operation, type and attribute of the dialect, as text, generic text and bytecode.

// CHECK-LABEL: func.func @borders(
// CHECK: mpc.share %{{.*}} from server : tensor<4x8xf32> to !mpc.share<4x8, width = 64, fraction = 18>
// CHECK: mpc.one_hot %{{.*}} from client : tensor<1x4xi64> to !mpc.share<1x4x65, width = 64, fraction = 0>
// CHECK: mpc.public %{{.*}} as mask "h.0.attn.bias" : tensor<8xf32>
// CHECK: mpc.public %{{.*}} as index : tensor<1x4xi64>
// CHECK: mpc.reveal %{{.*}} to client : !mpc.share<4x8, width = 64, fraction = 18> -> tensor<4x8xf32>
func.func @borders(%t: tensor<4x8xf32>, %i: tensor<1x4xi64>, %c: tensor<8xf32>) -> tensor<4x8xf32> {
  %0 = mpc.share %t from server : tensor<4x8xf32> to !mpc.share<4x8, width = 64, fraction = 18>
  %1 = mpc.one_hot %i from client : tensor<1x4xi64> to !mpc.share<1x4x65, width = 64, fraction = 0>
  %2 = mpc.public %c as mask "h.0.attn.bias" : tensor<8xf32>
  %j = mpc.public %i as index : tensor<1x4xi64>
  %3 = mpc.reveal %0 to client : !mpc.share<4x8, width = 64, fraction = 18> -> tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// A public factor takes the bits that the result has more; a scalar has no dimensions.
// CHECK-LABEL: func.func @arithmetic(
// CHECK: mpc.add %{{.*}}, %{{.*}} : (!mpc.share<2x3, width = 32, fraction = 8>, !mpc.share<3, width = 32, fraction = 8>) -> !mpc.share<2x3, width = 32, fraction = 8>
// CHECK: mpc.sub %{{.*}}, %{{.*}} : (!mpc.share<2x3, width = 32, fraction = 8>, tensor<f32>) -> !mpc.share<2x3, width = 32, fraction = 8>
// CHECK: mpc.neg %{{.*}} : !mpc.share<3, width = 32, fraction = 8>
// CHECK: mpc.mul %{{.*}}, %{{.*}} : (!mpc.share<2x3, width = 32, fraction = 8>, !mpc.share<3, width = 32, fraction = 8>) -> !mpc.share<2x3, width = 32, fraction = 16>
// CHECK: mpc.mul %{{.*}}, %{{.*}} : (!mpc.share<2x3, width = 32, fraction = 8>, tensor<f32>) -> !mpc.share<2x3, width = 32, fraction = 12>
// CHECK: mpc.square %{{.*}} : !mpc.share<2x3, width = 32, fraction = 8> to !mpc.share<2x3, width = 32, fraction = 16>
// CHECK: mpc.truncate %{{.*}} : !mpc.share<2x3, width = 32, fraction = 16> to !mpc.share<2x3, width = 32, fraction = 8>
// CHECK: mpc.is_negative %{{.*}} : !mpc.share<2x3, width = 32, fraction = 8> to !mpc.share<2x3, width = 32, fraction = 0>
// CHECK: %[[BITS:.+]] = mpc.msb %{{.*}} : !mpc.share<2x3, width = 32, fraction = 8> to !mpc.bits<2x3>
// CHECK: mpc.b2a %[[BITS]] : !mpc.bits<2x3> to !mpc.share<2x3, width = 32, fraction = 0>
// CHECK: mpc.sum %{{.*}} axes = [0, 1] : !mpc.share<2x3, width = 32, fraction = 8> to !mpc.share<1x1, width = 32, fraction = 8>
// CHECK: mpc.max %{{.*}} axis = 1 : !mpc.share<2x3, width = 32, fraction = 8> to !mpc.share<2x1, width = 32, fraction = 8>
// CHECK: mpc.reshape %{{.*}} : !mpc.share<1x1, width = 32, fraction = 8> to !mpc.share<scalar, width = 32, fraction = 8>
func.func @arithmetic(%x: !mpc.share<2x3, width = 32, fraction = 8>, %y: !mpc.share<3, width = 32, fraction = 8>, %p: tensor<f32>) {
  %0 = mpc.add %x, %y : (!mpc.share<2x3, width = 32, fraction = 8>, !mpc.share<3, width = 32, fraction = 8>) -> !mpc.share<2x3, width = 32, fraction = 8>
  %1 = mpc.sub %x, %p : (!mpc.share<2x3, width = 32, fraction = 8>, tensor<f32>) -> !mpc.share<2x3, width = 32, fraction = 8>
  %2 = mpc.neg %y : !mpc.share<3, width = 32, fraction = 8>
  %3 = mpc.mul %x, %y : (!mpc.share<2x3, width = 32, fraction = 8>, !mpc.share<3, width = 32, fraction = 8>) -> !mpc.share<2x3, width = 32, fraction = 16>
  %4 = mpc.mul %x, %p : (!mpc.share<2x3, width = 32, fraction = 8>, tensor<f32>) -> !mpc.share<2x3, width = 32, fraction = 12>
  %5 = mpc.square %x : !mpc.share<2x3, width = 32, fraction = 8> to !mpc.share<2x3, width = 32, fraction = 16>
  %6 = mpc.truncate %5 : !mpc.share<2x3, width = 32, fraction = 16> to !mpc.share<2x3, width = 32, fraction = 8>
  %7 = mpc.is_negative %x : !mpc.share<2x3, width = 32, fraction = 8> to !mpc.share<2x3, width = 32, fraction = 0>
  %bits = mpc.msb %x : !mpc.share<2x3, width = 32, fraction = 8> to !mpc.bits<2x3>
  %numbers = mpc.b2a %bits : !mpc.bits<2x3> to !mpc.share<2x3, width = 32, fraction = 0>
  %8 = mpc.sum %x axes = [0, 1] : !mpc.share<2x3, width = 32, fraction = 8> to !mpc.share<1x1, width = 32, fraction = 8>
  %9 = mpc.max %x axis = 1 : !mpc.share<2x3, width = 32, fraction = 8> to !mpc.share<2x1, width = 32, fraction = 8>
  %10 = mpc.reshape %8 : !mpc.share<1x1, width = 32, fraction = 8> to !mpc.share<scalar, width = 32, fraction = 8>
  return
}

// The site and the cost of an operation are attributes that any may have.
// CHECK-LABEL: func.func @matmul(
// CHECK: mpc.matmul %{{.*}}, %{{.*}} {mpc.cost = #mpc.cost<total = 96, hops = 1, basis = "formula K3">, mpc.site = #mpc.site<block = 3, role = feed_forward>} : (!mpc.share<5x2x3, width = 64, fraction = 0>, !mpc.share<3x4, width = 64, fraction = 18>) -> !mpc.share<5x2x4, width = 64, fraction = 18>
func.func @matmul(%x: !mpc.share<5x2x3, width = 64, fraction = 0>, %y: !mpc.share<3x4, width = 64, fraction = 18>) {
  %0 = mpc.matmul %x, %y {mpc.site = #mpc.site<block = 3, role = feed_forward>, mpc.cost = #mpc.cost<total = 96, hops = 1, basis = "formula K3">}
    : (!mpc.share<5x2x3, width = 64, fraction = 0>, !mpc.share<3x4, width = 64, fraction = 18>) -> !mpc.share<5x2x4, width = 64, fraction = 18>
  return
}

// CHECK-LABEL: func.func @functions(
// CHECK: mpc.relu %{{.*}} : !mpc.share<2x3, width = 64, fraction = 18>
// CHECK: mpc.exp %
// CHECK: mpc.reciprocal %
// CHECK: mpc.rsqrt %{{.*}} steps = 6 :
// CHECK: mpc.rsqrt %{{[^ ]*}} :
// CHECK: mpc.sigmoid %
// CHECK: mpc.tanh %
// CHECK: mpc.silu %
// CHECK: mpc.gelu bumblebee %{{.*}} : !mpc.share<2x3, width = 64, fraction = 18>
// CHECK: mpc.softmax %{{.*}} axis = 0 : !mpc.share<2x3, width = 64, fraction = 18>
// CHECK: mpc.softmax %{{.*}} keep(%{{.*}} : tensor<1x3xf32>) axis = 1 : !mpc.share<2x3, width = 64, fraction = 18>
// CHECK: mpc.layer_norm %{{.*}} epsilon = 9.99999974E-6 : !mpc.share<2x3, width = 64, fraction = 18>
// CHECK: mpc.rms_norm %{{.*}} epsilon = 9.99999974E-6 : !mpc.share<2x3, width = 64, fraction = 18>
func.func @functions(%x: !mpc.share<2x3, width = 64, fraction = 18>, %keep: tensor<1x3xf32>) {
  %0 = mpc.relu %x : !mpc.share<2x3, width = 64, fraction = 18>
  %1 = mpc.exp %x : !mpc.share<2x3, width = 64, fraction = 18>
  %2 = mpc.reciprocal %x : !mpc.share<2x3, width = 64, fraction = 18>
  %steps = mpc.rsqrt %x steps = 6 : !mpc.share<2x3, width = 64, fraction = 18>
  // The default is not printed.
  %3 = mpc.rsqrt %x steps = 3 : !mpc.share<2x3, width = 64, fraction = 18>
  %4 = mpc.sigmoid %x : !mpc.share<2x3, width = 64, fraction = 18>
  %5 = mpc.tanh %x : !mpc.share<2x3, width = 64, fraction = 18>
  %6 = mpc.silu %x : !mpc.share<2x3, width = 64, fraction = 18>
  %7 = mpc.gelu bumblebee %x : !mpc.share<2x3, width = 64, fraction = 18>
  %8 = mpc.softmax %x axis = 0 : !mpc.share<2x3, width = 64, fraction = 18>
  %9 = mpc.softmax %x keep(%keep : tensor<1x3xf32>) axis = 1 : !mpc.share<2x3, width = 64, fraction = 18>
  %10 = mpc.layer_norm %x epsilon = 1.0e-05 : !mpc.share<2x3, width = 64, fraction = 18>
  %11 = mpc.rms_norm %x epsilon = 1.0e-05 : !mpc.share<2x3, width = 64, fraction = 18>
  return
}

// CHECK-LABEL: func.func @movement(
// CHECK: mpc.transpose %{{.*}} [1, 0] : !mpc.share<4x6, width = 64, fraction = 18> to !mpc.share<6x4, width = 64, fraction = 18>
// CHECK: mpc.slice %{{.*}} [0, 5] to [4, -1] step [3, -2] : !mpc.share<4x6, width = 64, fraction = 18> to !mpc.share<2x3, width = 64, fraction = 18>
// CHECK: mpc.expand %{{.*}} : !mpc.share<1x6, width = 64, fraction = 18> to !mpc.share<2x4x6, width = 64, fraction = 18>
// CHECK: mpc.concat %{{.*}}, %{{.*}} axis = 0 : (!mpc.share<4x6, width = 64, fraction = 18>, !mpc.share<1x6, width = 64, fraction = 18>) -> !mpc.share<5x6, width = 64, fraction = 18>
// CHECK: mpc.pack %{{.*}} [0, 0, 0, 2] to [1, 2, 3, 6] : !mpc.share<4x6, width = 64, fraction = 18> to !mpc.share<10, width = 64, fraction = 18>
// CHECK: mpc.unpack %{{.*}} [0, 0, 0, 2] to [1, 2, 3, 6] of 6 : !mpc.share<10, width = 64, fraction = 18> to !mpc.share<4x6, width = 64, fraction = 18>
func.func @movement(%x: !mpc.share<4x6, width = 64, fraction = 18>, %row: !mpc.share<1x6, width = 64, fraction = 18>) {
  %0 = mpc.transpose %x [1, 0] : !mpc.share<4x6, width = 64, fraction = 18> to !mpc.share<6x4, width = 64, fraction = 18>
  %1 = mpc.slice %x [0, 5] to [4, -1] step [3, -2] : !mpc.share<4x6, width = 64, fraction = 18> to !mpc.share<2x3, width = 64, fraction = 18>
  %2 = mpc.expand %row : !mpc.share<1x6, width = 64, fraction = 18> to !mpc.share<2x4x6, width = 64, fraction = 18>
  %3 = mpc.concat %x, %row axis = 0 : (!mpc.share<4x6, width = 64, fraction = 18>, !mpc.share<1x6, width = 64, fraction = 18>) -> !mpc.share<5x6, width = 64, fraction = 18>
  %4 = mpc.pack %x [0, 0, 0, 2] to [1, 2, 3, 6] : !mpc.share<4x6, width = 64, fraction = 18> to !mpc.share<10, width = 64, fraction = 18>
  %5 = mpc.unpack %4 [0, 0, 0, 2] to [1, 2, 3, 6] of 6 : !mpc.share<10, width = 64, fraction = 18> to !mpc.share<4x6, width = 64, fraction = 18>
  return
}

// One bit has no dimensions.
// CHECK-LABEL: func.func @bit(
// CHECK-SAME: %{{.*}}: !mpc.bits<scalar>) -> !mpc.share<scalar, width = 64, fraction = 0>
func.func @bit(%x: !mpc.bits<scalar>) -> !mpc.share<scalar, width = 64, fraction = 0> {
  %0 = mpc.b2a %x : !mpc.bits<scalar> to !mpc.share<scalar, width = 64, fraction = 0>
  return %0 : !mpc.share<scalar, width = 64, fraction = 0>
}
