// RUN: tacit-opt %s -nn-remove-layer-norm | FileCheck %s
// RUN: tacit-opt %s -nn-remove-layer-norm --remarks-filter=surgery 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @norm(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2x8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.relu %[[X]]
// CHECK-NEXT: return %[[Y]]
// REMARK: [Passed] remove-layer-norm | Category:surgery | Function=norm | Remark="final: nn.layer_norm removed"
func.func @norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
  %0 = nn.layer_norm %x scale(%g) bias(%b) epsilon = 9.99999974E-6 : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %1 = nn.relu %0 : tensor<2x8xf32>
  return %1 : tensor<2x8xf32>
}

// Scale and shift go too; a weight that something else reads stays.
// CHECK-LABEL: func.func @weights(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?x2xf32>
// CHECK-NEXT: %[[G:.+]] = nn.constant dense<[1.000000e+00, 2.000000e+00]>
// CHECK-NEXT: return %[[X]], %[[G]]
// REMARK: [Passed] remove-layer-norm | Category:surgery | Function=weights | Remark="final: nn.layer_norm removed"
// REMARK: [Passed] remove-layer-norm | Category:surgery | Function=weights | Remark="final: nn.rms_norm removed"
func.func @weights(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<2xf32>) {
  %g = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = nn.constant dense<[3.0, 4.0]> : tensor<2xf32>
  %0 = nn.layer_norm %x scale(%g) bias(%b) epsilon = 1.0e-5 : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %1 = nn.rms_norm %0 scale(%g) epsilon = 1.0e-5 : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %1, %g : tensor<?x2xf32>, tensor<2xf32>
}

// A normalised result becomes the input itself; a declaration has nothing to remove.
// CHECK-LABEL: func.func @result(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2xf16>
// CHECK-NEXT: return %[[X]]
// CHECK: func.func private @elsewhere()
func.func @result(%x: tensor<2xf16>) -> tensor<2xf16> {
  %0 = nn.layer_norm %x epsilon = 1.0e-5 : (tensor<2xf16>) -> tensor<2xf16>
  return %0 : tensor<2xf16>
}
func.func private @elsewhere()
