// Where secrets begin and end.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}3 functions

// To the nearest unit of 1/16, and beyond the ring to its end.
func.func @share(%x: tensor<5xf32> {test.value = dense<[0.1, -0.1, 7.9375, 100.0, -100.0]> : tensor<5xf32>})
    -> (!mpc.share<5, width = 8, fraction = 4> {test.expected = dense<[2, -2, 127, 127, -128]> : tensor<5xi64>}) {
  %0 = mpc.share %x from client : tensor<5xf32> to !mpc.share<5, width = 8, fraction = 4>
  return %0 : !mpc.share<5, width = 8, fraction = 4>
}

func.func @reveal(%x: !mpc.share<5, width = 8, fraction = 4> {test.value = dense<[2, -2, 127, 0, -128]> : tensor<5xi64>})
    -> (tensor<5xf32> {test.expected = dense<[0.125, -0.125, 7.9375, 0.0, -8.0]> : tensor<5xf32>, test.ulp = 0}) {
  %0 = mpc.reveal %x to server : !mpc.share<5, width = 8, fraction = 4> -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// An index below zero counts from the end; what is outside gives zeros.
func.func @one_hot(%i: tensor<4xi64> {test.value = dense<[1, -1, 3, -4]> : tensor<4xi64>})
    -> (!mpc.share<4x3, width = 8, fraction = 0> {test.expected = dense<[[0, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]> : tensor<4x3xi64>}) {
  %0 = mpc.one_hot %i from client : tensor<4xi64> to !mpc.share<4x3, width = 8, fraction = 0>
  return %0 : !mpc.share<4x3, width = 8, fraction = 0>
}
