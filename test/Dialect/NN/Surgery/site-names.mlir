// RUN: tacit-opt %s -nn-remove-layer-norm=sites=layers.*.attention.norm | FileCheck %s --check-prefix=NORMS
// RUN: tacit-opt %s -nn-remove-layer-norm=sites=final+layers.0.*.norm | FileCheck %s --check-prefix=FIRST
// RUN: tacit-opt %s -nn-replace-activation="with=relu sites=*.activation" | FileCheck %s --check-prefix=RELU
// RUN: tacit-opt %s -nn-replace-activation="with=relu slope=0.5 sites=1" | FileCheck %s --check-prefix=LEAKY
// RUN: tacit-opt %s -nn-fold-linear="sites=layers.1.ffn.down" | FileCheck %s --check-prefix=FOLD
// RUN: tacit-opt %s -nn-remove-layer-norm=sites=final.norm --remarks-filter=surgery 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// A name means the same after other changes, and what replaces a site has its name.
// RUN: tacit-opt %s --pass-pipeline="builtin.module(func.func(nn-replace-activation{with=relu sites=0}, \
// RUN:   nn-replace-activation{what=any with=identity sites=layers.0.ffn.activation}))" \
// RUN:   | FileCheck %s --check-prefix=AGAIN

// NORMS-NOT: attention.norm
// NORMS: nn.rms_norm {{.+}} {nn.site = "layers.0.ffn.norm"}
// NORMS-NOT: attention.norm
// NORMS: nn.layer_norm {{.+}} {nn.site = "final.norm"}
// FIRST-NOT: _norm %
// FIRST: nn.layer_norm {{.+}} {nn.site = "layers.1.attention.norm"}
// FIRST-NOT: _norm %
// RELU: nn.relu %{{.+}} {nn.site = "layers.0.ffn.activation"}
// RELU: nn.relu %{{.+}} {nn.site = "layers.1.ffn.activation"}
// LEAKY: nn.gelu erf %{{.+}} {nn.site = "layers.0.ffn.activation"}
// LEAKY: nn.maximum {{.+}} {nn.site = "layers.1.ffn.activation"}
// AGAIN-NOT: layers.0.ffn.activation
// AGAIN: nn.gelu erf %{{.+}} {nn.site = "layers.1.ffn.activation"}
// REMARK: Remark="final: nn.layer_norm removed"
// REMARK-NOT: Remark=

// The layer that two become is the second one.
// FOLD: nn.site = "layers.1.ffn.activation"
// FOLD-NOT: layers.1.ffn.down.1
// FOLD: nn.linear %{{.+}} {nn.site = "layers.1.ffn.down"}
// FOLD-NOT: layers.1.ffn.down.1
func.func @main(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %w = nn.constant dense<1.0> : tensor<8x8xf32>
  %n0 = nn.layer_norm %x epsilon = 1.0 {nn.site = "layers.0.attention.norm"} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %a0 = nn.attention %n0, %n0, %n0 scale = 1.0 {nn.site = "layers.0.attention"} : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %r0 = nn.add %x, %a0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n1 = nn.rms_norm %r0 epsilon = 1.0 {nn.site = "layers.0.ffn.norm"} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %u0 = nn.linear %n1, %w {nn.site = "layers.0.ffn.up"} : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %g0 = nn.gelu erf %u0 {nn.site = "layers.0.ffn.activation"} : tensor<4x8xf32>
  %r1 = nn.add %r0, %g0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n2 = nn.layer_norm %r1 epsilon = 1.0 {nn.site = "layers.1.attention.norm"} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %a1 = nn.attention %n2, %n2, %n2 scale = 1.0 {nn.site = "layers.1.attention"} : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %r2 = nn.add %r1, %a1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %g1 = nn.gelu erf %r2 {nn.site = "layers.1.ffn.activation"} : tensor<4x8xf32>
  %f0 = nn.linear %g1, %w {nn.site = "layers.1.ffn.down.1"} : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %f1 = nn.linear %f0, %w {nn.site = "layers.1.ffn.down"} : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %r3 = nn.add %r2, %f1 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n3 = nn.layer_norm %r3 epsilon = 1.0 {nn.site = "final.norm"} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %n3 : tensor<4x8xf32>
}
