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

// Nobody waits for tensors without elements.
// CHECK-LABEL: func.func @empty(
// CHECK-SAME: %[[X:.+]]: tensor<0x3xi64>)
// CHECK: %[[E:.+]] = tensor.empty() : tensor<0x3xi64>
// CHECK-NOT: mpc.exchange
// CHECK: arith.addi %[[X]], %[[E]]
func.func @empty(%x: tensor<0x3xi64>) -> tensor<0x3xi64> {
  %e = tensor.empty() : tensor<0x3xi64>
  %a = mpc.exchange ins(%x : tensor<0x3xi64>) outs(%e : tensor<0x3xi64>) [both] -> tensor<0x3xi64>
  %s = arith.addi %x, %a : tensor<0x3xi64>
  return %s : tensor<0x3xi64>
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

// The merged operation states the site of each message.
// CHECK-LABEL: func.func @sites(
// CHECK: mpc.exchange {{.*}} [both, both, to_server]
// CHECK-SAME: {sites = [#mpc.place<number = 4, kind = "head", op = "mpc.matmul">,
// CHECK-SAME: #mpc.place<number = 7, kind = "gelu", op = "mpc.mul", site = "layers.0.ffn.activation", node = "/Gelu">,
// CHECK-SAME: #mpc.place<number = 7, kind = "gelu", op = "mpc.mul">]}
func.func @sites(%x: tensor<4xi64>, %y: tensor<4xi64>) -> (tensor<4xi64>, tensor<4xi64>, tensor<4xi64>) {
  %e = tensor.empty() : tensor<4xi64>
  %a = mpc.exchange ins(%x : tensor<4xi64>) outs(%e : tensor<4xi64>) [both] {sites = [#mpc.place<number = 4, kind = "head", op = "mpc.matmul">]} -> tensor<4xi64>
  %b:2 = mpc.exchange ins(%x, %y : tensor<4xi64>, tensor<4xi64>) outs(%e, %e : tensor<4xi64>, tensor<4xi64>) [both, to_server] {sites = [#mpc.place<number = 7, kind = "gelu", op = "mpc.mul", site = "layers.0.ffn.activation", node = "/Gelu">, #mpc.place<number = 7, kind = "gelu", op = "mpc.mul">]} -> tensor<4xi64>, tensor<4xi64>
  return %a, %b#0, %b#1 : tensor<4xi64>, tensor<4xi64>, tensor<4xi64>
}

// A hop of which some sites are not known has none, rather than those of other messages.
// CHECK-LABEL: func.func @some_sites(
// CHECK: mpc.exchange {{.*}} [both, both] ->
func.func @some_sites(%x: tensor<4xi64>) -> (tensor<4xi64>, tensor<4xi64>) {
  %e = tensor.empty() : tensor<4xi64>
  %a = mpc.exchange ins(%x : tensor<4xi64>) outs(%e : tensor<4xi64>) [both] {sites = [#mpc.place<number = 4, kind = "head", op = "mpc.matmul">]} -> tensor<4xi64>
  %b = mpc.exchange ins(%x : tensor<4xi64>) outs(%e : tensor<4xi64>) [both] -> tensor<4xi64>
  return %a, %b : tensor<4xi64>, tensor<4xi64>
}
