// RUN: tacit-opt %s -mpc-expand | FileCheck %s
// RUN: tacit-opt %s -mpc-expand=recipe=crypten | FileCheck %s --check-prefix=NONE
// RUN: tacit-opt %s -mpc-expand -mlir-print-debuginfo | FileCheck %s --check-prefix=LOC

// No whole function is left.
// NONE-NOT: mpc.{{relu|sigmoid|tanh|silu|gelu|softmax|layer_norm|rms_norm}}

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @relu(
// CHECK-SAME: %[[X:.+]]: !mpc.share<2x8, width = 64, fraction = 18>
// CHECK-NEXT: %[[BIT:.+]] = mpc.is_negative %[[X]] {mpc.site = #mpc.site<block = -1, role = other, of = "relu">}
// CHECK-SAME: to !mpc.share<2x8, width = 64, fraction = 0>
// CHECK-NEXT: %[[MINUS:.+]] = mpc.neg %[[BIT]]
// CHECK-NEXT: %[[ONE:.+]] = nn.constant {nn.from_attribute} dense<1.000000e+00>
// CHECK-NEXT: %[[PUBLIC:.+]] = mpc.public %[[ONE]] as attribute "relu" : tensor<f32>
// CHECK-NEXT: %[[KEPT:.+]] = mpc.add %[[MINUS]], %[[PUBLIC]]
// CHECK-NEXT: %[[Y:.+]] = mpc.mul %[[X]], %[[KEPT]]
// CHECK-NEXT: return %[[Y]]
func.func @relu(%x: !mpc.share<2x8, width = 64, fraction = 18>) -> !mpc.share<2x8, width = 64, fraction = 18> {
  %y = mpc.relu %x : !mpc.share<2x8, width = 64, fraction = 18>
  return %y : !mpc.share<2x8, width = 64, fraction = 18>
}

// The parts have the block and the site of the function, and its location. The mean divides by 4:
// a factor of two bits. exp, reciprocal, rsqrt and max stay.
// CHECK-LABEL: func.func @layer_norm(
// CHECK: mpc.mul {{.*}}<block = 3, role = other, of = "layer_norm">, nn.site = "layers.3.ffn.norm"} {{.*}} -> !mpc.share<2x1, width = 64, fraction = 20>
// CHECK: mpc.rsqrt
// LOC: mpc.rsqrt {{.*}} loc([[AT:#loc[0-9]*]])
// LOC: [[AT]] = loc("blocks.3.norm")
func.func @layer_norm(%x: !mpc.share<2x4, width = 64, fraction = 18>) -> !mpc.share<2x4, width = 64, fraction = 18> {
  %y = mpc.layer_norm %x epsilon = 1.0e-05 {mpc.site = #mpc.site<block = 3, role = other>, nn.site = "layers.3.ffn.norm"} : !mpc.share<2x4, width = 64, fraction = 18> loc("blocks.3.norm")
  return %y : !mpc.share<2x4, width = 64, fraction = 18>
}

// A score that is left out is -128 before the maximum and nothing after exp; neither
// is sent.
// CHECK-LABEL: func.func @softmax(
// CHECK: %[[KEEP:.+]] = mpc.public
// CHECK: mpc.mul %{{.+}}, %[[KEEP]] {{.*}} -> !mpc.share<2x3, width = 64, fraction = 18>
// CHECK: dense<-1.280000e+02>
// CHECK: mpc.max
// CHECK: %[[POWERS:.+]] = mpc.exp
// CHECK-NEXT: mpc.mul %[[POWERS]], %[[KEEP]]
// CHECK: mpc.reciprocal {{.*}}2x1
func.func @softmax(%x: !mpc.share<2x3, width = 64, fraction = 18>) -> !mpc.share<2x3, width = 64, fraction = 18> {
  %mask = nn.constant dense<[1.0, 1.0, 0.0]> : tensor<3xf32>
  %keep = mpc.public %mask as mask : tensor<3xf32>
  %y = mpc.softmax %x keep(%keep : tensor<3xf32>) axis = 1 : !mpc.share<2x3, width = 64, fraction = 18>
  return %y : !mpc.share<2x3, width = 64, fraction = 18>
}

// Nine bits beyond two fractions are enough.
// CHECK-LABEL: func.func @narrow(
// CHECK: mpc.is_negative
func.func @narrow(%x: !mpc.share<scalar, width = 33, fraction = 12>) -> !mpc.share<scalar, width = 33, fraction = 12> {
  %y = mpc.sigmoid %x : !mpc.share<scalar, width = 33, fraction = 12>
  return %y : !mpc.share<scalar, width = 33, fraction = 12>
}

// Primitives stay as they are.
// CHECK-LABEL: func.func @primitives(
// CHECK-NEXT: mpc.square
// CHECK-NEXT: mpc.truncate
// CHECK-NEXT: mpc.exp
// CHECK-NEXT: return
func.func @primitives(%x: !mpc.share<4, width = 64, fraction = 18>) -> !mpc.share<4, width = 64, fraction = 18> {
  %0 = mpc.square %x : !mpc.share<4, width = 64, fraction = 18> to !mpc.share<4, width = 64, fraction = 36>
  %1 = mpc.truncate %0 : !mpc.share<4, width = 64, fraction = 36> to !mpc.share<4, width = 64, fraction = 18>
  %y = mpc.exp %1 : !mpc.share<4, width = 64, fraction = 18>
  return %y : !mpc.share<4, width = 64, fraction = 18>
}
