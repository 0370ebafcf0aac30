// RUN: tacit-opt %s -nn-remove-layer-norm --remarks-filter=surgery 2>&1 >/dev/null | FileCheck %s
// RUN: tacit-opt %s -nn-remove-layer-norm=sites=blocks | FileCheck %s --check-prefix=BLOCKS
// RUN: tacit-opt %s -nn-remove-layer-norm=sites=0-1 | FileCheck %s --check-prefix=BLOCKS
// RUN: tacit-opt %s -nn-remove-layer-norm=sites=1+0 | FileCheck %s --check-prefix=BLOCKS
// RUN: tacit-opt %s -nn-remove-layer-norm=sites=final | FileCheck %s --check-prefix=FINAL
// RUN: tacit-opt %s -nn-remove-layer-norm=sites=0 | FileCheck %s --check-prefix=FIRST
// RUN: tacit-opt %s -nn-remove-layer-norm=sites=1 --remarks-filter=surgery 2>&1 >/dev/null | FileCheck %s --check-prefix=LEFT

// After other surgery the blocks are where they were.
// RUN: tacit-opt %s --pass-pipeline="builtin.module(func.func(nn-replace-activation{with=identity}, \
// RUN:   nn-fold-linear, nn-remove-layer-norm{sites=0}))" | FileCheck %s --check-prefix=FIRST

// Two blocks as in GPT-2: each layer has its norm before it. Epsilons tell the norms
// apart. In the second block the halves of the query are turned and added to it, which
// is not a residual sum.
// CHECK: Function=pre_norm | Remark="block 0: nn.layer_norm removed"
// CHECK: Function=pre_norm | Remark="block 0: nn.layer_norm removed"
// CHECK: Function=pre_norm | Remark="block 1: nn.layer_norm removed"
// CHECK: Function=pre_norm | Remark="block 1: nn.layer_norm removed"
// CHECK: Function=pre_norm | Remark="final: nn.layer_norm removed"
// CHECK: Function=pre_norm | Remark="block 1: nn.rms_norm removed"
// BLOCKS-LABEL: func.func @pre_norm(
// BLOCKS-NOT: _norm
// BLOCKS: nn.layer_norm %{{.+}} epsilon = 6.0
// FINAL-LABEL: func.func @pre_norm(
// FINAL-COUNT-5: _norm %
// FINAL-NOT: _norm %
// FIRST-LABEL: func.func @pre_norm(
// FIRST-NOT: _norm %
// FIRST: nn.layer_norm %{{.+}} epsilon = 3.0
// FIRST: nn.rms_norm %{{.+}} epsilon = 4.0
// FIRST: nn.layer_norm %{{.+}} epsilon = 5.0
// FIRST: nn.layer_norm %{{.+}} epsilon = 6.0
// LEFT: [Missed] remove-layer-norm | Category:surgery | Function=pre_norm | Reason="block 0: nn.layer_norm is not among the sites"
// LEFT: Function=pre_norm | Reason="final: nn.layer_norm is not among the sites"
func.func @pre_norm(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %w = nn.constant dense<1.0> : tensor<8x8xf32>
  %n0 = nn.layer_norm %x epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %q0 = nn.linear %n0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %a0 = nn.attention %q0, %q0, %q0 scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %p0 = nn.linear %a0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r0 = nn.add %x, %p0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n1 = nn.layer_norm %r0 epsilon = 2.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %f0 = nn.linear %n1, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %g0 = nn.gelu erf %f0 : tensor<4x8xf32>
  %o0 = nn.linear %g0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r1 = nn.add %r0, %o0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n2 = nn.layer_norm %r1 epsilon = 3.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %q1 = nn.linear %n2, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %t = nn.rms_norm %q1 epsilon = 4.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %lo = nn.slice %t [0, 0] to [4, 4] step [1, 1] : (tensor<4x8xf32>) -> tensor<4x4xf32>
  %hi = nn.slice %t [0, 4] to [4, 8] step [1, 1] : (tensor<4x8xf32>) -> tensor<4x4xf32>
  %minus = nn.neg %hi : tensor<4x4xf32>
  %turned = nn.concat %minus, %lo axis = 1 : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x8xf32>
  %y = nn.add %t, %turned : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %a1 = nn.attention %y, %q1, %q1 scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %p1 = nn.linear %a1, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r2 = nn.add %r1, %p1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n3 = nn.layer_norm %r2 epsilon = 5.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %f1 = nn.linear %n3, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %g1 = nn.gelu erf %f1 : tensor<4x8xf32>
  %o1 = nn.linear %g1, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r3 = nn.add %r2, %o1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n4 = nn.layer_norm %r3 epsilon = 6.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %head = nn.linear %n4, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  return %head : tensor<4x8xf32>
}

// Two blocks as in BERT: each residual sum is normalised. The norm behind a block leads
// into the next one and is part of it.
// CHECK: Function=post_norm | Remark="block 0: nn.layer_norm removed"
// CHECK: Function=post_norm | Remark="block 0: nn.layer_norm removed"
// CHECK: Function=post_norm | Remark="block 1: nn.layer_norm removed"
// CHECK: Function=post_norm | Remark="block 1: nn.layer_norm removed"
// CHECK: Function=post_norm | Remark="final: nn.layer_norm removed"
// BLOCKS-LABEL: func.func @post_norm(
// BLOCKS-NOT: _norm %
// BLOCKS: nn.layer_norm %{{.+}} epsilon = 5.0
// FINAL-LABEL: func.func @post_norm(
// FINAL-COUNT-4: _norm %
// FINAL-NOT: _norm %
// FIRST-LABEL: func.func @post_norm(
// FIRST-NOT: _norm %
// FIRST: nn.layer_norm %{{.+}} epsilon = 3.0
// FIRST: nn.layer_norm %{{.+}} epsilon = 4.0
// FIRST: nn.layer_norm %{{.+}} epsilon = 5.0
func.func @post_norm(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %w = nn.constant dense<1.0> : tensor<8x8xf32>
  %n0 = nn.layer_norm %x epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %q0 = nn.linear %n0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %a0 = nn.attention %q0, %q0, %q0 scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %p0 = nn.linear %a0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r0 = nn.add %n0, %p0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n1 = nn.layer_norm %r0 epsilon = 2.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %f0 = nn.linear %n1, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %g0 = nn.gelu erf %f0 : tensor<4x8xf32>
  %o0 = nn.linear %g0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r1 = nn.add %n1, %o0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n2 = nn.layer_norm %r1 epsilon = 3.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %q1 = nn.linear %n2, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %a1 = nn.attention %q1, %q1, %q1 scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %p1 = nn.linear %a1, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r2 = nn.add %n2, %p1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n3 = nn.layer_norm %r2 epsilon = 4.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %f1 = nn.linear %n3, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %g1 = nn.gelu erf %f1 : tensor<4x8xf32>
  %o1 = nn.linear %g1, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r3 = nn.add %n3, %o1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n4 = nn.layer_norm %r3 epsilon = 5.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %n4 : tensor<4x8xf32>
}
