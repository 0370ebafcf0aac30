// RUN: tacit-opt %s -pass-pipeline='builtin.module(convert-mpc-to-parties,canonicalize,cse,func.func(mpc-schedule-messages))' | FileCheck %s

// What was opened for a truncation has the sign of the result, and of its sum with a number
// that fits into the ring with the larger fraction: signs need no opening of their own.

!d = !mpc.share<64, width = 64, fraction = 32>
!x = !mpc.share<64, width = 64, fraction = 16>
!b = !mpc.share<64, width = 64, fraction = 0>

// CHECK-LABEL: func.func @party(
// CHECK: mpc.exchange ins(%{{.+}} : tensor<64xi64>) {{.*}} [both]
// CHECK-NOT: mpc.exchange ins(%{{[^ ]+}} : tensor<64xi64>)
// CHECK: mpc.exchange ins(%{{.+}}, %{{.+}} : tensor<31x1xi64>, tensor<31x1xi64>)
// CHECK-NOT: mpc.exchange ins(%{{[^ ]+}} : tensor<64xi64>)
// CHECK: return
func.func @main(%x: !d {mpc.state}) -> (!x, !b) {
  %c = nn.constant {nn.from_attribute} dense<4.0> : tensor<f32>
  %four = mpc.public %c as attribute "bound" : tensor<f32>
  %0 = mpc.truncate %x : !d to !x
  %s1 = mpc.msb %0 : !x to !mpc.bits<64>
  %1 = mpc.b2a %s1 : !mpc.bits<64> to !b
  %2 = mpc.mul %0, %1 : (!x, !b) -> !x
  %3 = mpc.sub %0, %four : (!x, tensor<f32>) -> !x
  %s4 = mpc.msb %3 : !x to !mpc.bits<64>
  %4 = mpc.b2a %s4 : !mpc.bits<64> to !b
  return %2, %4 : !x, !b
}
