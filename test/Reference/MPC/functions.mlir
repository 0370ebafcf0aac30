// The functions that stay whole are computed by the steps that CrypTen takes: how far that
// is from the functions themselves.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}5 functions

// (1 + x/256)^256.
func.func @exp(%x: !mpc.share<9, width = 64, fraction = 18> {test.value = dense<[-2097152, -1835008, -1572864, -1310720, -1048576, -786432, -524288, -262144, 0]> : tensor<9xi64>})
    -> (!mpc.share<9, width = 64, fraction = 18> {test.expected = dense<[0.000335462628, 0.000911881966, 0.00247875218, 0.006737947, 0.0183156389, 0.0497870684, 0.135335283, 0.367879441, 1.0]> : tensor<9xf64>,
              test.within = 2.0e-3, test.at_least = 2.0e-4}) {
  %0 = mpc.exp %x : !mpc.share<9, width = 64, fraction = 18>
  return %0 : !mpc.share<9, width = 64, fraction = 18>
}

// With 4 bits of fraction every step can be followed: 1 is 16 units, and x / 256 is 0, or
// -1 unit where x is negative, so that (15/16)^256 remains: 15, 14, 12, 9, 5, 1, 0.
func.func @exp_steps(%x: !mpc.share<2, width = 32, fraction = 4> {test.value = dense<[16, -16]> : tensor<2xi64>})
    -> (!mpc.share<2, width = 32, fraction = 4> {test.expected = dense<[16, 0]> : tensor<2xi64>}) {
  %0 = mpc.exp %x : !mpc.share<2, width = 32, fraction = 4>
  return %0 : !mpc.share<2, width = 32, fraction = 4>
}

func.func @reciprocal(%x: !mpc.share<9, width = 64, fraction = 18> {test.value = dense<[131072, 262144, 524288, 1048576, 2097152, 4194304, 8388608, 16777216, 26214400]> : tensor<9xi64>})
    -> (!mpc.share<9, width = 64, fraction = 18> {test.expected = dense<[2.0, 1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.01]> : tensor<9xf64>,
              test.within = 1.0e-3, test.at_least = 1.0e-6}) {
  %0 = mpc.reciprocal %x : !mpc.share<9, width = 64, fraction = 18>
  return %0 : !mpc.share<9, width = 64, fraction = 18>
}

// The start of the steps is CrypTen's, and so is what it leads to beyond 253.
func.func @reciprocal_of_large(%x: !mpc.share<1, width = 64, fraction = 18> {test.value = dense<[78643200]> : tensor<1xi64>})
    -> (!mpc.share<1, width = 64, fraction = 18> {test.expected = dense<[92558975160896756]> : tensor<1xi64>}) {
  %0 = mpc.reciprocal %x : !mpc.share<1, width = 64, fraction = 18>
  return %0 : !mpc.share<1, width = 64, fraction = 18>
}

// Three steps, and six.
func.func @rsqrt(%x: !mpc.share<9, width = 64, fraction = 18> {test.value = dense<[131072, 262144, 524288, 1048576, 2097152, 4194304, 8388608, 16777216, 26214400]> : tensor<9xi64>})
    -> (!mpc.share<9, width = 64, fraction = 18> {test.expected = dense<[1.41421356, 1.0, 0.707106781, 0.5, 0.353553391, 0.25, 0.176776695, 0.125, 0.1]> : tensor<9xf64>,
              test.within = 1.0e-2, test.at_least = 1.0e-4},
        !mpc.share<9, width = 64, fraction = 18> {test.expected = dense<[1.41421356, 1.0, 0.707106781, 0.5, 0.353553391, 0.25, 0.176776695, 0.125, 0.1]> : tensor<9xf64>,
              test.within = 5.0e-4, test.at_least = 1.0e-6}) {
  %0 = mpc.rsqrt %x : !mpc.share<9, width = 64, fraction = 18>
  %1 = mpc.rsqrt %x steps = 6 : !mpc.share<9, width = 64, fraction = 18>
  return %0, %1 : !mpc.share<9, width = 64, fraction = 18>, !mpc.share<9, width = 64, fraction = 18>
}
