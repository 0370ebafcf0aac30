// RUN: tacit-opt %s -pass-pipeline='builtin.module(convert-mpc-to-parties,canonicalize,cse,func.func(mpc-schedule-messages))' | FileCheck %s

// A sign of 64 numbers is one word: after the opening, 31 bits of groups of four, 7 bits of
// groups of 16, and the sign itself, three hops. The product with what was compared sends
// nothing more, and a second comparison of the same secret shares the opening and all hops.

// The dealer computes the products of all sets of bits in one loop, from planes that are
// read where they are.

!x = !mpc.share<64, width = 64, fraction = 16>
!b = !mpc.share<64, width = 64, fraction = 0>

// CHECK-LABEL: func.func @party(
// CHECK: mpc.exchange ins(%{{.+}} : tensor<64xi64>) {{.*}} [to_server]
// CHECK: mpc.exchange ins(%{{.+}}, %{{.+}} : tensor<31x1xi64>, tensor<31x1xi64>) {{.*}} [both, both]
// CHECK: mpc.exchange ins(%{{.+}}, %{{.+}} : tensor<7x1xi64>, tensor<7x1xi64>) {{.*}} [both, both]
// CHECK: mpc.exchange ins(%{{.+}}, %{{.+}} : tensor<1xi64>, tensor<1xi64>) {{.*}} [both, both]
// CHECK: mpc.exchange ins(%{{.+}} : tensor<64xi64>) {{.*}} [to_client]
// CHECK-NOT: mpc.exchange
// CHECK: return

// CHECK-LABEL: func.func @dealer(
// CHECK: %[[MASK:.+]] = mpc.draw {{.*}} tensor<64xi64>
// CHECK: %[[WORDS:.+]] = tensor.expand_shape %[[MASK]] {{.*}} into tensor<8x8x1xi64>
// CHECK: linalg.generic {{.*}} ins(%[[WORDS]], %[[WORDS]], %[[WORDS]], %[[WORDS]], %[[WORDS]], %[[WORDS]], %[[WORDS]], %[[WORDS]] :
// CHECK: linalg.generic
// CHECK: %[[PRODUCTS:.+]] = linalg.generic {{.*}} ins(%[[P:.+]], %[[P]], %[[P]], %[[P]] : tensor<16x4x1xi64>
// CHECK-NOT: linalg.generic
// CHECK-NOT: nn.concat
// CHECK: mpc.deal %[[PRODUCTS]] as {{.*}} tensor<15x16x1xi64>
// CHECK-NOT: nn.concat
func.func @main(%x: tensor<64xf32>) -> tensor<64xf32> {
  %0 = mpc.share %x from client : tensor<64xf32> to !x
  %s1 = mpc.msb %0 : !x to !mpc.bits<64>
  %1 = mpc.b2a %s1 : !mpc.bits<64> to !b
  %c = nn.constant {nn.from_attribute} dense<1.0> : tensor<f32>
  %one = mpc.public %c as attribute "bound" : tensor<f32>
  %2 = mpc.add %0, %one : (!x, tensor<f32>) -> !x
  %s3 = mpc.msb %2 : !x to !mpc.bits<64>
  %3 = mpc.b2a %s3 : !mpc.bits<64> to !b
  %4 = mpc.mul %0, %1 : (!x, !b) -> !x
  %5 = mpc.mul %0, %3 : (!x, !b) -> !x
  %6 = mpc.add %4, %5 : (!x, !x) -> !x
  %7 = mpc.reveal %6 to client : !x -> tensor<64xf32>
  return %7 : tensor<64xf32>
}
