// RUN: tacit-opt %s -convert-mpc-to-parties | FileCheck %s

// The client sends its share of the input behind a mask, 8 bytes an element; the product is
// one for both parties. What the server adds is its share.

!x = !mpc.share<2x8, width = 64, fraction = 16>
!w = !mpc.share<8x4, width = 64, fraction = 16>
!b = !mpc.share<4, width = 64, fraction = 32>
!y = !mpc.share<2x4, width = 64, fraction = 32>

// CHECK-LABEL: func.func @party(
// CHECK-SAME: %[[W:[^ ]+]]: tensor<8x4xi64> {mpc.mask = [[MASK:[0-9]+]] : i64, mpc.party = #mpc<party server>}
// CHECK-SAME: %[[B:[^ ]+]]: tensor<4xi64> {mpc.party = #mpc<party server>}
// CHECK: %[[L:.+]] = mpc.material <id = [[ID:[0-9]+]], origin = client>
// CHECK: mpc.exchange ins(%{{.+}} : tensor<2x8xi64>) outs(%{{.+}} : tensor<2x8xi64>) [to_server]
// CHECK: linalg.generic {{.*}} "reduction"]} ins(%{{.+}}, %[[W]] : tensor<2x8xi64>, tensor<8x4xi64>)
// CHECK-NOT: [both]
// CHECK: ins(%{{.+}}, %[[B]] :

// CHECK-LABEL: func.func @dealer()
// The mask of a weight is the same for a whole session.
// CHECK: %[[M:.+]] = mpc.draw <id = [[MASK]], origin = server, session = true>
// CHECK: %[[N:.+]] = mpc.draw <id = [[ID]], origin = client>
// CHECK: ins(%[[N]], %[[M]] : tensor<2x8xi64>, tensor<8x4xi64>)
// CHECK: mpc.deal

// No weight is in the code of a party.
// CHECK-LABEL: func.func @server() -> (tensor<8x4xi64>, tensor<4xi64>)
// CHECK: nn.constant dense<5.000000e-01>
func.func @main(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = nn.constant dense<0.5> : tensor<8x4xf32>
  %b = nn.constant dense<0.25> : tensor<4xf32>
  %0 = mpc.share %x from client : tensor<2x8xf32> to !x
  %1 = mpc.share %w from server : tensor<8x4xf32> to !w
  %2 = mpc.matmul %0, %1 : (!x, !w) -> !y
  %3 = mpc.share %b from server : tensor<4xf32> to !b
  %4 = mpc.add %2, %3 : (!y, !b) -> !y
  %5 = mpc.reveal %4 to client : !y -> tensor<2x4xf32>
  return %5 : tensor<2x4xf32>
}
