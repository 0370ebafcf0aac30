// RUN: tacit-reference %s --pipeline='convert-nn-to-mpc,func.func(mpc-expand)' | FileCheck %s
// CHECK-COUNT-6: : right
// CHECK-NEXT: 6 functions

// What becomes several operations on shares computes the same, but for the rounding of
// fixed point.

func.func @bounds(%x: tensor<3x4xf32> {test.uniform = [-3.0, 3.0]}, %low: tensor<4xf32> {test.weight}, %high: tensor<4xf32> {test.weight})
    -> (tensor<3x4xf32> {test.within = 1.0e-3}) {
  %0 = nn.maximum %x, %low : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %1 = nn.minimum %0, %high : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  return %1 : tensor<3x4xf32>
}

func.func @choices(%x: tensor<3x4xf32>, %own: tensor<3x4xi64> {test.uniform = [0.0, 1.0]}, %w: tensor<4xf32> {test.weight})
    -> (tensor<3x4xf32> {test.within = 1.0e-3}) {
  %keep = nn.constant dense<[true, false, true, false]> : tensor<4xi1>
  %zero = nn.constant dense<0.0> : tensor<f32>
  %0 = nn.mul %x, %w : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %1 = nn.where %keep, %0, %w : (tensor<4xi1>, tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %2 = nn.cast %own : tensor<3x4xi64> to tensor<3x4xi1>
  %3 = nn.where %2, %zero, %1 : (tensor<3x4xi1>, tensor<f32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  return %3 : tensor<3x4xf32>
}

func.func @patches(%x: tensor<2x3x5x7xf32>, %w: tensor<8x3x2x3xf32> {test.weight}, %b: tensor<8xf32> {test.weight}, %v: tensor<4x8x1x1xf32> {test.weight})
    -> (tensor<2x4x1x2xf32> {test.within = 1.0e-3}) {
  %0 = nn.conv %x, %w bias(%b) strides = [2, 3] pads_low = [0, 0] pads_high = [0, 0] dilations = [1, 1] group = 1 : (tensor<2x3x5x7xf32>, tensor<8x3x2x3xf32>, tensor<8xf32>) -> tensor<2x8x2x2xf32>
  %1 = nn.conv %0, %v strides = [2, 1] pads_low = [0, 0] pads_high = [0, 0] dilations = [1, 1] group = 1 : (tensor<2x8x2x2xf32>, tensor<4x8x1x1xf32>) -> tensor<2x4x1x2xf32>
  return %1 : tensor<2x4x1x2xf32>
}

// Windows that overlap, padding, dilation and groups.
func.func @windows(%x: tensor<2x4x5x6xf32> {test.uniform = [-1.0, 1.0]}, %w: tensor<6x2x3x2xf32> {test.weight}, %b: tensor<6xf32> {test.weight}, %v: tensor<6x1x2x2xf32> {test.weight})
    -> (tensor<2x6x4x4xf32> {test.within = 1.0e-2}) {
  %0 = nn.conv %x, %w bias(%b) strides = [1, 2] pads_low = [1, 0] pads_high = [1, 3] dilations = [1, 2] group = 2 : (tensor<2x4x5x6xf32>, tensor<6x2x3x2xf32>, tensor<6xf32>) -> tensor<2x6x5x4xf32>
  %1 = nn.conv %0, %v strides = [1, 1] pads_low = [0, 1] pads_high = [0, 0] dilations = [1, 1] group = 6 : (tensor<2x6x5x4xf32>, tensor<6x1x2x2xf32>) -> tensor<2x6x4x4xf32>
  return %1 : tensor<2x6x4x4xf32>
}

func.func @one_dimension(%x: tensor<1x3x9xf32>, %w: tensor<5x3x3xf32> {test.weight})
    -> (tensor<1x5x5xf32> {test.within = 1.0e-2}) {
  %0 = nn.conv %x, %w strides = [2] pads_low = [1] pads_high = [1] dilations = [1] group = 1 : (tensor<1x3x9xf32>, tensor<5x3x3xf32>) -> tensor<1x5x5xf32>
  return %0 : tensor<1x5x5xf32>
}

// A fill of -3: something is left of each score.
func.func @small_fill(%x: tensor<4x6xf32> {test.uniform = [-1.0, 1.0]}, %w: tensor<6xf32> {test.weight})
    -> (tensor<4x6xf32> {test.within = 1.0e-2}) {
  %0 = nn.mul %x, %w : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
  %mask = nn.constant dense<[[true, false, true, true], [true, true, false, true], [false, false, false, false], [true, true, true, true]]> : tensor<4x4xi1>
  %1 = nn.attention %0, %0, %0 mask(%mask) scale = 0.5 fill = -3.0 : (tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x4xi1>) -> tensor<4x6xf32>
  return %1 : tensor<4x6xf32>
}
