// RUN: tacit-opt %s -pass-pipeline='builtin.module(func.func(mpc-schedule-messages))' | FileCheck %s

// %x and %y can leave at once, what follows from both only afterwards; material is not asked
// for before it is needed.

// CHECK-LABEL: func.func @party(
// CHECK-SAME: %[[X:.+]]: tensor<4xi64>, %[[Y:.+]]: tensor<4xi64>)
// CHECK-NOT: mpc.material
// CHECK: %[[H:.+]]:2 = mpc.exchange ins(%[[X]], %[[Y]] : {{.*}}) outs({{.*}}) [both, to_client]
// CHECK: %[[S:.+]] = arith.addi %[[H]]#0, %[[H]]#1
// CHECK-NOT: mpc.material
// CHECK: mpc.exchange ins(%[[S]] :
// CHECK-NOT: mpc.exchange
// CHECK: mpc.material
func.func @party(%x: tensor<4xi64>, %y: tensor<4xi64>) -> tensor<4xi64> {
  %e = tensor.empty() : tensor<4xi64>
  %r = mpc.material <id = 7, origin = drawn> into %e : tensor<4xi64> -> tensor<4xi64>
  %a = mpc.exchange ins(%x : tensor<4xi64>) outs(%e : tensor<4xi64>) [both] -> tensor<4xi64>
  %b = mpc.exchange ins(%y : tensor<4xi64>) outs(%e : tensor<4xi64>) [to_client] -> tensor<4xi64>
  %s = arith.addi %a, %b : tensor<4xi64>
  %c = mpc.exchange ins(%s : tensor<4xi64>) outs(%e : tensor<4xi64>) [both] -> tensor<4xi64>
  %t = arith.addi %c, %r : tensor<4xi64>
  return %t : tensor<4xi64>
}

// The dealer's program has no hops.
// CHECK-LABEL: func.func @dealer()
// CHECK: mpc.draw
// CHECK: mpc.deal
func.func @dealer() {
  %e = tensor.empty() : tensor<4xi64>
  %r = mpc.draw <id = 1, origin = drawn> into %e : tensor<4xi64> -> tensor<4xi64>
  mpc.deal %r as <id = 2, origin = dealt> : tensor<4xi64>
  return
}
