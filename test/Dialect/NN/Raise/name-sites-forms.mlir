// RUN: tacit-opt %s -nn-name-sites | FileCheck %s

// Two blocks that normalise sums, as BERT does: a norm is named after what reads it, and
// what the first sum adds to is the embedding.
// CHECK-LABEL: func.func @post_norm(
// CHECK: nn.layer_norm {{.+}} {nn.site = "embedding.norm"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.attention.qkv"}
// CHECK: nn.attention {{.+}} {nn.site = "layers.0.attention"}
// CHECK: nn.layer_norm {{.+}} {nn.site = "layers.0.ffn.norm"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.ffn.up"}
// CHECK: nn.gelu {{.+}} {nn.site = "layers.0.ffn.activation"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.ffn.down"}
// CHECK: nn.layer_norm {{.+}} {nn.site = "layers.1.attention.norm"}
// CHECK: nn.attention {{.+}} {nn.site = "layers.1.attention"}
// CHECK: nn.layer_norm {{.+}} {nn.site = "final.norm"}
// CHECK: nn.linear {{.+}} {nn.site = "final.linear"}
func.func @post_norm(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %w = nn.constant dense<1.0> : tensor<8x8xf32>
  %n0 = nn.layer_norm %x epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %q0 = nn.linear %n0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %a0 = nn.attention %q0, %q0, %q0 scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %r0 = nn.add %n0, %a0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n1 = nn.layer_norm %r0 epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %f = nn.linear %n1, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %g = nn.gelu erf %f : tensor<4x8xf32>
  %o = nn.linear %g, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r1 = nn.add %n1, %o : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n2 = nn.layer_norm %r1 epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %a1 = nn.attention %n2, %n2, %n2 scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %r2 = nn.add %n2, %a1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n3 = nn.layer_norm %r2 epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %p = nn.linear %n3, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %t = nn.tanh %p : tensor<4x8xf32>
  return %t : tensor<4x8xf32>
}

// A layer of a decoder as in T5: its second attention is to what an encoder gave. The
// projections of keys and values share a norm.
// CHECK-LABEL: func.func @cross(
// CHECK: nn.attention {{.+}} {nn.site = "layers.0.attention"}
// CHECK: nn.rms_norm {{.+}} {nn.site = "layers.0.cross_attention.norm"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.cross_attention.query"}
// CHECK: nn.rms_norm {{.+}} {nn.site = "layers.0.cross_attention.memory.norm"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.cross_attention.key"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.cross_attention.value"}
// CHECK: nn.attention {{.+}} {nn.site = "layers.0.cross_attention"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.cross_attention.output"}
func.func @cross(%x: tensor<4x8xf32>, %memory: tensor<6x8xf32>) -> tensor<4x8xf32> {
  %w = nn.constant dense<1.0> : tensor<8x8xf32>
  %a0 = nn.attention %x, %x, %x scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %l0 = nn.linear %a0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r0 = nn.add %x, %l0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n = nn.rms_norm %r0 epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %q = nn.linear %n, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %m = nn.rms_norm %memory epsilon = 1.0 : (tensor<6x8xf32>) -> tensor<6x8xf32>
  %k = nn.linear %m, %w : (tensor<6x8xf32>, tensor<8x8xf32>) -> tensor<6x8xf32>
  %v = nn.linear %m, %w : (tensor<6x8xf32>, tensor<8x8xf32>) -> tensor<6x8xf32>
  %a1 = nn.attention %q, %k, %v scale = 1.0 : (tensor<4x8xf32>, tensor<6x8xf32>, tensor<6x8xf32>) -> tensor<4x8xf32>
  %l1 = nn.linear %a1, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r1 = nn.add %r0, %l1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %r1 : tensor<4x8xf32>
}

// What was not recognised as an attention, layers that share a name, and a name that is
// taken already.
// CHECK-LABEL: func.func @rest(
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.linear"}
// CHECK: nn.matmul {{.+}} {nn.site = "layers.0.matmul"}
// CHECK: nn.softmax {{.+}} {nn.site = "layers.0.softmax"}
// CHECK: nn.matmul {{.+}} {nn.site = "layers.0.matmul.1"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.ffn.gate_up"}
// CHECK: nn.silu {{.+}} {nn.site = "mine"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.ffn.down"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.ffn.down.2"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.ffn.down.1"}
// CHECK: nn.mish {{.+}} {nn.site = "final.activation"}
func.func @rest(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %w = nn.constant dense<1.0> : tensor<8x8xf32>
  %wide = nn.constant dense<1.0> : tensor<8x16xf32>
  %q = nn.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %t = nn.transpose %q [1, 0] : (tensor<4x8xf32>) -> tensor<8x4xf32>
  %s = nn.matmul %q, %t : (tensor<4x8xf32>, tensor<8x4xf32>) -> tensor<4x4xf32>
  %p = nn.softmax %s axis = 1 : tensor<4x4xf32>
  %a = nn.matmul %p, %q : (tensor<4x4xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %r = nn.add %x, %a : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %u = nn.linear %r, %wide : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %lo = nn.slice %u [0, 0] to [4, 8] step [1, 1] : (tensor<4x16xf32>) -> tensor<4x8xf32>
  %hi = nn.slice %u [0, 8] to [4, 16] step [1, 1] : (tensor<4x16xf32>) -> tensor<4x8xf32>
  %act = nn.silu %lo {nn.site = "mine"} : tensor<4x8xf32>
  %gated = nn.mul %act, %hi : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %d0 = nn.linear %gated, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %d1 = nn.linear %d0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %d2 = nn.linear %d1, %w {nn.site = "layers.0.ffn.down.1"} : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %e = nn.add %r, %d2 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %y = nn.mish %e : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// An attention whose result leads nowhere has a number all the same.
// CHECK-LABEL: func.func @nowhere(
// CHECK: nn.attention {{.+}} {nn.site = "layers.0.attention"}
func.func @nowhere(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %a = nn.attention %x, %x, %x scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %x : tensor<4x8xf32>
}
