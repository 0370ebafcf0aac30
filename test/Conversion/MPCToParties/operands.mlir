// RUN: tacit-opt %s -convert-mpc-to-parties | FileCheck %s

// A secret goes to the server once for all weights that it is multiplied by, as queries,
// keys and values have; for each of them the dealer deals a product with the same mask.

!x = !mpc.share<2x8, width = 64, fraction = 16>
!w = !mpc.share<8x4, width = 64, fraction = 16>
!y = !mpc.share<2x4, width = 64, fraction = 32>

// CHECK-LABEL: func.func @party(
// CHECK: mpc.exchange ins(%{{.+}} : tensor<2x8xi64>) {{.*}} [to_server]
// CHECK-NOT: mpc.exchange
// CHECK: return

// CHECK-LABEL: func.func @dealer()
// CHECK: %[[L:.+]] = mpc.draw <id = {{[0-9]+}}, origin = client>
// CHECK: linalg.generic {{.*}} ins(%[[L]], %{{.+}} : tensor<2x8xi64>, tensor<8x4xi64>)
// CHECK: linalg.generic {{.*}} ins(%[[L]], %{{.+}} : tensor<2x8xi64>, tensor<8x4xi64>)
func.func @main(%x: !x {mpc.state}) -> (!y, !y) {
  %v = nn.constant dense<0.5> : tensor<8x4xf32>
  %w = nn.constant dense<0.25> : tensor<8x4xf32>
  %0 = mpc.share %v from server : tensor<8x4xf32> to !w
  %1 = mpc.share %w from server : tensor<8x4xf32> to !w
  %2 = mpc.matmul %x, %0 : (!x, !w) -> !y
  %3 = mpc.matmul %x, %1 : (!x, !w) -> !y
  return %2, %3 : !y, !y
}
