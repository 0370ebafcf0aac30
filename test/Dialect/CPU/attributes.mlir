// RUN: tacit-opt %s | tacit-opt | FileCheck %s
// RUN: tacit-opt %s -mlir-print-op-generic | tacit-opt | FileCheck %s
// RUN: tacit-opt %s -emit-bytecode | tacit-opt | FileCheck %s

// Every attribute, printed as it is documented, and read back from text and bytecode.

// CHECK: module attributes
// CHECK-SAME: cpu.arena_bytes = 64 : i64
// CHECK-SAME: cpu.checks = ["x is empty"]
// CHECK-SAME: cpu.weights = [#cpu.weight<value = dense<1.000000e+00> : tensor<2xf32>, offset = 0>,
// CHECK-SAME: #cpu.weight<value = dense_resource<w> : tensor<2x3xf32>, offset = 64, panel = 32, position = 1, permutation = [1, 0]>]
module attributes {
  cpu.arena_bytes = 64 : i64,
  cpu.checks = ["x is empty"],
  cpu.weights = [#cpu.weight<value = dense<1.0> : tensor<2xf32>, offset = 0>,
                 #cpu.weight<value = dense_resource<w> : tensor<2x3xf32>, offset = 64, panel = 32, position = 1, permutation = [1, 0]>]
} {
}
