// RUN: tacit-opt %s -convert-mpc-to-parties | FileCheck %s

// Ranges of rows are gathered by both parties alone. What is unpacked is opened before, so
// that the zeros cost nothing: three words for each matrix, and not four.

!x = !mpc.share<2x2x2, width = 64, fraction = 16>
!p = !mpc.share<2x3, width = 64, fraction = 16>
!y = !mpc.share<2x2x2, width = 64, fraction = 32>

// CHECK-LABEL: func.func @party(
// CHECK: nn.constant dense<[0, 2, 3]> : tensor<3xi64>
// CHECK: %[[PACKED:.+]] = nn.gather {{.*}} -> tensor<2x3xi64>
// CHECK: mpc.exchange ins(%{{.+}} : tensor<2x3xi64>) {{.*}} [both]
// CHECK: nn.constant dense<[0, 3, 1, 2]> : tensor<4xi64>
// CHECK-NOT: mpc.exchange
// CHECK: return
func.func @main(%x: !x {mpc.state}) -> !y {
  %0 = mpc.pack %x [0, 0] to [1, 2] : !x to !p
  %1 = mpc.unpack %0 [0, 0] to [1, 2] of 2 : !p to !x
  %2 = mpc.square %1 : !x to !y
  return %2 : !y
}
