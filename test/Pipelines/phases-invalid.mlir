// RUN: not tacit-opt %s -tacit-check 2>&1 | FileCheck %s
// RUN: not tacit-opt %s -tacit-linalg 2>&1 | FileCheck %s --check-prefix=LINALG

// A model whose batch nobody pinned stops at the first phase that needs it.
// CHECK: error: dimension 0 of input 'x' is free; the CPU needs every dimension known
// CHECK: note: try --dim batch=N
// LINALG: error: failed to legalize operation 'nn.relu'
func.func @main(%x: tensor<?x4xf32> {nn.name = "x", nn.dims = ["batch", ""]}) -> tensor<?x4xf32> {
  %0 = nn.relu %x : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
