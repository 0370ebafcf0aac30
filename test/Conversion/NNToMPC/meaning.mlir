// RUN: tacit-reference %s --pipeline='convert-nn-to-mpc,func.func(mpc-expand)' | FileCheck %s
// CHECK-COUNT-12: : right
// CHECK-NEXT: 12 functions

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

// A GELU and a Swish with constants of their own.
func.func @own_constants(%x: tensor<4x6xf32> {test.uniform = [-0.5, 0.5]}, %w: tensor<6xf32> {test.weight})
    -> (tensor<4x6xf32> {test.within = 1.0e-3}, tensor<4x6xf32> {test.within = 2.0e-3}, tensor<4x6xf32> {test.within = 1.0e-2}) {
  %0 = nn.mul %x, %w : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
  %1 = nn.gelu erf %0 {scale = 0.72 : f64} : tensor<4x6xf32>
  %2 = nn.gelu tanh %0 {scale = 0.8 : f64, cubic = 0.0447 : f64} : tensor<4x6xf32>
  %3 = nn.silu %0 {beta = 1.5 : f64} : tensor<4x6xf32>
  return %1, %2, %3 : tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>
}

// Each comparison, with the values on either side, and a constant for both.
func.func @secret_choices(%x: tensor<4x6xf32> {test.uniform = [-2.0, 2.0]}, %w: tensor<6xf32> {test.weight})
    -> (tensor<4x6xf32> {test.within = 1.0e-2}, tensor<4x6xf32> {test.within = 1.0e-2}) {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %0 = nn.add %x, %w : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
  %1 = nn.compare lt %0, %zero : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xi1>
  %2 = nn.mul %0, %w : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
  %3 = nn.where %1, %2, %0 : (tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %4 = nn.compare ge %3, %w : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xi1>
  %5 = nn.where %4, %zero, %3 : (tensor<4x6xi1>, tensor<f32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %6 = nn.compare gt %0, %zero : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xi1>
  %7 = nn.where %6, %one, %zero : (tensor<4x6xi1>, tensor<f32>, tensor<f32>) -> tensor<4x6xf32>
  %8 = nn.compare eq %5, %zero : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xi1>
  %9 = nn.where %8, %7, %5 : (tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %9, %7 : tensor<4x6xf32>, tensor<4x6xf32>
}

// The ends of f32 clamp nothing.
func.func @magnitudes(%x: tensor<4x6xf32> {test.uniform = [-1.5, 1.5]}, %w: tensor<6xf32> {test.weight})
    -> (tensor<4x6xf32> {test.within = 1.0e-2}, tensor<4x6xf32> {test.within = 1.0e-2}, tensor<4x6xf32> {test.within = 1.0e-2}) {
  %low = nn.constant dense<-3.40282347E+38> : tensor<f32>
  %high = nn.constant dense<3.40282347E+38> : tensor<1x1xf32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %five = nn.constant dense<5.0> : tensor<f32>
  %0 = nn.add %x, %w : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
  %1 = nn.maximum %0, %low : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %2 = nn.minimum %high, %1 : (tensor<1x1xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %3 = nn.abs %2 : tensor<4x6xf32>
  %4 = nn.add %3, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %5 = nn.div %2, %4 : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %6 = nn.pow %5, %five : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  return %3, %5, %6 : tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>
}

// The windows of the first reach beyond the upper padding; the mean of the second divides by
// the elements inside.
func.func @pools(%x: tensor<1x2x6x7xf32> {test.uniform = [-2.0, 2.0]}, %w: tensor<2x1x1xf32> {test.weight})
    -> (tensor<1x2x4x4xf32> {test.within = 1.0e-2}, tensor<1x2x3x4xf32> {test.within = 1.0e-2}, tensor<1x2x6x7xf32> {test.within = 1.0e-2}) {
  %0 = nn.mul %x, %w : (tensor<1x2x6x7xf32>, tensor<2x1x1xf32>) -> tensor<1x2x6x7xf32>
  %1 = nn.pool max %0 kernel = [3, 2] strides = [2, 2] pads_low = [1, 0] pads_high = [1, 0] dilations = [1, 1] ceil : (tensor<1x2x6x7xf32>) -> tensor<1x2x4x4xf32>
  %2 = nn.pool avg %0 kernel = [3, 3] strides = [2, 2] pads_low = [1, 1] pads_high = [0, 1] dilations = [1, 1] : (tensor<1x2x6x7xf32>) -> tensor<1x2x3x4xf32>
  %3 = nn.pool avg %0 kernel = [3, 3] strides = [1, 1] pads_low = [1, 1] pads_high = [1, 1] dilations = [1, 1] count_include_pad : (tensor<1x2x6x7xf32>) -> tensor<1x2x6x7xf32>
  return %1, %2, %3 : tensor<1x2x4x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x6x7xf32>
}

func.func @borders(%x: tensor<3x4xf32> {test.uniform = [-2.0, 2.0]}, %w: tensor<4xf32> {test.weight})
    -> (tensor<5x4xf32> {test.within = 1.0e-3}) {
  %two = nn.constant dense<2.0> : tensor<f32>
  %0 = nn.mul %x, %w : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %1 = nn.pad %0, %two low = [2, -1] high = [0, 1] : (tensor<3x4xf32>, tensor<f32>) -> tensor<5x4xf32>
  return %1 : tensor<5x4xf32>
}

// Scores that are not part of an attention: masks of any fill, as a sum and as a choice.
func.func @scores(%x: tensor<3x4xf32> {test.uniform = [-2.0, 2.0]}, %own: tensor<3x4xi64> {test.uniform = [0.0, 1.0]}, %w: tensor<4xf32> {test.weight})
    -> (tensor<3x4xf32> {test.within = 1.0e-2}, tensor<3x4xf32> {test.within = 1.0e-2}) {
  %mask = nn.constant dense<[0.0, -3.40282347E+38, 0.0, 0xFF800000]> : tensor<4xf32>
  %fill = nn.constant dense<-3.40282347E+38> : tensor<f32>
  %column = nn.constant dense<[true, false, false, false]> : tensor<4xi1>
  %0 = nn.mul %x, %w : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %1 = nn.add %0, %mask : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  %2 = nn.softmax %1 axis = 1 : tensor<3x4xf32>
  %3 = nn.cast %own : tensor<3x4xi64> to tensor<3x4xi1>
  %4 = nn.or %3, %column : (tensor<3x4xi1>, tensor<4xi1>) -> tensor<3x4xi1>
  %5 = nn.where %4, %0, %fill : (tensor<3x4xi1>, tensor<3x4xf32>, tensor<f32>) -> tensor<3x4xf32>
  %6 = nn.softmax %5 axis = 1 : tensor<3x4xf32>
  return %2, %6 : tensor<3x4xf32>, tensor<3x4xf32>
}
