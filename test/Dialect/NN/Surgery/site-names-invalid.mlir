// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=layers.2.* 2>&1 | FileCheck %s -DTEXT="layers.2.*"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=0+head 2>&1 | FileCheck %s -DTEXT="head"
// RUN: not tacit-opt %s -nn-remove-layer-norm=sites=layers.0.*.attention 2>&1 | FileCheck %s -DTEXT="layers.0.*.attention"

// What has no sites has no names.
// RUN: echo 'func.func @f() { return }' | not tacit-opt -nn-remove-layer-norm=sites=*.norm 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: no site is called '*.norm'; the model has none

// The program has no names: they are found before one is looked for.
// RUN: tacit-opt %s -nn-remove-layer-norm=sites=*0.attention.norm | FileCheck %s --check-prefix=REMOVED

// CHECK: :[[@LINE+6]]:1: error: no site is called '[[TEXT]]'; the model has layers.N.attention.norm, layers.N.attention, final.norm, with N = 0
// CHECK-NOT: error

// REMOVED-NOT: layers.0.attention.norm
// REMOVED: nn.attention {{.+}} {nn.site = "layers.0.attention"}
// REMOVED: nn.layer_norm {{.+}} {nn.site = "final.norm"}
func.func @main(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %n0 = nn.layer_norm %x epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %a0 = nn.attention %n0, %n0, %n0 scale = 1.0 : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %r0 = nn.add %x, %a0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %n1 = nn.layer_norm %r0 epsilon = 1.0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %n1 : tensor<4x8xf32>
}
