// Every phase reads the text that the one before it left.
// RUN: tacit-opt %s -tacit-raise -o %t.raise.mlir && FileCheck %s --check-prefix=RAISE --input-file=%t.raise.mlir
// RUN: tacit-opt %t.raise.mlir -tacit-check -o %t.check.mlir && FileCheck %s --check-prefix=VERDICT --input-file=%t.check.mlir
// RUN: tacit-opt %t.check.mlir -tacit-linalg -o %t.linalg.mlir && FileCheck %s --check-prefix=LINALG --input-file=%t.linalg.mlir
// RUN: tacit-opt %t.linalg.mlir -tacit-schedule -o %t.schedule.mlir && FileCheck %s --check-prefix=SCHEDULE --input-file=%t.schedule.mlir
// RUN: tacit-opt %t.schedule.mlir -tacit-bufferize -o %t.bufferize.mlir && FileCheck %s --check-prefix=BUFFERIZE --input-file=%t.bufferize.mlir
// RUN: tacit-opt %t.bufferize.mlir -tacit-llvm -mlir-print-op-generic | FileCheck %s --check-prefix=LLVM

// The tied head becomes a linear operation with its bias.
// RAISE: nn.gather
// RAISE: nn.attention
// RAISE: nn.layer_norm
// RAISE: %[[W:.+]] = nn.transpose
// RAISE: %[[Y:.+]] = nn.linear %{{.+}}, %[[W]] bias(%{{.+}})
// RAISE-NEXT: return %[[Y]]

// VERDICT: module attributes {nn.interface = #nn.interface<inputs = [<name = "tokens", type = tensor<2x3xi64>, index_bound = 5>]
// VERDICT-SAME: outputs = [<name = "logits", type = tensor<2x3x5xf32>>]

// LINALG: nn.interface
// LINALG-NOT: = nn.
// LINALG: linalg.generic
// LINALG-NOT: = nn.

// Products and rows are loops over vectors; nothing is left that would be scalar.
// SCHEDULE: nn.interface
// SCHEDULE-NOT: linalg.generic
// SCHEDULE: %[[PANELS:.+]] = linalg.pack %{{.+}} outer_dims_perm = [0, 1] inner_dims_pos = [0] inner_tiles = [32]
// SCHEDULE-SAME: tensor<5x8xf32> -> tensor<1x8x32xf32>
// SCHEDULE: vector.transfer_read %[[PANELS]]
// SCHEDULE-NOT: linalg.generic

// The weight is in the file twice: in panels for the head, as it is for the gather.
// BUFFERIZE: module attributes {cpu.arena_bytes = {{[0-9]+}} : i64, cpu.weights = [
// BUFFERIZE-DAG: #cpu.weight<value = dense_resource<w> : tensor<5x8xf32>, offset = {{[0-9]+}}>
// BUFFERIZE-DAG: #cpu.weight<value = dense_resource<w> : tensor<5x8xf32>, offset = {{[0-9]+}}, panel = 32, position = 0, permutation = [0, 1]>
// BUFFERIZE-SAME: nn.interface = #nn.interface<
// BUFFERIZE-NOT: memref.alloc()
// BUFFERIZE: func.func @main(%{{.+}}: memref<1216xi8>, %{{.+}}: memref<{{[0-9]+}}xi8>, %{{.+}}: memref<2x3xi64> {nn.name = "tokens"}, %[[OUT:.+]]: memref<2x3x5xf32>
// BUFFERIZE: memref.reinterpret_cast %[[OUT]] to
// BUFFERIZE-NOT: memref.copy {{.*}}, %[[OUT]]
// BUFFERIZE-NOT: tensor.
// BUFFERIZE-NOT: memref.alloc()
// BUFFERIZE: return

// Nothing but the llvm and omp dialects in a module.
// LLVM: "builtin.module"
// LLVM-NOT: {{"(linalg|bufferization|builtin\.unrealized|[ac-kmnp-z][a-z_]*)\.}}
// LLVM: "llvm.func"{{.*}}sym_name = "main"
// LLVM-NOT: {{"(linalg|bufferization|builtin\.unrealized|[ac-kmnp-z][a-z_]*)\.}}
// LLVM: "omp.parallel"
// LLVM-NOT: {{"(linalg|bufferization|builtin\.unrealized|[ac-kmnp-z][a-z_]*)\.}}
// LLVM: "llvm.return"
// LLVM-NOT: {{"(linalg|bufferization|builtin\.unrealized|[ac-kmnp-z][a-z_]*)\.}}

func.func @main(%t: tensor<2x3xi64> {nn.name = "tokens"}) -> (tensor<2x3x5xf32> {nn.name = "logits"}) {
  %w = nn.constant dense_resource<w> : tensor<5x8xf32>
  %b = nn.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0]> : tensor<5xf32>
  %x = nn.gather %w, %t axis = 0 : (tensor<5x8xf32>, tensor<2x3xi64>) -> tensor<2x3x8xf32>
  %h = nn.attention %x, %x, %x scale = 3.535530e-01
      : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
  %n = nn.layer_norm %h epsilon = 1.000000e-05 : (tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
  %wt = nn.transpose %w [1, 0] : (tensor<5x8xf32>) -> tensor<8x5xf32>
  %p = nn.matmul %n, %wt : (tensor<2x3x8xf32>, tensor<8x5xf32>) -> tensor<2x3x5xf32>
  %y = nn.add %p, %b : (tensor<2x3x5xf32>, tensor<5xf32>) -> tensor<2x3x5xf32>
  return %y : tensor<2x3x5xf32>
}
