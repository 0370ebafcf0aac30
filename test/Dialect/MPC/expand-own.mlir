// RUN: tacit-opt %s -pass-pipeline='builtin.module(func.func(mpc-expand{recipe=tacit}))' -split-input-file | FileCheck %s

!r = !mpc.share<4x5, width = 64, fraction = 16>

// Rows are halved: two comparisons, then one, and the number that was left over.
// CHECK-LABEL: func.func @max(
// CHECK-COUNT-3: mpc.msb
// CHECK-NOT: mpc.msb
// CHECK-NOT: mpc.max
func.func @max(%x: !r) -> !mpc.share<4x1, width = 64, fraction = 16> {
  %0 = mpc.max %x axis = 1 : !r to !mpc.share<4x1, width = 64, fraction = 16>
  return %0 : !mpc.share<4x1, width = 64, fraction = 16>
}

// -----

!r = !mpc.share<4x5, width = 64, fraction = 16>

// The exponent is limited first, at both ends. Its 64th part has a polynomial of degree 4.
// What is squared has 28 bits of fraction while it is small, and fewer when it may be large.
// CHECK-LABEL: func.func @exp(
// CHECK: mpc.msb %{{.+}} : !mpc.share<2x4x5
// CHECK: mpc.square %{{.+}} : {{.*}}fraction = 22> to {{.*}}fraction = 44>
// CHECK: mpc.truncate %{{.+}} : {{.*}}fraction = 44> to {{.*}}fraction = 24>
// CHECK: mpc.truncate %{{.+}} : {{.*}}fraction = 61> to {{.*}}fraction = 28>
// CHECK-COUNT-3: mpc.truncate %{{.+}} : {{.*}}fraction = 56> to {{.*}}fraction = 28>
// CHECK: mpc.truncate %{{.+}} : {{.*}}fraction = 56> to {{.*}}fraction = 25>
// CHECK: mpc.truncate %{{.+}} : {{.*}}fraction = 50> to {{.*}}fraction = 20>
// CHECK: mpc.truncate %{{.+}} : {{.*}}fraction = 40> to {{.*}}fraction = 16>
// CHECK-NOT: mpc.truncate
func.func @exp(%x: !r) -> !r {
  %0 = mpc.exp %x : !r
  return %0 : !r
}

// -----

!r = !mpc.share<4x5, width = 64, fraction = 16>

// Differences to the largest score are not above 0: their 8th part has a polynomial, three
// squarings follow, and only the lower end is limited.
// CHECK-LABEL: func.func @softmax(
// CHECK: mpc.msb %{{.+}} : !mpc.share<4x5,
// CHECK: mpc.square %{{.+}} : {{.*}}fraction = 20> to {{.*}}fraction = 40>
// CHECK: mpc.truncate %{{.+}} : {{.*}}fraction = 40> to {{.*}}fraction = 24>
// CHECK: mpc.truncate %{{.+}} : {{.*}}fraction = 61> to {{.*}}fraction = 28>
// CHECK-COUNT-2: mpc.truncate %{{.+}} : {{.*}}fraction = 56> to {{.*}}fraction = 28>
// CHECK: mpc.truncate %{{.+}} : {{.*}}fraction = 56> to {{.*}}fraction = 16>
// CHECK: mpc.msb %{{.+}} : !mpc.share<4x4x1
func.func @softmax(%x: !r) -> !r {
  %0 = mpc.softmax %x axis = 1 : !r
  return %0 : !r
}

// -----

!n = !mpc.share<2x8, width = 64, fraction = 8>

// Of a short fraction the squares have fewer bits than an iteration, or a power.
// CHECK-LABEL: func.func @short(
// CHECK: mpc.truncate
// CHECK-NOT: mpc.layer_norm
// CHECK-NOT: mpc.gelu
func.func @short(%x: !n) -> !n {
  %0 = mpc.layer_norm %x epsilon = 1.0E-5 : !n
  %1 = mpc.gelu erf %0 : !n
  return %1 : !n
}

// -----

!r = !mpc.share<4, width = 64, fraction = 16>

// All powers of two are compared at once: 24 bits for each number.
// CHECK-LABEL: func.func @reciprocal(
// CHECK: mpc.msb %{{.+}} : !mpc.share<24x4, width = 64, fraction = 16>
// CHECK-NOT: mpc.msb
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
// CHECK: mpc.msb %{{.+}} : !mpc.share<18x2x1
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
// CHECK: mpc.msb %{{.+}} : !mpc.share<3x2x8
// CHECK-NOT: mpc.msb
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
// CHECK: mpc.msb %{{.+}} : !mpc.share<3x2x8
// CHECK-NOT: mpc.msb
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
// CHECK: mpc.msb
// CHECK-COUNT-4: mpc.truncate
// CHECK: mpc.msb
// CHECK-COUNT-4: mpc.truncate
// CHECK: mpc.msb
// CHECK-COUNT-4: mpc.truncate
// CHECK-NOT: mpc.msb
// CHECK-NOT: mpc.truncate
func.func @kin(%x: !r) -> (!r, !r, !r) {
  %0 = mpc.silu %x : !r
  %1 = mpc.sigmoid %x : !r
  %2 = mpc.tanh %x : !r
  return %0, %1, %2 : !r, !r, !r
}

// -----

!d = !mpc.share<2x4x4, width = 64, fraction = 32>
!s = !mpc.share<2x4x4, width = 64, fraction = 16>

// Of scores with a causal mask the lower triangle is packed before it is truncated, and stays
// packed until the rows are sums. The maximum compares no more than the second half of the
// columns in the rows that reach it.
// CHECK-LABEL: func.func @causal(
// CHECK-SAME: %[[X:.+]]: !mpc.share<2x4x4, width = 64, fraction = 32>
// CHECK: mpc.pack %[[X]] [0, 0, 0, 0] to [1, 2, 3, 4]
// CHECK: mpc.truncate %{{.+}} : !mpc.share<2x10, width = 64, fraction = 32>
// CHECK: mpc.unpack %{{.+}} of 4
// CHECK: mpc.msb %{{.+}} : !mpc.share<2x2x2
// CHECK: mpc.msb %{{.+}} : !mpc.share<2x3x1
// CHECK: mpc.msb %{{.+}} : !mpc.share<2x10
// CHECK-NOT: mpc.truncate %{{.+}} : !mpc.share<2x4x4
// CHECK: mpc.unpack %{{.+}} of 4
// CHECK: mpc.sum
// CHECK-NOT: mpc.truncate %{{.+}} : !mpc.share<2x4x4
// CHECK: mpc.unpack %{{.+}} of 4
// CHECK-NEXT: return
func.func @causal(%x: !d) -> !s {
  %k = nn.constant dense<[[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0]]> : tensor<4x4xf32>
  %keep = mpc.public %k as mask "mask" : tensor<4x4xf32>
  %0 = mpc.truncate %x : !d to !s
  %1 = mpc.softmax %0 keep(%keep : tensor<4x4xf32>) axis = 2 : !s
  return %1 : !s
}

// -----

!s = !mpc.share<2x4, width = 64, fraction = 16>

// A mask with holes is no range: scores are multiplied by it.
// CHECK-LABEL: func.func @holes(
// CHECK-NOT: mpc.pack
// CHECK: return
func.func @holes(%x: !s) -> !s {
  %k = nn.constant dense<[[1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]> : tensor<2x4xf32>
  %keep = mpc.public %k as mask "mask" : tensor<2x4xf32>
  %1 = mpc.softmax %x keep(%keep : tensor<2x4xf32>) axis = 1 : !s
  return %1 : !s
}

// -----

!d = !mpc.share<2x4, width = 64, fraction = 32>
!s = !mpc.share<2x4, width = 64, fraction = 16>

// Scores and their scale are truncated once: 13 bits of 0.0884 are significant ones.
// CHECK-LABEL: func.func @scale(
// CHECK-SAME: %[[X:.+]]: !mpc.share<2x4, width = 64, fraction = 32>
// CHECK: mpc.mul %[[X]], %{{.+}} -> !mpc.share<2x4, width = 64, fraction = 49>
// CHECK-NEXT: mpc.truncate %{{.+}} : !mpc.share<2x4, width = 64, fraction = 49> to !mpc.share<2x4, width = 64, fraction = 16>
// CHECK-NEXT: return
func.func @scale(%x: !d) -> !s {
  %c = nn.constant {nn.from_attribute} dense<0.0883883461> : tensor<f32>
  %scale = mpc.public %c as attribute : tensor<f32>
  %0 = mpc.truncate %x : !d to !s
  %1 = mpc.mul %0, %scale : (!s, tensor<f32>) -> !mpc.share<2x4, width = 64, fraction = 34>
  %2 = mpc.truncate %1 : !mpc.share<2x4, width = 64, fraction = 34> to !s
  return %2 : !s
}

// -----

!s = !mpc.share<2x3, width = 64, fraction = 16>

// A window leaves a range of each row, too.
// CHECK-LABEL: func.func @window(
// CHECK: mpc.pack %{{.+}} [0, 1] to [2, 3]
func.func @window(%x: !s) -> !s {
  %k = nn.constant dense<[[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]> : tensor<2x3xf32>
  %keep = mpc.public %k as mask "mask" : tensor<2x3xf32>
  %1 = mpc.softmax %x keep(%keep : tensor<2x3xf32>) axis = 1 : !s
  return %1 : !s
}

// -----

!d = !mpc.share<2x4, width = 64, fraction = 32>
!s = !mpc.share<2x4, width = 64, fraction = 16>

// A bias is added before the truncation, with its fraction.
// CHECK-LABEL: func.func @bias(
// CHECK-SAME: %[[X:.+]]: !mpc.share<2x4, width = 64, fraction = 32>
// CHECK: %[[B:.+]] = mpc.share %{{.+}} from server : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 32>
// CHECK: %[[SUM:.+]] = mpc.add %[[X]], %[[B]]
// CHECK: mpc.truncate %[[SUM]]
// CHECK-NEXT: return
func.func @bias(%x: !d) -> !s {
  %b = nn.constant dense<0.5> : tensor<4xf32>
  %bias = mpc.share %b from server : tensor<4xf32> to !mpc.share<4, width = 64, fraction = 16>
  %0 = mpc.truncate %x : !d to !s
  %1 = mpc.add %0, %bias : (!s, !mpc.share<4, width = 64, fraction = 16>) -> !s
  return %1 : !s
}

// -----

// A comparison gives bits, which become numbers in a step of their own.
// CHECK-LABEL: func.func @is_negative(
// CHECK: %[[BITS:.+]] = mpc.msb %{{.+}} {{.*}}of = "is_negative">} : !mpc.share<4, width = 64, fraction = 16> to !mpc.bits<4>
// CHECK-NEXT: %[[NUMBERS:.+]] = mpc.b2a %[[BITS]] {{.*}}of = "is_negative">} : !mpc.bits<4> to !mpc.share<4, width = 64, fraction = 0>
// CHECK-NEXT: return %[[NUMBERS]]
func.func @is_negative(%x: !mpc.share<4, width = 64, fraction = 16>) -> !mpc.share<4, width = 64, fraction = 0> {
  %0 = mpc.is_negative %x : !mpc.share<4, width = 64, fraction = 16> to !mpc.share<4, width = 64, fraction = 0>
  return %0 : !mpc.share<4, width = 64, fraction = 0>
}
