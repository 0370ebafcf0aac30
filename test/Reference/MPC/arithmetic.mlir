// Sums and products modulo 2^width. Integers count units of 2^-fraction.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}8 functions

// 100 + 30 leaves the ring of 8 bits: it is -126 there.
func.func @add(%x: !mpc.share<2x1, width = 8, fraction = 2> {test.value = dense<[[100], [-4]]> : tensor<2x1xi64>},
               %y: !mpc.share<3, width = 8, fraction = 2> {test.value = dense<[1, 30, -128]> : tensor<3xi64>})
    -> (!mpc.share<2x3, width = 8, fraction = 2> {test.expected = dense<[[101, -126, -28], [-3, 26, 124]]> : tensor<2x3xi64>}) {
  %0 = mpc.add %x, %y : (!mpc.share<2x1, width = 8, fraction = 2>, !mpc.share<3, width = 8, fraction = 2>) -> !mpc.share<2x3, width = 8, fraction = 2>
  return %0 : !mpc.share<2x3, width = 8, fraction = 2>
}

// A public number gets the fraction of the secret: 0.6 is 2 units of 1/4 (the nearest).
func.func @add_public(%x: !mpc.share<3, width = 8, fraction = 2> {test.value = dense<[1, 2, 3]> : tensor<3xi64>})
    -> (!mpc.share<3, width = 8, fraction = 2> {test.expected = dense<[3, 1, 7]> : tensor<3xi64>}) {
  %c = nn.constant dense<[0.6, -0.25, 1.0]> : tensor<3xf32>
  %p = mpc.public %c as attribute : tensor<3xf32>
  %0 = mpc.add %x, %p : (!mpc.share<3, width = 8, fraction = 2>, tensor<3xf32>) -> !mpc.share<3, width = 8, fraction = 2>
  return %0 : !mpc.share<3, width = 8, fraction = 2>
}

func.func @sub(%x: !mpc.share<3, width = 8, fraction = 2> {test.value = dense<[1, -128, 127]> : tensor<3xi64>},
               %y: !mpc.share<3, width = 8, fraction = 2> {test.value = dense<[2, 1, -1]> : tensor<3xi64>})
    -> (!mpc.share<3, width = 8, fraction = 2> {test.expected = dense<[-1, 127, -128]> : tensor<3xi64>}) {
  %0 = mpc.sub %x, %y : (!mpc.share<3, width = 8, fraction = 2>, !mpc.share<3, width = 8, fraction = 2>) -> !mpc.share<3, width = 8, fraction = 2>
  return %0 : !mpc.share<3, width = 8, fraction = 2>
}

// The fractions add up; 16 * 16 is 0 modulo 2^8.
func.func @mul(%x: !mpc.share<3, width = 8, fraction = 2> {test.value = dense<[3, -5, 16]> : tensor<3xi64>},
               %y: !mpc.share<3, width = 8, fraction = 2> {test.value = dense<[7, 5, 16]> : tensor<3xi64>})
    -> (!mpc.share<3, width = 8, fraction = 4> {test.expected = dense<[21, -25, 0]> : tensor<3xi64>},
        !mpc.share<3, width = 8, fraction = 3> {test.expected = dense<[9, -15, 48]> : tensor<3xi64>}) {
  %0 = mpc.mul %x, %y : (!mpc.share<3, width = 8, fraction = 2>, !mpc.share<3, width = 8, fraction = 2>) -> !mpc.share<3, width = 8, fraction = 4>
  // One bit of fraction is left for the public factor: 1.5 is 3 of its units.
  %c = nn.constant dense<1.5> : tensor<f32>
  %p = mpc.public %c as attribute : tensor<f32>
  %1 = mpc.mul %x, %p : (!mpc.share<3, width = 8, fraction = 2>, tensor<f32>) -> !mpc.share<3, width = 8, fraction = 3>
  return %0, %1 : !mpc.share<3, width = 8, fraction = 4>, !mpc.share<3, width = 8, fraction = 3>
}

// The negative of the lowest number is itself.
func.func @one_operand(%x: !mpc.share<3, width = 8, fraction = 2> {test.value = dense<[5, -128, -1]> : tensor<3xi64>})
    -> (!mpc.share<3, width = 8, fraction = 2> {test.expected = dense<[-5, -128, 1]> : tensor<3xi64>},
        !mpc.share<3, width = 8, fraction = 4> {test.expected = dense<[25, 0, 1]> : tensor<3xi64>},
        !mpc.share<3, width = 8, fraction = 0> {test.expected = dense<[0, 1, 1]> : tensor<3xi64>},
        !mpc.share<3, width = 8, fraction = 1> {test.expected = dense<[2, -64, -1]> : tensor<3xi64>}) {
  %0 = mpc.neg %x : !mpc.share<3, width = 8, fraction = 2>
  %1 = mpc.square %x : !mpc.share<3, width = 8, fraction = 2> to !mpc.share<3, width = 8, fraction = 4>
  %2 = mpc.is_negative %x : !mpc.share<3, width = 8, fraction = 2> to !mpc.share<3, width = 8, fraction = 0>
  // Rounds down.
  %3 = mpc.truncate %x : !mpc.share<3, width = 8, fraction = 2> to !mpc.share<3, width = 8, fraction = 1>
  return %0, %1, %2, %3 : !mpc.share<3, width = 8, fraction = 2>, !mpc.share<3, width = 8, fraction = 4>, !mpc.share<3, width = 8, fraction = 0>, !mpc.share<3, width = 8, fraction = 1>
}

func.func @bits(%x: !mpc.share<4, width = 8, fraction = 2> {test.value = dense<[5, -128, -1, 0]> : tensor<4xi64>})
    -> (!mpc.share<4, width = 8, fraction = 0> {test.expected = dense<[0, 1, 1, 0]> : tensor<4xi64>}) {
  %0 = mpc.msb %x : !mpc.share<4, width = 8, fraction = 2> to !mpc.bits<4>
  %1 = mpc.b2a %0 : !mpc.bits<4> to !mpc.share<4, width = 8, fraction = 0>
  return %1 : !mpc.share<4, width = 8, fraction = 0>
}

func.func @matmul(%x: !mpc.share<2x2, width = 40, fraction = 12> {test.value = dense<[[1, 2], [3, 549755813887]]> : tensor<2x2xi64>},
                  %y: !mpc.share<2x1, width = 40, fraction = 12> {test.value = dense<[[10], [3]]> : tensor<2x1xi64>})
    -> (!mpc.share<2x1, width = 40, fraction = 24> {test.expected = dense<[[16], [-549755813861]]> : tensor<2x1xi64>}) {
  %0 = mpc.matmul %x, %y : (!mpc.share<2x2, width = 40, fraction = 12>, !mpc.share<2x1, width = 40, fraction = 12>) -> !mpc.share<2x1, width = 40, fraction = 24>
  return %0 : !mpc.share<2x1, width = 40, fraction = 24>
}

func.func @reductions(%x: !mpc.share<2x3, width = 8, fraction = 2> {test.value = dense<[[1, 127, 3], [-4, -128, -6]]> : tensor<2x3xi64>})
    -> (!mpc.share<2x1, width = 8, fraction = 2> {test.expected = dense<[[-125], [118]]> : tensor<2x1xi64>},
        !mpc.share<1x3, width = 8, fraction = 2> {test.expected = dense<[[1, 127, 3]]> : tensor<1x3xi64>}) {
  %0 = mpc.sum %x axes = [1] : !mpc.share<2x3, width = 8, fraction = 2> to !mpc.share<2x1, width = 8, fraction = 2>
  %1 = mpc.max %x axis = 0 : !mpc.share<2x3, width = 8, fraction = 2> to !mpc.share<1x3, width = 8, fraction = 2>
  return %0, %1 : !mpc.share<2x1, width = 8, fraction = 2>, !mpc.share<1x3, width = 8, fraction = 2>
}
