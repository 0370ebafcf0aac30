// RUN: tacit-opt %s -nn-raise-linear | FileCheck %s
// RUN: tacit-opt %s -nn-raise-linear --remarks-filter=raise 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @linear(
// CHECK-SAME: %[[X:.+]]: tensor<1x2x3xf32>
// CHECK-DAG: %[[W:.+]] = nn.constant dense<1.000000e+00> : tensor<3x4xf32>
// CHECK-DAG: %[[B:.+]] = nn.constant dense<[1.000000e+00, {{.*}}]> : tensor<4xf32>
// CHECK: %[[Y:.+]] = nn.linear %[[X]], %[[W]] bias(%[[B]])
// CHECK-SAME: (tensor<1x2x3xf32>, tensor<3x4xf32>, tensor<4xf32>) -> tensor<1x2x4xf32>
// CHECK-NEXT: return %[[Y]]
// REMARK: [Passed] linear | Category:raise | Function=linear | Remark="with bias"
func.func @linear(%x: tensor<1x2x3xf32>) -> tensor<1x2x4xf32> {
  %w = nn.constant dense<1.0> : tensor<3x4xf32>
  %b = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = nn.matmul %x, %w : (tensor<1x2x3xf32>, tensor<3x4xf32>) -> tensor<1x2x4xf32>
  %y = nn.add %b, %0 : (tensor<4xf32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  return %y : tensor<1x2x4xf32>
}

// The head of a model with tied embeddings; its bias has leading dimensions of 1.
// CHECK-LABEL: func.func @transposed(
// CHECK-SAME: %[[X:.+]]: tensor<?x?x2xf32>
// CHECK: %[[W:.+]] = nn.transpose %{{.+}} [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
// CHECK: %[[B:.+]] = nn.constant dense<[5.000000e+00, 6.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.linear %[[X]], %[[W]] bias(%[[B]])
// CHECK-NEXT: return %[[Y]]
// REMARK: [Passed] linear | Category:raise | Function=transposed | Remark="with bias"
func.func @transposed(%x: tensor<?x?x2xf32>) -> tensor<?x?x2xf32> {
  %c = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %b = nn.constant dense<[[[5.0, 6.0]]]> : tensor<1x1x2xf32>
  %w = nn.transpose %c [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %0 = nn.matmul %x, %w : (tensor<?x?x2xf32>, tensor<2x2xf32>) -> tensor<?x?x2xf32>
  %y = nn.add %0, %b : (tensor<?x?x2xf32>, tensor<1x1x2xf32>) -> tensor<?x?x2xf32>
  return %y : tensor<?x?x2xf32>
}

// CHECK-LABEL: func.func @late_bias(
// CHECK-SAME: %[[X:.+]]: tensor<2xf32>, %[[W:.+]]: tensor<2x3xf32>
// CHECK: %[[B:.+]] = nn.constant
// CHECK-NEXT: %[[Y:.+]] = nn.linear %[[X]], %[[W]] bias(%[[B]])
// CHECK-NEXT: return %[[Y]]
func.func @late_bias(%x: tensor<2xf32>, %w: tensor<2x3xf32>) -> tensor<3xf32> {
  %b = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %0 = nn.linear %x, %w : (tensor<2xf32>, tensor<2x3xf32>) -> tensor<3xf32>
  %y = nn.add %0, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// Neither a residual nor a constant per position is a bias.
// CHECK-LABEL: func.func @no_bias(
// CHECK-SAME: %[[X:.+]]: tensor<2x2xf32>
// CHECK: %[[P:.+]] = nn.constant {{.*}} : tensor<2x1xf32>
// CHECK: %[[Y:.+]] = nn.linear %[[X]], %{{.+}} : (tensor<2x2xf32>, tensor<2x2xf32>)
// CHECK-NEXT: nn.add %[[Y]], %[[X]]
// CHECK: %[[Z:.+]] = nn.linear
// CHECK-NEXT: nn.add %[[Z]], %[[P]]
// REMARK: [Passed] linear | Category:raise | Function=no_bias | Remark="no bias"
func.func @no_bias(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %p = nn.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %0 = nn.matmul %x, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.add %0, %x : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = nn.matmul %1, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %3 = nn.add %2, %p : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  return %1, %3 : tensor<2x2xf32>, tensor<2x2xf32>
}

// REMARK: [Missed] linear | Category:raise | Function=shared | Reason="the bias stays apart: something else reads the product without it"
// REMARK: [Passed] linear | Category:raise | Function=shared | Remark="no bias"
// CHECK-LABEL: func.func @shared(
// CHECK: %[[Y:.+]] = nn.linear %{{[^ ]+}}, %{{[^ ]+}} :
// CHECK-NEXT: nn.add %[[Y]]
func.func @shared(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %b = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = nn.matmul %x, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.add %0, %b : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
}

// A weight of few bits is a weight; a matrix of integers is none.
// REMARK: [Passed] linear | Category:raise | Function=few_bits | Remark="no bias"
// CHECK-LABEL: func.func @few_bits(
// CHECK: %[[W:.+]] = nn.dequantize
// CHECK: nn.linear %{{[^ ]+}}, %[[W]] :
// CHECK: nn.matmul {{.*}} -> tensor<2x2xi32>
func.func @few_bits(%x: tensor<2x2xf32>, %i: tensor<2x2xi32>) -> (tensor<2x1xf32>, tensor<2x2xi32>) {
  %s = nn.constant dense<0.5> : tensor<1x1xf32>
  %p = nn.constant dense<7> : tensor<1x2x1xi8>
  %w = nn.dequantize bits = 8 scale(%s) planes(%p)
      : (tensor<1x1xf32>, tensor<1x2x1xi8>) -> tensor<2x1xf32>
  %0 = nn.matmul %x, %w : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %c = nn.constant dense<3> : tensor<2x2xi32>
  %1 = nn.matmul %i, %c : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  return %0, %1 : tensor<2x1xf32>, tensor<2x2xi32>
}

// As Einsum leaves a weight.
// REMARK: [Passed] linear | Category:raise | Function=leading_one | Remark="no bias"
// CHECK-LABEL: func.func @leading_one(
// CHECK: nn.linear %{{[^ ]+}}, %{{[^ ]+}} : (tensor<3x2x2xf32>, tensor<2x2xf32>) -> tensor<3x2x2xf32>
func.func @leading_one(%x: tensor<3x2x2xf32>) -> tensor<3x2x2xf32> {
  %w = nn.constant dense<2.0> : tensor<1x2x2xf32>
  %0 = nn.matmul %x, %w : (tensor<3x2x2xf32>, tensor<1x2x2xf32>) -> tensor<3x2x2xf32>
  return %0 : tensor<3x2x2xf32>
}

// A product of two activations is not linear, and no near miss either.
// REMARK-NOT: remark
// CHECK-LABEL: func.func @activations(
// CHECK-NOT: nn.linear
func.func @activations(%x: tensor<2x2xf32>, %w: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = nn.matmul %x, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}
