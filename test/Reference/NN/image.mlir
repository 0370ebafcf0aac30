// Convolution and pooling.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}3 functions

// Padding is zero, the kernel is not turned around, and each output reads its group.
func.func @conv(%x: tensor<1x1x4xf32> {test.value = dense<[[[1.0, 2.0, 3.0, 4.0]]]> : tensor<1x1x4xf32>},
                %w: tensor<1x1x2xf32> {test.weight, test.value = dense<[[[10.0, 1.0]]]> : tensor<1x1x2xf32>},
                %b: tensor<1xf32> {test.weight, test.value = dense<0.5> : tensor<1xf32>})
    -> (tensor<1x1x3xf32> {test.expected = dense<[[[1.5, 23.5, 40.5]]]> : tensor<1x1x3xf32>},
        tensor<1x1x2xf32> {test.expected = dense<[[[13.0, 24.0]]]> : tensor<1x1x2xf32>}) {
  %0 = nn.conv %x, %w bias(%b) strides = [2] pads_low = [1] pads_high = [1] dilations = [1] group = 1
      : (tensor<1x1x4xf32>, tensor<1x1x2xf32>, tensor<1xf32>) -> tensor<1x1x3xf32>
  %1 = nn.conv %x, %w strides = [1] pads_low = [0] pads_high = [0] dilations = [2] group = 1
      : (tensor<1x1x4xf32>, tensor<1x1x2xf32>) -> tensor<1x1x2xf32>
  return %0, %1 : tensor<1x1x3xf32>, tensor<1x1x2xf32>
}

func.func @groups(%x: tensor<1x2x1x2xf32> {test.value = dense<[[[[1.0, 2.0]], [[3.0, 4.0]]]]> : tensor<1x2x1x2xf32>},
                  %w: tensor<2x1x1x2xf32> {test.weight, test.value = dense<[[[[1.0, 1.0]]], [[[1.0, -1.0]]]]> : tensor<2x1x1x2xf32>})
    -> (tensor<1x2x1x1xf32> {test.expected = dense<[[[[3.0]], [[-1.0]]]]> : tensor<1x2x1x1xf32>}) {
  %0 = nn.conv %x, %w strides = [1, 1] pads_low = [0, 0] pads_high = [0, 0] dilations = [1, 1] group = 2
      : (tensor<1x2x1x2xf32>, tensor<2x1x1x2xf32>) -> tensor<1x2x1x1xf32>
  return %0 : tensor<1x2x1x1xf32>
}

// Padding is never the maximum, and counts in a mean only where that is said. With `ceil`
// there is a last window of one element.
func.func @pool(%x: tensor<1x1x5xf32> {test.value = dense<[[[-1.0, -2.0, -3.0, -4.0, -9.0]]]> : tensor<1x1x5xf32>})
    -> (tensor<1x1x3xf32> {test.expected = dense<[[[-1.0, -2.0, -4.0]]]> : tensor<1x1x3xf32>},
        tensor<1x1x3xf32> {test.expected = dense<[[[-1.0, -2.5, -6.5]]]> : tensor<1x1x3xf32>},
        tensor<1x1x3xf32> {test.expected = dense<[[[-0.5, -2.5, -6.5]]]> : tensor<1x1x3xf32>},
        tensor<1x1x3xf32> {test.expected = dense<[[[-1.5, -3.5, -9.0]]]> : tensor<1x1x3xf32>}) {
  %0 = nn.pool max %x kernel = [2] strides = [2] pads_low = [1] pads_high = [0] dilations = [1] : (tensor<1x1x5xf32>) -> tensor<1x1x3xf32>
  %1 = nn.pool avg %x kernel = [2] strides = [2] pads_low = [1] pads_high = [0] dilations = [1] : (tensor<1x1x5xf32>) -> tensor<1x1x3xf32>
  %2 = nn.pool avg %x kernel = [2] strides = [2] pads_low = [1] pads_high = [0] dilations = [1] count_include_pad : (tensor<1x1x5xf32>) -> tensor<1x1x3xf32>
  %3 = nn.pool avg %x kernel = [2] strides = [2] pads_low = [0] pads_high = [0] dilations = [1] ceil : (tensor<1x1x5xf32>) -> tensor<1x1x3xf32>
  return %0, %1, %2, %3 : tensor<1x1x3xf32>, tensor<1x1x3xf32>, tensor<1x1x3xf32>, tensor<1x1x3xf32>
}
