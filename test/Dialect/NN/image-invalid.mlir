// RUN: tacit-opt %s -split-input-file -verify-diagnostics

// The weight of a convolution in two groups has half of the channels.
func.func @f(%x: tensor<1x4x9xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @+2 {{cannot convolve 'tensor<1x4x9xf32>' with 'tensor<6x4x3xf32>' in 2 groups; expected [N, C, ...] and [M, C / group, ...], where C and M are multiples of group}}
  // expected-error @below {{'nn.conv' op failed to infer returned types}}
  %0 = "nn.conv"(%x, %w) <{strides = array<i64: 1>, pads_low = array<i64: 0>, pads_high = array<i64: 0>, dilations = array<i64: 1>, group = 2 : i64}>
      : (tensor<1x4x9xf32>, tensor<6x4x3xf32>) -> tensor<1x6x7xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x9xf32>, %w: tensor<6x4x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+2 {{bias has type 'tensor<4xf32>'; expected one dimension of 6 elements}}
  // expected-error @below {{'nn.conv' op failed to infer returned types}}
  %0 = "nn.conv"(%x, %w, %b) <{strides = array<i64: 1>, pads_low = array<i64: 0>, pads_high = array<i64: 0>, dilations = array<i64: 1>, group = 1 : i64}>
      : (tensor<1x4x9xf32>, tensor<6x4x3xf32>, tensor<4xf32>) -> tensor<1x6x7xf32>
  return
}

// -----

// One stride for two dimensions, as frameworks allow.
func.func @f(%x: tensor<1x4x9x9xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+2 {{found a list of 1 numbers for the 2 spatial dimensions of 'tensor<1x4x9x9xf32>'; expected one per dimension}}
  // expected-error @below {{'nn.conv' op failed to infer returned types}}
  %0 = "nn.conv"(%x, %w) <{strides = array<i64: 1>, pads_low = array<i64: 0, 0>, pads_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64}>
      : (tensor<1x4x9x9xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x7x7xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x9xf32>) {
  // expected-error @+2 {{spatial dimension 0 has kernel 3, stride 0, padding 0 and 0 and dilation 1; expected numbers from 1 to 2^31, padding from 0}}
  // expected-error @below {{'nn.pool' op failed to infer returned types}}
  %0 = nn.pool max %x kernel = [3] strides = [0] pads_low = [0] pads_high = [0] dilations = [1]
      : (tensor<1x4x9xf32>) -> tensor<1x4x7xf32>
  return
}

// -----

// The dilation makes five elements of the kernel's three.
func.func @f(%x: tensor<1x4x3xf32>) {
  // expected-error @+2 {{no window fits: it spans 5 elements, and spatial dimension 0 has 3 and padding of 0 and 1}}
  // expected-error @below {{'nn.pool' op failed to infer returned types}}
  %0 = nn.pool max %x kernel = [3] strides = [1] pads_low = [0] pads_high = [1] dilations = [2]
      : (tensor<1x4x3xf32>) -> tensor<1x4x1xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x9xi32>) {
  // expected-error @+2 {{cannot pool 'tensor<1x4x9xi32>'; expected [N, C, ...], of floats for a mean}}
  // expected-error @below {{'nn.pool' op failed to infer returned types}}
  %0 = nn.pool avg %x kernel = [3] strides = [1] pads_low = [0] pads_high = [0] dilations = [1]
      : (tensor<1x4x9xi32>) -> tensor<1x4x7xi32>
  return
}

// -----

func.func @f(%x: tensor<1x4x9xf32>) {
  // expected-error @+2 {{'count_include_pad' applies to a mean only}}
  // expected-error @below {{'nn.pool' op failed to infer returned types}}
  %0 = nn.pool max %x kernel = [3] strides = [1] pads_low = [0] pads_high = [0] dilations = [1] count_include_pad
      : (tensor<1x4x9xf32>) -> tensor<1x4x7xf32>
  return
}
