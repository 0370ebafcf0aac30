// RUN: tacit-opt %s -nn-replace-activation | FileCheck %s
// RUN: tacit-opt %s -nn-replace-activation --remarks-filter=surgery 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: tacit-opt %s -nn-replace-activation=slope=0.25 | FileCheck %s --check-prefix=LEAKY
// RUN: tacit-opt %s -nn-replace-activation="what=any with=identity" | FileCheck %s --check-prefix=NONE
// RUN: tacit-opt %s -nn-replace-activation="what=any with=puma" | FileCheck %s --check-prefix=KIND -DKIND=puma
// RUN: tacit-opt %s -nn-replace-activation="what=any with=bolt" | FileCheck %s --check-prefix=KIND -DKIND=bolt
// RUN: tacit-opt %s -nn-replace-activation="what=any with=bumblebee" | FileCheck %s --check-prefix=KIND -DKIND=bumblebee
// RUN: tacit-opt %s -nn-replace-activation="what=any with=nimbus" | FileCheck %s --check-prefix=KIND -DKIND=nimbus
// RUN: tacit-opt %s -nn-replace-activation="what=any with=quad" | FileCheck %s --check-prefix=KIND -DKIND=quad
// RUN: tacit-opt %s -nn-replace-activation="what=any with=erf" | FileCheck %s --check-prefix=KIND -DKIND=erf
// RUN: tacit-opt %s -nn-replace-activation="what=any with=tanh" | FileCheck %s --check-prefix=KIND -DKIND=tanh

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @activation(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2x8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.relu %[[X]] : tensor<2x8xf32>
// CHECK-NEXT: return %[[Y]]
// REMARK: [Passed] replace-activation | Category:surgery | Function=activation | Remark="final: gelu tanh becomes relu"
// LEAKY-LABEL: func.func @activation(
// LEAKY-SAME: %[[X:[^:]+]]: tensor<2x8xf32>
// LEAKY-NEXT: %[[C:.+]] = nn.constant{{.*}} dense<2.500000e-01> : tensor<f32>
// LEAKY-NEXT: %[[S:.+]] = nn.mul %[[X]], %[[C]] : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
// LEAKY-NEXT: %[[Y:.+]] = nn.maximum %[[X]], %[[S]]
// LEAKY-NEXT: return %[[Y]]
func.func @activation(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %y = nn.gelu tanh %x : tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// what=gelu is every kind of GELU, and nothing else.
// CHECK-LABEL: func.func @several(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?xf16>
// CHECK-NEXT: %[[A:.+]] = nn.relu %[[X]]
// CHECK-NEXT: %[[B:.+]] = nn.silu %[[A]]
// CHECK-NEXT: %[[C:.+]] = nn.relu %[[B]]
// CHECK-NEXT: nn.relu %[[C]]
// REMARK: Function=several | Remark="final: gelu erf becomes relu"
// REMARK: Function=several | Remark="final: gelu quad becomes relu"
// REMARK-NOT: Function=several
// LEAKY-LABEL: func.func @several(
// LEAKY: nn.constant{{.*}} dense<2.500000e-01> : tensor<f16>
// NONE-LABEL: func.func @several(
// NONE-SAME: %[[X:[^:]+]]: tensor<?xf16>
// NONE-NEXT: return %[[X]]
// KIND-LABEL: func.func @several(
// KIND-COUNT-4: nn.gelu [[KIND]] %
// KIND-NEXT: return
func.func @several(%x: tensor<?xf16>) -> tensor<?xf16> {
  %0 = nn.gelu erf %x : tensor<?xf16>
  %1 = nn.silu %0 : tensor<?xf16>
  %2 = nn.relu %1 : tensor<?xf16>
  %3 = nn.gelu quad %2 : tensor<?xf16>
  return %3 : tensor<?xf16>
}
