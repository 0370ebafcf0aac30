// RUN: tacit-opt %s -nn-name-sites | FileCheck %s
// Names that are there stay, and nothing is named twice.
// RUN: tacit-opt %s -nn-name-sites -nn-name-sites | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @feed_forward(
// CHECK-NEXT: nn.rms_norm {{.+}} {nn.site = "layers.0.ffn.norm"}
// CHECK-NEXT: nn.linear {{.+}} {nn.site = "layers.0.ffn.up"}
// CHECK-NEXT: nn.relu {{.+}} {nn.site = "layers.0.ffn.activation"}
// CHECK-NEXT: nn.linear {{.+}} {nn.site = "layers.0.ffn.down"}
// CHECK-NEXT: nn.add
// CHECK-NOT: nn.site
func.func @feed_forward(%x: tensor<2x4xf32>, %g: tensor<4xf32>, %u: tensor<4x8xf32>, %d: tensor<8x4xf32>) -> tensor<2x4xf32> {
  %n = nn.rms_norm %x scale(%g) epsilon = 1.000000e-05 : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %0 = nn.linear %n, %u : (tensor<2x4xf32>, tensor<4x8xf32>) -> tensor<2x8xf32>
  %1 = nn.relu %0 : tensor<2x8xf32>
  %2 = nn.linear %1, %d : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  %y = nn.add %x, %2 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// Norms before each layer and gated feed-forward layers, as in LLaMA, with norms of query
// and key and before the sums, as Qwen and Gemma have them. The table of angles is no
// embedding, and a ReLU with a slope is an activation.
// CHECK-LABEL: func.func @pre_norm(
// CHECK: nn.gather {{.+}} {nn.site = "embedding"}
// CHECK-NOT: nn.site
// CHECK: nn.gather {{.+}} axis = 0 :
// CHECK: nn.rms_norm {{.+}} {nn.site = "layers.0.attention.norm"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.attention.query"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.attention.key_value"}
// CHECK: nn.rms_norm {{.+}} {nn.site = "layers.0.attention.query.norm"}
// CHECK: nn.rotary {{.+}} {nn.site = "layers.0.attention.query.rotary"}
// CHECK: nn.attention {{.+}} {nn.site = "layers.0.attention"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.attention.output"}
// CHECK: nn.rms_norm {{.+}} {nn.site = "layers.0.attention.post_norm"}
// CHECK: nn.rms_norm {{.+}} {nn.site = "layers.0.ffn.norm"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.ffn.gate"}
// CHECK: nn.mul
// CHECK-SAME: : (
// CHECK: nn.maximum {{.+}} {nn.site = "layers.0.ffn.activation"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.ffn.up"}
// CHECK: nn.linear {{.+}} {nn.site = "layers.0.ffn.down"}
// CHECK: nn.rms_norm {{.+}} {nn.site = "layers.0.ffn.post_norm"}
// CHECK: nn.layer_norm {{.+}} {nn.site = "final.norm"}
// CHECK: nn.linear {{.+}} {nn.site = "head"}
func.func @pre_norm(%ids: tensor<4xi64>) -> tensor<4x8xf32> {
  %w = nn.constant dense<1.0> : tensor<8x8xf32>
  %wide = nn.constant dense<1.0> : tensor<8x16xf32>
  %slope = nn.constant dense<0.1> : tensor<f32>
  %angles = nn.constant dense<1.0> : tensor<9x4xf32>
  %x = nn.gather %w, %ids axis = 0 : (tensor<8x8xf32>, tensor<4xi64>) -> tensor<4x8xf32>
  %c = nn.gather %angles, %ids axis = 0 : (tensor<9x4xf32>, tensor<4xi64>) -> tensor<4x4xf32>
  %n = nn.rms_norm %x epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %q = nn.linear %n, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %kv = nn.linear %n, %wide : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %k = nn.slice %kv [0, 0] to [4, 8] step [1, 1] : (tensor<4x16xf32>) -> tensor<4x8xf32>
  %v = nn.slice %kv [0, 8] to [4, 16] step [1, 1] : (tensor<4x16xf32>) -> tensor<4x8xf32>
  %qn = nn.rms_norm %q epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %r = nn.rotary %qn, %c, %c : (tensor<4x8xf32>, tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x8xf32>
  %a = nn.attention %r, %k, %v scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %o = nn.linear %a, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %on = nn.rms_norm %o epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %s0 = nn.add %x, %on : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %f = nn.rms_norm %s0 epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %gate = nn.linear %f, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %scaled = nn.mul %gate, %slope : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %act = nn.maximum %gate, %scaled : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %up = nn.linear %f, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %gated = nn.mul %act, %up : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %down = nn.linear %gated, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %dn = nn.rms_norm %down epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %s1 = nn.add %s0, %dn : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %fn = nn.layer_norm %s1 epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %head = nn.linear %fn, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  return %head : tensor<4x8xf32>
}
