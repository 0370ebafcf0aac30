// Weights of few bits, and of powers of two.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}5 functions

// Two groups of one row each; levels below and above the zero point of 128.
func.func @eight_bits(%x: tensor<2x2xf32> {test.value = dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>})
    -> (tensor<2x2xf32> {test.expected = dense<[[1.0, -2.0], [127.0, 0.0]]> : tensor<2x2xf32>}) {
  %scale = nn.constant dense<[[0.5, 1.0], [1.0, 2.0]]> : tensor<2x2xf32>
  // 130 and 126; 255 and 128.
  %plane = nn.constant dense<[[[-126, 126]], [[-1, -128]]]> : tensor<2x1x2xi8>
  %w = nn.dequantize bits = 8 scale(%scale) planes(%plane) : (tensor<2x2xf32>, tensor<2x1x2xi8>) -> tensor<2x2xf32>
  %0 = nn.linear %x, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// Rows 0 and 1 share a byte, the first in the lower bits; and a zero point of 3.
func.func @four_bits(%x: tensor<2x2xf32> {test.value = dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>})
    -> (tensor<2x1xf32> {test.expected = dense<[[4.0], [24.0]]> : tensor<2x1xf32>}) {
  %scale = nn.constant dense<2.0> : tensor<1x1xf32>
  %zero = nn.constant dense<3> : tensor<1x1xi8>
  // 15 and 5.
  %plane = nn.constant dense<-11> : tensor<1x1x1xi8>
  %w = nn.dequantize bits = 4 scale(%scale) zero_point(%zero) planes(%plane) : (tensor<1x1xf32>, tensor<1x1xi8>, tensor<1x1x1xi8>) -> tensor<2x1xf32>
  %0 = nn.linear %x, %w : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  return %0 : tensor<2x1xf32>
}

// The same with a zero point between two levels.
func.func @real_zero_point(%x: tensor<2x2xf32> {test.value = dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>})
    -> (tensor<2x1xf32> {test.expected = dense<[[3.5], [23.5]]> : tensor<2x1xf32>}) {
  %scale = nn.constant dense<2.0> : tensor<1x1xf32>
  %zero = nn.constant dense<3.25> : tensor<1x1xf32>
  %plane = nn.constant dense<-11> : tensor<1x1x1xi8>
  %w = nn.dequantize bits = 4 scale(%scale) zero_point(%zero) planes(%plane) : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1x1xi8>) -> tensor<2x1xf32>
  %0 = nn.linear %x, %w : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  return %0 : tensor<2x1xf32>
}

// 33, 14, 63, 32: lower bits 1 and 14, 15 and 0; upper bits 2, 0, 3, 2.
func.func @six_bits(%x: tensor<1x3xf32> {test.value = dense<[[1.0, 10.0, 100.0]]> : tensor<1x3xf32>})
    -> (tensor<1x1xf32> {test.expected = dense<2921.0> : tensor<1x1xf32>}) {
  %scale = nn.constant dense<1.0> : tensor<1x1xf32>
  %low = nn.constant dense<[[[[-31], [15]]]]> : tensor<1x1x2x1xi8>
  %high = nn.constant dense<[[[-78]]]> : tensor<1x1x1xi8>
  %w = nn.dequantize bits = 6 scale(%scale) planes(%low, %high) : (tensor<1x1xf32>, tensor<1x1x2x1xi8>, tensor<1x1x1xi8>) -> tensor<3x1xf32>
  %0 = nn.linear %x, %w : (tensor<1x3xf32>, tensor<3x1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// 64 is 2^0, 65 is 2^1, 190 (written -66) is -2^-2; 0 is none.
func.func @powers_of_two(%x: tensor<1x2xf32> {test.value = dense<[[1.0, 10.0]]> : tensor<1x2xf32>})
    -> (tensor<1x1xf32> {test.expected = dense<20.75> : tensor<1x1xf32>, test.ulp = 0}) {
  %codes = nn.constant dense<[[[64], [65]], [[-66], [0]]]> : tensor<2x2x1xi8>
  %w = nn.powers_of_two %codes : tensor<2x2x1xi8> to tensor<2x1xf32>
  %0 = nn.linear %x, %w multiplier(<shift_add, terms = 2>) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}
