// RUN: tacit-opt %s -convert-mpc-to-linalg=count-wraps -split-input-file | FileCheck %s

// A function that truncates locally gets a seed, from which it draws the share of one party
// for each element; the rest is the other's, and each is divided by itself.
// CHECK: inputs = [<name = "x", {{.+}}>, <name = "truncation_seed", type = tensor<i64>>]
// CHECK-SAME: <name = "failed_truncations", type = tensor<i64>>, <name = "expected_failed_truncations", type = tensor<1xf64>>, <name = "wraps", type = tensor<i64>>
// CHECK-LABEL: func.func @main(
// CHECK-SAME: tensor<2x4xf32> {nn.name = "x"}, %[[SEED:[a-z0-9]+]]: tensor<i64> {nn.name = "truncation_seed"})
// CHECK-NOT: mpc.local_truncation
// The generator of an operation begins at a word that is mixed of the seed and its number.
// CHECK: %[[STREAM:.+]] = linalg.generic {{.*}} ins(%[[SEED]] : tensor<i64>)
// The numbers that fail and those that are expected to are counted by rows.
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%{{.+}}, %[[STREAM]] : tensor<2x4xi64>, tensor<i64>) outs(%{{.+}} : tensor<2xi64>)
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]} ins(%{{.+}}, %[[STREAM]] : tensor<2x4xi64>, tensor<i64>) outs(%{{.+}} : tensor<2xf64>)
// CHECK: arith.constant 5.4210108624275222E-20 : f64
// CHECK: math.absf
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "parallel"]} ins(%[[Z:.+]], %[[STREAM]] : tensor<2x4xi64>, tensor<i64>) outs(%{{.+}} : tensor<2x4xi64>)
// CHECK: ^bb0(%[[X:.+]]: i64, %[[WORD:.+]]: i64,
// CHECK: linalg.index 1
// CHECK: linalg.index 0
// CHECK: %[[REST:.+]] = arith.subi %[[X]], %{{.+}} : i64
// CHECK: %[[MOST:.+]] = arith.constant 262143 : i64
// CHECK: arith.shrsi
// CHECK: arith.shrsi %[[REST]], %{{.+}} : i64
// CHECK: arith.addi %[[REST]],
module attributes {nn.interface = #nn.interface<
    inputs = [<name = "x", type = tensor<2x4xf32>>],
    outputs = [<name = "y", type = tensor<2x4xf32>>]>} {
  func.func @main(%x: tensor<2x4xf32> {nn.name = "x"}) -> (tensor<2x4xf32> {nn.name = "y"})
      attributes {mpc.local_truncation} {
    %0 = mpc.share %x from client : tensor<2x4xf32> to !mpc.share<2x4, width = 64, fraction = 18>
    %1 = mpc.square %0 : !mpc.share<2x4, width = 64, fraction = 18> to !mpc.share<2x4, width = 64, fraction = 36>
    %2 = mpc.truncate %1 : !mpc.share<2x4, width = 64, fraction = 36> to !mpc.share<2x4, width = 64, fraction = 18>
    %y = mpc.reveal %2 to client : !mpc.share<2x4, width = 64, fraction = 18> -> tensor<2x4xf32>
    return %y : tensor<2x4xf32>
  }
}

// -----

// Where nothing is truncated, nothing is drawn.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %{{.+}}: tensor<4xf32>) -> (tensor<4xf32>, tensor<i64> {nn.name = "wraps"})
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> attributes {mpc.local_truncation} {
  %0 = mpc.share %x from client : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 18>
  %y = mpc.reveal %0 to client : !mpc.share<4, width = 64, fraction = 18> -> tensor<4xf32>
  return %y : tensor<4xf32>
}
