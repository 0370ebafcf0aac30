// RUN: tacit-opt %s -nn-set-multiplier="kind=lmul mantissa=4" | FileCheck %s
// RUN: tacit-opt %s -nn-set-multiplier="kind=lmul mantissa=4" --remarks-filter=multiplier 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: tacit-opt %s -nn-set-multiplier="kind=pam alpha=1 scope=attention zero=lift" | FileCheck %s --check-prefix=ATTENTION
// RUN: tacit-opt %s -nn-set-multiplier="kind=pam scope=linear overflow=ignore" | FileCheck %s --check-prefix=LINEAR
// RUN: tacit-opt %s -nn-set-multiplier=kind=lmul -nn-set-multiplier=kind=exact | FileCheck %s --check-prefix=EXACT

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @multiplier(
// CHECK: %[[W:.+]] = nn.constant
// CHECK-NEXT: nn.linear %{{.+}}, %[[W]] multiplier(<lmul, mantissa = 4>) : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
// REMARK: [Passed] multiplier | Category:multiplier | Function=multiplier | Remark="#nn.multiplier<lmul, mantissa = 4>"
// EXACT-NOT: multiplier(<
func.func @multiplier(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %w = nn.constant dense<[[1.0, 0.75], [-7.0, 0.0], [2.0, -1.0], [0.4, 3.5]]> : tensor<4x2xf32>
  %0 = nn.linear %x, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %y = nn.relu %0 : tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// Every scope: an attention, a product of computed matrices, one by a constant, a
// linear layer and the head.
// CHECK-LABEL: func.func @scopes(
// CHECK: nn.attention {{.*}} scale = 1.000000e+00 multiplier(<lmul, mantissa = 4>)
// CHECK: nn.matmul {{.*}} multiplier(<lmul, mantissa = 4>)
// CHECK: nn.matmul {{.*}} multiplier(<lmul, mantissa = 4>)
// CHECK: nn.linear {{.*}} multiplier(<lmul, mantissa = 4>)
// CHECK: nn.linear {{.*}} multiplier(<lmul, mantissa = 4>)
// ATTENTION-LABEL: func.func @scopes(
// ATTENTION: nn.attention {{.*}} multiplier(<pam, alpha = 1.000000e+00 : f32, zero = lift>)
// ATTENTION: nn.matmul {{.*}} multiplier(<pam, alpha = 1.000000e+00 : f32, zero = lift>)
// ATTENTION-NOT: multiplier(<
// LINEAR-LABEL: func.func @scopes(
// LINEAR-NOT: multiplier(<
// LINEAR: nn.linear {{.*}} multiplier(<pam, overflow = ignore>)
// LINEAR-NEXT: nn.linear {{.*}} multiplier(<pam, overflow = ignore>)
func.func @scopes(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<2x2xf32> {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %wt = nn.transpose %w [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %0 = nn.attention %x, %y, %y scale = 1.0 : (tensor<1x2x2xf32>, tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %1 = nn.matmul %0, %y : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %2 = nn.matmul %wt, %1 : (tensor<2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %3 = nn.linear %2, %w : (tensor<1x2x2xf32>, tensor<2x2xf32>) -> tensor<1x2x2xf32>
  %4 = nn.linear %3, %w : (tensor<1x2x2xf32>, tensor<2x2xf32>) -> tensor<1x2x2xf32>
  %5 = nn.reshape %4 : tensor<1x2x2xf32> to tensor<2x2xf32>
  return %5 : tensor<2x2xf32>
}

// However far the constant is: its product is none of two computed matrices.
// CHECK-LABEL: func.func @far(
// CHECK: nn.matmul {{.*}} multiplier(<lmul, mantissa = 4>)
// ATTENTION-LABEL: func.func @far(
// ATTENTION-NOT: multiplier(<
func.func @far(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %w1 = nn.transpose %w [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %w2 = nn.transpose %w1 [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %w3 = nn.transpose %w2 [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %w4 = nn.transpose %w3 [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %w5 = nn.transpose %w4 [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %w6 = nn.transpose %w5 [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %w7 = nn.transpose %w6 [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %w8 = nn.transpose %w7 [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %y = nn.matmul %w8, %x : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// The bits of a product are those of f32.
// CHECK-LABEL: func.func @half(
// CHECK-NOT: multiplier(<
// REMARK: [Missed] multiplier | Category:multiplier | Function=half | Reason="multiplies f16; expected f32"
func.func @half(%x: tensor<2x2xf16>) -> tensor<2x2xf16> {
  %y = nn.matmul %x, %x : (tensor<2x2xf16>, tensor<2x2xf16>) -> tensor<2x2xf16>
  return %y : tensor<2x2xf16>
}
