// RUN: tacit-opt %s -convert-nn-to-mpc | FileCheck %s

// What each product is for, and in which block: a transformer of two blocks, the second
// with its feed-forward merged into one layer and without norms.

// CHECK-LABEL: func.func @main(
// CHECK: mpc.matmul {{.*}}block = -1, role = embedding
// CHECK: mpc.layer_norm {{.*}}block = 0, role = other
// CHECK: mpc.matmul {{.*}}block = 0, role = projection
// CHECK: mpc.matmul {{.*}}block = 0, role = scores
// CHECK: mpc.softmax {{.*}}block = 0, role = other
// CHECK: mpc.matmul {{.*}}block = 0, role = values
// CHECK: mpc.matmul {{.*}}block = 0, role = projection
// CHECK: mpc.layer_norm {{.*}}block = 0, role = other
// CHECK: mpc.matmul {{.*}}block = 0, role = feed_forward
// CHECK: mpc.gelu {{.*}}block = 0, role = other
// CHECK: mpc.matmul {{.*}}block = 0, role = feed_forward
// CHECK: mpc.matmul {{.*}}block = 1, role = projection
// CHECK: mpc.matmul {{.*}}block = 1, role = scores
// CHECK: mpc.matmul {{.*}}block = 1, role = values
// CHECK: mpc.matmul {{.*}}block = 1, role = projection
// CHECK: mpc.matmul {{.*}}block = 1, role = feed_forward
// CHECK: mpc.layer_norm {{.*}}block = -1, role = other
// CHECK: mpc.matmul {{.*}}block = -1, role = head
func.func @main(%ids: tensor<4xi64>) -> tensor<1x4x16xf32> {
  %table = nn.constant dense_resource<table> : tensor<16x8xf32>
  %w = nn.constant dense_resource<w> : tensor<8x8xf32>
  %up = nn.constant dense_resource<up> : tensor<8x32xf32>
  %down = nn.constant dense_resource<down> : tensor<32x8xf32>
  %head = nn.constant dense_resource<head> : tensor<8x16xf32>
  %x = nn.gather %table, %ids axis = 0 : (tensor<16x8xf32>, tensor<4xi64>) -> tensor<4x8xf32>
  %0 = nn.layer_norm %x epsilon = 1.0e-05 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.linear %0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %2 = nn.attention %1, %1, %1 scale = 1.000000e+00 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = nn.transpose %2 [1, 0] : (tensor<4x8xf32>) -> tensor<8x4xf32>
  %4 = nn.reshape %3 : tensor<8x4xf32> to tensor<4x8xf32>
  %5 = nn.linear %4, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %6 = nn.add %x, %5 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %7 = nn.layer_norm %6 epsilon = 1.0e-05 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %8 = nn.linear %7, %up : (tensor<4x8xf32>, tensor<8x32xf32>) -> tensor<4x32xf32>
  %9 = nn.gelu tanh %8 : tensor<4x32xf32>
  %10 = nn.linear %9, %down : (tensor<4x32xf32>, tensor<32x8xf32>) -> tensor<4x8xf32>
  %11 = nn.add %6, %10 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %12 = nn.linear %11, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %13 = nn.attention %12, %12, %12 scale = 1.000000e+00 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %14 = nn.linear %13, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %15 = nn.add %11, %14 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %16 = nn.linear %15, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %17 = nn.add %15, %16 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %18 = nn.layer_norm %17 epsilon = 1.0e-05 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %19 = nn.linear %18, %head : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %20 = nn.reshape %19 : tensor<4x16xf32> to tensor<1x4x16xf32>
  return %20 : tensor<1x4x16xf32>
}

// A term that both parties know makes no residual sum: the layer before it is the second
// block's.

// CHECK-LABEL: func.func @term(
// CHECK: mpc.matmul {{.*}}block = 0, role = projection
// CHECK: mpc.matmul {{.*}}block = 0, role = scores
// CHECK: mpc.matmul {{.*}}block = 0, role = values
// CHECK: mpc.matmul {{.*}}block = 1, role = projection
// CHECK: mpc.matmul {{.*}}block = 1, role = scores
func.func @term(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c = nn.constant {nn.from_attribute} dense<0.5> : tensor<f32>
  %w = nn.constant dense_resource<w> : tensor<8x8xf32>
  %1 = nn.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %2 = nn.attention %1, %1, %1 scale = 1.000000e+00 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = nn.add %x, %2 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %4 = nn.linear %3, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %5 = nn.add %4, %c : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %6 = nn.attention %5, %5, %5 scale = 1.000000e+00 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %7 = nn.add %3, %6 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %7 : tensor<4x8xf32>
}
