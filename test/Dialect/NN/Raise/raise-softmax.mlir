// RUN: tacit-opt %s -nn-raise-softmax | FileCheck %s
// RUN: tacit-opt %s -nn-raise-softmax --remarks-filter=raise 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// RUN: tacit-reference %s --compiled --pipeline='func.func(nn-raise-softmax)' | FileCheck %s --check-prefix=VALUES

// Raised, functions of known shapes compute the same, and so does their compiled code.
// VALUES: {{^}}5 functions

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @softmax(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.softmax %[[X]] axis = 1 : tensor<2x8xf32>
// CHECK-NEXT: return %[[Y]]
// REMARK: [Passed] softmax | Category:raise | Function=softmax | Remark="along axis 1"
func.func @softmax(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %max = nn.reduce max %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %0 = nn.sub %x, %max : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %1 = nn.exp %0 : tensor<2x8xf32>
  %sum = nn.reduce sum %1 axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %y = nn.div %1, %sum : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// Computed twice, divided by way of the reciprocal, and another axis.
// CHECK-LABEL: func.func @spelled_out(
// CHECK-SAME: %[[X:.+]]: tensor<?x8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.softmax %[[X]] axis = 0 : tensor<?x8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @spelled_out(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %max = nn.reduce max %x axes = [0] keep_dims : (tensor<?x8xf32>) -> tensor<1x8xf32>
  %0 = nn.sub %x, %max : (tensor<?x8xf32>, tensor<1x8xf32>) -> tensor<?x8xf32>
  %1 = nn.exp %0 : tensor<?x8xf32>
  %2 = nn.exp %0 : tensor<?x8xf32>
  %sum = nn.reduce sum %2 axes = [0] keep_dims : (tensor<?x8xf32>) -> tensor<1x8xf32>
  %inverse = nn.reciprocal %sum : tensor<1x8xf32>
  %y = nn.mul %inverse, %1 : (tensor<1x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// Without the maximum: the same but where this overflows. The sum gets its dimension
// back from a reshape.
// CHECK-LABEL: func.func @unshifted(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>
// CHECK-NEXT: nn.softmax %[[X]] axis = 1
// REMARK: [Passed] softmax | Category:raise | Function=unshifted | Remark="along axis 1, which had no maximum"
func.func @unshifted(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %1 = nn.exp %x : tensor<2x8xf32>
  %sum = nn.reduce sum %1 axes = [1] : (tensor<2x8xf32>) -> tensor<2xf32>
  %back = nn.reshape %sum : tensor<2xf32> to tensor<2x1xf32>
  %y = nn.div %1, %back : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// Another number than the maximum of the row is subtracted first, and still is.
// CHECK-LABEL: func.func @global_maximum(
// CHECK: %[[D:.+]] = nn.sub
// CHECK-NEXT: nn.softmax %[[D]] axis = 1
func.func @global_maximum(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %max = nn.reduce max %x axes = [0, 1] keep_dims : (tensor<2x8xf32>) -> tensor<1x1xf32>
  %0 = nn.sub %x, %max : (tensor<2x8xf32>, tensor<1x1xf32>) -> tensor<2x8xf32>
  %1 = nn.exp %0 : tensor<2x8xf32>
  %sum = nn.reduce sum %1 axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %y = nn.div %1, %sum : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// REMARK: [Missed] softmax | Category:raise | Function=over_everything | Reason="the sum runs over axes [0, 1]; expected one axis"
func.func @over_everything(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %1 = nn.exp %x : tensor<2x8xf32>
  %sum = nn.reduce sum %1 axes = [0, 1] keep_dims : (tensor<2x8xf32>) -> tensor<1x1xf32>
  %y = nn.div %1, %sum : (tensor<2x8xf32>, tensor<1x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// REMARK: [Missed] softmax | Category:raise | Function=dropped | Reason="the sum drops its dimension; expected keep_dims"
func.func @dropped(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %1 = nn.exp %x : tensor<8x8xf32>
  %sum = nn.reduce sum %1 axes = [1] : (tensor<8x8xf32>) -> tensor<8xf32>
  %y = nn.div %1, %sum : (tensor<8x8xf32>, tensor<8xf32>) -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}
