// Movement of secrets.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}1 function

func.func @movement(%x: !mpc.share<2x3, width = 40, fraction = 12> {test.value = dense<[[1, 2, 3], [4, 5, -6]]> : tensor<2x3xi64>})
    -> (!mpc.share<3x2, width = 40, fraction = 12> {test.expected = dense<[[1, 2], [3, 4], [5, -6]]> : tensor<3x2xi64>},
        !mpc.share<3x2, width = 40, fraction = 12> {test.expected = dense<[[1, 4], [2, 5], [3, -6]]> : tensor<3x2xi64>},
        !mpc.share<1x2, width = 40, fraction = 12> {test.expected = dense<[[-6, 4]]> : tensor<1x2xi64>},
        !mpc.share<2x1x2, width = 40, fraction = 12> {test.expected = dense<[[[-6, 4]], [[-6, 4]]]> : tensor<2x1x2xi64>},
        !mpc.share<3x3, width = 40, fraction = 12> {test.expected = dense<[[1, 2, 1], [3, 4, 2], [5, -6, 3]]> : tensor<3x3xi64>},
        !mpc.share<3, width = 40, fraction = 12> {test.expected = dense<[1, 5, -6]> : tensor<3xi64>},
        !mpc.share<2x3, width = 40, fraction = 12> {test.expected = dense<[[1, 0, 0], [0, 5, -6]]> : tensor<2x3xi64>}) {
  %0 = mpc.reshape %x : !mpc.share<2x3, width = 40, fraction = 12> to !mpc.share<3x2, width = 40, fraction = 12>
  %1 = mpc.transpose %x [1, 0] : !mpc.share<2x3, width = 40, fraction = 12> to !mpc.share<3x2, width = 40, fraction = 12>
  %2 = mpc.slice %x [1, 2] to [2, -1] step [1, -2] : !mpc.share<2x3, width = 40, fraction = 12> to !mpc.share<1x2, width = 40, fraction = 12>
  %3 = mpc.expand %2 : !mpc.share<1x2, width = 40, fraction = 12> to !mpc.share<2x1x2, width = 40, fraction = 12>
  %column = mpc.slice %1 [0, 0] to [3, 1] step [1, 1] : !mpc.share<3x2, width = 40, fraction = 12> to !mpc.share<3x1, width = 40, fraction = 12>
  %4 = mpc.concat %0, %column axis = 1 : (!mpc.share<3x2, width = 40, fraction = 12>, !mpc.share<3x1, width = 40, fraction = 12>) -> !mpc.share<3x3, width = 40, fraction = 12>
  %5 = mpc.pack %x [0, 1] to [1, 3] : !mpc.share<2x3, width = 40, fraction = 12> to !mpc.share<3, width = 40, fraction = 12>
  %6 = mpc.unpack %5 [0, 1] to [1, 3] of 3 : !mpc.share<3, width = 40, fraction = 12> to !mpc.share<2x3, width = 40, fraction = 12>
  return %0, %1, %2, %3, %4, %5, %6 : !mpc.share<3x2, width = 40, fraction = 12>, !mpc.share<3x2, width = 40, fraction = 12>, !mpc.share<1x2, width = 40, fraction = 12>, !mpc.share<2x1x2, width = 40, fraction = 12>, !mpc.share<3x3, width = 40, fraction = 12>, !mpc.share<3, width = 40, fraction = 12>, !mpc.share<2x3, width = 40, fraction = 12>
}
