// RUN: tacit-opt %s -pass-pipeline='builtin.module(mpc-select-program{name=dealer})' | FileCheck %s
// RUN: not tacit-opt %s -pass-pipeline='builtin.module(mpc-select-program{name=broker})' 2>&1 | FileCheck %s --check-prefix=NONE

// The module states the interface of the function that is left.
// CHECK: module attributes {nn.interface = #nn.interface<inputs = [<name = "x", type = tensor<4xi64>>], outputs = [<name = "result0", type = tensor<4xi64>>]>}
// CHECK-NOT: @party
// CHECK: func.func @main(
// CHECK-NOT: @party
// NONE: error: has no function @broker; expected the programs that convert-mpc-to-parties writes
func.func @party() {
  return
}
func.func @dealer(%x: tensor<4xi64> {nn.name = "x"}) -> tensor<4xi64> {
  return %x : tensor<4xi64>
}
