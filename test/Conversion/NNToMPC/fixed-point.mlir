// RUN: tacit-opt %s "-convert-nn-to-mpc=width=37 fraction=12" | FileCheck %s

// The ring and the point are the options'.

// CHECK-LABEL: func.func @product(
// CHECK: mpc.matmul {{.*}} -> !mpc.share<2x4, width = 37, fraction = 24>
// CHECK: mpc.truncate %{{.*}} : !mpc.share<2x4, width = 37, fraction = 24> to !mpc.share<2x4, width = 37, fraction = 12>
func.func @product(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense_resource<w> : tensor<8x4xf32>
  %0 = nn.linear %x, %w : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
