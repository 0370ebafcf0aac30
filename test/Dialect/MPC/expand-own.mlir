// RUN: tacit-opt %s -pass-pipeline='builtin.module(func.func(mpc-expand{recipe=tacit}))' -split-input-file | FileCheck %s

!r = !mpc.share<4x5, width = 64, fraction = 16>

// Rows are halved: two comparisons, then one, and the number that was left over.
// CHECK-LABEL: func.func @max(
// CHECK-COUNT-3: mpc.is_negative
// CHECK-NOT: mpc.is_negative
// CHECK-NOT: mpc.max
func.func @max(%x: !r) -> !mpc.share<4x1, width = 64, fraction = 16> {
  %0 = mpc.max %x axis = 1 : !r to !mpc.share<4x1, width = 64, fraction = 16>
  return %0 : !mpc.share<4x1, width = 64, fraction = 16>
}

// -----

!r = !mpc.share<4x5, width = 64, fraction = 16>

// The exponent is limited first. The squarings have 28 bits of fraction, and the last one
// gives the fraction of the result.
// CHECK-LABEL: func.func @exp(
// CHECK: mpc.is_negative
// CHECK: mpc.square %{{.+}} : {{.*}}fraction = 16> to {{.*}}fraction = 32>
// CHECK: mpc.truncate %{{.+}} : {{.*}}fraction = 43> to {{.*}}fraction = 28>
// CHECK-COUNT-4: mpc.truncate %{{.+}} : {{.*}}fraction = 56> to {{.*}}fraction = 28>
// CHECK: mpc.truncate %{{.+}} : {{.*}}fraction = 56> to {{.*}}fraction = 16>
// CHECK-NOT: mpc.truncate
func.func @exp(%x: !r) -> !r {
  %0 = mpc.exp %x : !r
  return %0 : !r
}

// -----

!r = !mpc.share<4, width = 64, fraction = 16>

// All powers of two are compared at once: 24 bits for each number.
// CHECK-LABEL: func.func @reciprocal(
// CHECK: mpc.is_negative %{{.+}} : !mpc.share<24x4, width = 64, fraction = 16>
// CHECK-NOT: mpc.is_negative
// CHECK-NOT: mpc.reciprocal
func.func @reciprocal(%x: !r) -> !r {
  %0 = mpc.reciprocal %x : !r
  return %0 : !r
}

// -----

!r = !mpc.share<2x8, width = 64, fraction = 16>

// The mean is subtracted before the only truncation of the numbers, and excluded scores are
// zero before their exponentials are taken.
// CHECK-LABEL: func.func @norm(
// CHECK: %[[SUM:.+]] = mpc.sum
// CHECK: mpc.truncate %{{.+}} : !mpc.share<2x8, width = 64, fraction = 19> to !mpc.share<2x8, width = 64, fraction = 16>
// CHECK: mpc.square %{{.+}} : !mpc.share<2x8
// CHECK: mpc.is_negative %{{.+}} : !mpc.share<18x2x1
// CHECK: mpc.truncate %{{.+}} : !mpc.share<2x8
// CHECK-NOT: mpc.truncate %{{.+}} : !mpc.share<2x8
func.func @norm(%x: !r) -> !r {
  %0 = mpc.layer_norm %x epsilon = 1.0E-5 : !r
  return %0 : !r
}

// -----

!r = !mpc.share<2x8, width = 64, fraction = 16>

// One comparison with both bounds and 0, and two truncations: those of the square, and of
// the polynomial of degree 4.
// CHECK-LABEL: func.func @bolt(
// CHECK: mpc.is_negative %{{.+}} : !mpc.share<3x2x8
// CHECK-NOT: mpc.is_negative
// CHECK-COUNT-2: mpc.truncate
// CHECK-NOT: mpc.truncate
func.func @bolt(%x: !r) -> !r {
  %0 = mpc.gelu bolt %x : !r
  return %0 : !r
}

// -----

!r = !mpc.share<2x8, width = 64, fraction = 16>

// GELU of the file is max(x, 0) and a polynomial of degree 8: the powers up to the fourth
// are truncated, and the sum.
// CHECK-LABEL: func.func @gelu(
// CHECK: mpc.is_negative %{{.+}} : !mpc.share<3x2x8
// CHECK-NOT: mpc.is_negative
// CHECK-COUNT-3: mpc.truncate {{.+}} to !mpc.share<2x8, width = 64, fraction = 24>
// CHECK: mpc.truncate {{.+}} fraction = 61> to !mpc.share<2x8, width = 64, fraction = 16>
// CHECK-NOT: mpc.truncate
func.func @gelu(%x: !r) -> !r {
  %0 = mpc.gelu erf %x : !r
  return %0 : !r
}

// -----

!r = !mpc.share<2x8, width = 64, fraction = 16>

// So are silu, sigmoid and tanh, without exponentials.
// CHECK-LABEL: func.func @kin(
// CHECK: mpc.is_negative
// CHECK-COUNT-4: mpc.truncate
// CHECK: mpc.is_negative
// CHECK-COUNT-4: mpc.truncate
// CHECK: mpc.is_negative
// CHECK-COUNT-4: mpc.truncate
// CHECK-NOT: mpc.is_negative
// CHECK-NOT: mpc.truncate
func.func @kin(%x: !r) -> (!r, !r, !r) {
  %0 = mpc.silu %x : !r
  %1 = mpc.sigmoid %x : !r
  %2 = mpc.tanh %x : !r
  return %0, %1, %2 : !r, !r, !r
}
