// RUN: tacit-opt %s | tacit-opt | FileCheck %s

// What a party and the dealer say to the outside, on tensors and on buffers.

// CHECK-LABEL: func.func @party(
// CHECK-SAME: %[[X:.+]]: tensor<4xi64>, %[[Y:.+]]: tensor<2xi64>)
func.func @party(%x: tensor<4xi64>, %y: tensor<2xi64>) -> (tensor<4xi64>, tensor<2xi64>) {
  // CHECK: %[[E:.+]] = tensor.empty() : tensor<4xi64>
  %e = tensor.empty() : tensor<4xi64>
  %f = tensor.empty() : tensor<2xi64>
  // CHECK: %[[R:.+]] = mpc.material <id = 7, origin = drawn> into %[[E]] : tensor<4xi64> -> tensor<4xi64>
  %r = mpc.material <id = 7, origin = drawn> into %e : tensor<4xi64> -> tensor<4xi64>
  // CHECK: mpc.exchange ins(%[[R]], %[[Y]] : tensor<4xi64>, tensor<2xi64>) outs(%{{.+}}, %{{.+}} : tensor<4xi64>, tensor<2xi64>) [both, to_client] -> tensor<4xi64>, tensor<2xi64>
  %0:2 = mpc.exchange ins(%r, %y : tensor<4xi64>, tensor<2xi64>) outs(%e, %f : tensor<4xi64>, tensor<2xi64>) [both, to_client] -> tensor<4xi64>, tensor<2xi64>
  return %0#0, %0#1 : tensor<4xi64>, tensor<2xi64>
}

// CHECK-LABEL: func.func @dealer()
func.func @dealer() {
  %e = tensor.empty() : tensor<4xi64>
  // CHECK: %[[R:.+]] = mpc.draw <id = 1, origin = server, boolean = true, session = true> into %{{.+}} : tensor<4xi64> -> tensor<4xi64>
  %r = mpc.draw <id = 1, origin = server, boolean = true, session = true> into %e : tensor<4xi64> -> tensor<4xi64>
  // CHECK: mpc.deal %[[R]] as <id = 2, origin = dealt, bits = 16> : tensor<4xi64>
  // CHECK: mpc.deal %[[R]] as <id = 3, origin = dealt> {site = #mpc.place<number = 9, kind = "gelu", op = "mpc.mul">} : tensor<4xi64>
  mpc.deal %r as <id = 2, origin = dealt, bits = 16> : tensor<4xi64>
  mpc.deal %r as <id = 3, origin = dealt> {site = #mpc.place<number = 9, kind = "gelu", op = "mpc.mul">} : tensor<4xi64>
  return
}

// CHECK-LABEL: func.func @buffers(
// CHECK-SAME: %[[A:.+]]: memref<4xi64>, %[[B:.+]]: memref<4xi64>)
func.func @buffers(%a: memref<4xi64>, %b: memref<4xi64>) {
  // CHECK: mpc.material <id = 7, origin = client> into %[[A]] : memref<4xi64>
  mpc.material <id = 7, origin = client> into %a : memref<4xi64>
  // CHECK: mpc.exchange ins(%[[A]] : memref<4xi64>) outs(%[[B]] : memref<4xi64>) [to_server]
  mpc.exchange ins(%a : memref<4xi64>) outs(%b : memref<4xi64>) [to_server]
  return
}
