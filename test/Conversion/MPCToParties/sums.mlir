// RUN: tacit-opt %s -convert-mpc-to-parties | FileCheck %s

// The dealer adds up the products that a party would add up: one word for each row of
// squares, and one for a polynomial.

!x = !mpc.share<2x8, width = 64, fraction = 16>
!d = !mpc.share<2x8, width = 64, fraction = 32>
!s = !mpc.share<2x1, width = 64, fraction = 32>
!e = !mpc.share<2x8, width = 64, fraction = 34>

// CHECK-LABEL: func.func @dealer()
// CHECK-COUNT-1: mpc.deal %{{.+}} : tensor<2x1xi64>
// CHECK-COUNT-1: mpc.deal %{{.+}} : tensor<2x8xi64>
// CHECK-NOT: mpc.deal
// CHECK: return
func.func @main(%x: !x {mpc.state}, %y: !x {mpc.state}) -> (!s, !e) {
  %0 = mpc.square %x : !x to !d
  %1 = mpc.sum %0 axes = [1] : !d to !s
  %c = nn.constant {nn.from_attribute} dense<0.25> : tensor<f32>
  %quarter = mpc.public %c as attribute "bound" : tensor<f32>
  %2 = mpc.mul %x, %y : (!x, !x) -> !d
  %3 = mpc.mul %2, %quarter : (!d, tensor<f32>) -> !e
  %4 = mpc.square %y : !x to !d
  %5 = mpc.mul %4, %quarter : (!d, tensor<f32>) -> !e
  %6 = mpc.sub %3, %5 : (!e, !e) -> !e
  return %1, %6 : !s, !e
}
