// RUN: tacit-opt %s -pass-pipeline='builtin.module(convert-mpc-to-parties,canonicalize,cse,func.func(mpc-schedule-messages))' | FileCheck %s

// What one secret becomes by numbers that both know shares its opening: x + 1 and -x are
// compared with 0, and so are three copies of x, whose bits of the mask are dealt once.

!x = !mpc.share<64, width = 64, fraction = 16>
!b = !mpc.share<64, width = 64, fraction = 0>
!r = !mpc.share<1x64, width = 64, fraction = 16>
!c = !mpc.share<3x64, width = 64, fraction = 16>
!d = !mpc.share<3x64, width = 64, fraction = 0>

// CHECK-LABEL: func.func @party(
// The secret is a share, so that its words are those of both.
// CHECK: mpc.exchange ins(%{{.+}} : tensor<64xi64>) {{.*}} [both]
// CHECK-NOT: tensor<64xi64>) {{.*}} [both]
// CHECK: mpc.exchange ins(%{{.+}}, %{{.+}}, %{{.+}} : tensor<31x1xi64>, tensor<31x1xi64>, tensor<31x3xi64>)
// CHECK: mpc.exchange ins(%{{.+}}, %{{.+}}, %{{.+}} : tensor<7x1xi64>, tensor<7x1xi64>, tensor<7x3xi64>)
// CHECK: mpc.exchange ins(%{{.+}}, %{{.+}}, %{{.+}} : tensor<1xi64>, tensor<1xi64>, tensor<3xi64>)
// CHECK-NOT: mpc.exchange
// CHECK: return

// CHECK-LABEL: func.func @dealer()
// CHECK-COUNT-3: mpc.deal %{{.+}} boolean = true> {{.*}} : tensor<15x16x1xi64>
// CHECK-NOT: tensor<15x16x
// CHECK: return
func.func @main(%x: !x {mpc.state}) -> (!b, !b, !d) {
  %c = nn.constant {nn.from_attribute} dense<1.0> : tensor<f32>
  %one = mpc.public %c as attribute "bound" : tensor<f32>
  %0 = mpc.add %x, %one : (!x, tensor<f32>) -> !x
  %s1 = mpc.msb %0 : !x to !mpc.bits<64>
  %1 = mpc.b2a %s1 : !mpc.bits<64> to !b
  %2 = mpc.neg %x : !x
  %s3 = mpc.msb %2 : !x to !mpc.bits<64>
  %3 = mpc.b2a %s3 : !mpc.bits<64> to !b
  %4 = mpc.reshape %x : !x to !r
  %5 = mpc.expand %4 : !r to !c
  %6 = nn.constant {nn.from_attribute} dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %list = mpc.public %6 as attribute "bound" : tensor<3x1xf32>
  %7 = mpc.add %5, %list : (!c, tensor<3x1xf32>) -> !c
  %s8 = mpc.msb %7 : !c to !mpc.bits<3x64>
  %8 = mpc.b2a %s8 : !mpc.bits<3x64> to !d
  return %1, %3, %8 : !b, !b, !d
}
