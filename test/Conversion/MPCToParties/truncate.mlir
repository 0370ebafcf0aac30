// RUN: tacit-opt %s -convert-mpc-to-parties | FileCheck %s

// A product of masked secrets sends nothing; each truncation is one exchange of all its
// elements, and the dealer deals the shifted mask and 16 bits of its top bit.

!x = !mpc.share<4, width = 64, fraction = 16>
!d = !mpc.share<4, width = 64, fraction = 32>

// CHECK-LABEL: func.func @party(
// CHECK-SAME: %[[S:.+]]: tensor<i64>, %[[X:.+]]: tensor<4xi64> {mpc.party = #mpc<party client>}) -> tensor<4xf32>
// The client masks its input by itself.
// CHECK: mpc.material <id = 0, origin = client>
// CHECK: mpc.exchange ins(%{{.+}} : tensor<4xi64>) outs(%{{.+}} : tensor<4xi64>) [to_server]
// The square of the mask.
// CHECK: mpc.material <id = 1, origin = dealt> into
// CHECK-NOT: mpc.exchange
// CHECK: %[[R:.+]] = mpc.material <id = 2, origin = drawn>
// CHECK: mpc.material <id = 3, origin = dealt> into
// CHECK: mpc.material <id = 4, origin = dealt, bits = 16> into
// CHECK: linalg.generic {{.*}} ins(%{{.+}}, %[[R]], %[[S]] : tensor<4xi64>, tensor<4xi64>, tensor<i64>)
// CHECK: arith.constant 62 : i64
// A message states what it is sent for.
// CHECK: mpc.exchange ins(%{{.+}} : tensor<4xi64>) outs(%{{.+}} : tensor<4xi64>) [both]
// CHECK-SAME: {sites = [#mpc.place<number = 2, kind = "gelu", op = "mpc.truncate", site = "layers.0.ffn.activation", node = "/Gelu">]}
// CHECK: arith.shrui
// The second product multiplies the terms of both: r >> f, and the top bit, whose square
// vanishes.
// CHECK: mpc.material <id = 5, origin = dealt, bits = 16> into
// CHECK: mpc.material <id = 6, origin = dealt> into
// CHECK-NOT: mpc.material <id = 7, origin = dealt
// CHECK: [to_client]
// CHECK: return

// CHECK-LABEL: func.func @dealer()
// CHECK: %[[L:.+]] = mpc.draw <id = 0, origin = client>
// CHECK: linalg.generic {{.*}} ins(%[[L]], %[[L]] :
// CHECK: arith.muli
// CHECK: mpc.deal %{{.+}} as <id = 1, origin = dealt> {site = #mpc.place<number = 2, kind = "gelu", op = "mpc.truncate", {{.*}}>} : tensor<4xi64>
// CHECK: %[[M:.+]] = mpc.draw <id = 2, origin = drawn>
// CHECK: linalg.generic {{.*}} ins(%[[M]] :
// CHECK: arith.constant 16 : i64
// CHECK: arith.shrui
// CHECK: mpc.deal %{{.+}} as <id = 3, origin = dealt>
// CHECK: mpc.deal %{{.+}} as <id = 4, origin = dealt, bits = 16>

// The client encodes what it puts in, and the server has nothing to do.
// CHECK-LABEL: func.func @client(
// CHECK-SAME: tensor<4xf32>) -> tensor<4xi64>
// CHECK-LABEL: func.func @server() {
// CHECK-LABEL: func.func @result(
// CHECK-SAME: %{{.+}}: tensor<4xf32>, %[[Y:.+]]: tensor<4xf32>) -> tensor<4xf32>
// CHECK: return %[[Y]]
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = mpc.share %x from client : tensor<4xf32> to !x
  %1 = mpc.square %0 : !x to !d
  %2 = mpc.truncate %1 {mpc.site = #mpc.site<block = 0, role = other, of = "gelu">, nn.site = "layers.0.ffn.activation"} : !d to !x loc("/Gelu")
  %3 = mpc.square %2 : !x to !d
  %4 = mpc.reveal %3 to client : !d -> tensor<4xf32>
  return %4 : tensor<4xf32>
}
