// RUN: tacit-opt %s -nn-fold-linear=named=true | FileCheck %s

// To count what a model costs nobody needs its numbers: weights that are not there fold
// into a name of the right dimensions.

// CHECK-LABEL: func.func @missing(
// CHECK-SAME: %[[X:[^:]+]]: tensor<5x4xf32>
// CHECK-DAG: %[[W:.+]] = nn.constant dense_resource<"fc.weight*out.weight"> : tensor<4x3xf32>
// CHECK-DAG: %[[B:.+]] = nn.constant dense_resource<fc.bias_1> : tensor<3xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.linear %[[X]], %[[W]] bias(%[[B]]) : (tensor<5x4xf32>, tensor<4x3xf32>, tensor<3xf32>) -> tensor<5x3xf32>
// CHECK-NEXT: return %[[Y]]
func.func @missing(%x: tensor<5x4xf32>) -> tensor<5x3xf32> {
  %w1 = nn.constant dense_resource<fc.weight> : tensor<4x16xf32>
  %b1 = nn.constant dense_resource<fc.bias> : tensor<16xf32>
  %w2 = nn.constant dense_resource<out.weight> : tensor<16x3xf32>
  %0 = nn.linear %x, %w1 bias(%b1) : (tensor<5x4xf32>, tensor<4x16xf32>, tensor<16xf32>) -> tensor<5x16xf32>
  %y = nn.linear %0, %w2 : (tensor<5x16xf32>, tensor<16x3xf32>) -> tensor<5x3xf32>
  return %y : tensor<5x3xf32>
}

// Numbers that are there are not read either.
// CHECK-LABEL: func.func @present(
// CHECK: nn.constant dense_resource<folded> : tensor<2x1xf32>
func.func @present(%x: tensor<5x2xf32>) -> tensor<5x1xf32> {
  %w1 = nn.constant dense<1.0> : tensor<2x2xf32>
  %w2 = nn.constant dense<2.0> : tensor<2x1xf32>
  %0 = nn.linear %x, %w1 : (tensor<5x2xf32>, tensor<2x2xf32>) -> tensor<5x2xf32>
  %y = nn.linear %0, %w2 : (tensor<5x2xf32>, tensor<2x1xf32>) -> tensor<5x1xf32>
  return %y : tensor<5x1xf32>
}
