// RUN: tacit-opt %s -nn-normalize -nn-raise-rms-norm | FileCheck %s
// RUN: tacit-opt %s -nn-normalize -nn-raise-rms-norm --remarks-filter=raise 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @rms_norm(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>, %[[G:.+]]: tensor<8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.rms_norm %[[X]] scale(%[[G]]) epsilon = 9.99999997E-7
// CHECK-SAME: -> tensor<2x8xf32>
// CHECK-NEXT: return %[[Y]]
// REMARK: [Passed] rms-norm | Category:raise | Function=rms_norm | Remark="with scale, epsilon 1e-06"
func.func @rms_norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>) -> tensor<2x8xf32> {
  %eps = nn.constant dense<1.0e-06> : tensor<f32>
  %square = nn.mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %mean = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %sum = nn.add %mean, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %root = nn.sqrt %sum : tensor<2x1xf32>
  %inverse = nn.reciprocal %root : tensor<2x1xf32>
  %n = nn.mul %x, %inverse : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %y = nn.mul %g, %n : (tensor<8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @quotient(
// CHECK-SAME: %[[X:.+]]: tensor<?x8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.rms_norm %[[X]] epsilon = 0.000000e+00
// CHECK-NEXT: return %[[Y]]
// REMARK: [Passed] rms-norm | Category:raise | Function=quotient | Remark="no scale, epsilon 0"
func.func @quotient(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %square = nn.mul %x, %x : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %mean = nn.reduce mean %square axes = [1] keep_dims : (tensor<?x8xf32>) -> tensor<?x1xf32>
  %root = nn.sqrt %mean : tensor<?x1xf32>
  %y = nn.div %x, %root : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// The inverse root as one power. A free scale may be a 1 that broadcasts: it stays.
// CHECK-LABEL: func.func @power(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>, %[[G:.+]]: tensor<?xf32>
// CHECK-NEXT: %[[N:.+]] = nn.rms_norm %[[X]] epsilon = 0.000000e+00
// CHECK-NEXT: %[[Y:.+]] = nn.mul %[[N]], %[[G]]
// CHECK-NEXT: return %[[Y]]
func.func @power(%x: tensor<2x8xf32>, %g: tensor<?xf32>) -> tensor<2x8xf32> {
  %c = nn.constant dense<-0.5> : tensor<f32>
  %square = nn.mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %mean = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %inverse = nn.pow %mean, %c : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %n = nn.mul %x, %inverse : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %y = nn.mul %n, %g : (tensor<2x8xf32>, tensor<?xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// REMARK: [Missed] rms-norm | Category:raise | Function=other_axis | Reason="the mean runs over axes [0, 1]; expected the last one, [1]"
// CHECK-LABEL: func.func @other_axis(
// CHECK-NOT: nn.rms_norm
func.func @other_axis(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %square = nn.mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %mean = nn.reduce mean %square axes = [0, 1] keep_dims : (tensor<2x8xf32>) -> tensor<1x1xf32>
  %root = nn.sqrt %mean : tensor<1x1xf32>
  %y = nn.div %x, %root : (tensor<2x8xf32>, tensor<1x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}
