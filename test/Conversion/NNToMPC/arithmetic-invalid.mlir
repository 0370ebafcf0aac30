// RUN: tacit-opt %s -convert-nn-to-mpc -split-input-file -verify-diagnostics

// The sign of a divisor is a secret too.
func.func @divisor(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // expected-error @below {{'nn.div' op divides by a secret that may be negative; expected a square root, an exponential or a sum of them, because 1 / x is computed for positive x only}}
  %1 = nn.div %x, %0 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  // expected-error @below {{'nn.reciprocal' op divides by a secret that may be negative}}
  %2 = nn.reciprocal %0 : tensor<2x4xf32>
  %zero = nn.constant dense<0.0> : tensor<f32>
  // expected-error @below {{'nn.div' op divides by zero; expected another number}}
  %3 = nn.div %0, %zero : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %3 : tensor<2x4xf32>
}

// -----

// A power that is not a product, and one that only the client knows.
func.func @powers(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %c = nn.constant dense<1.5> : tensor<f32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // expected-error @below {{'nn.pow' op raises a secret to a power that is not a whole number from 1 to 16; expected one of these, which become products}}
  %1 = nn.pow %0, %c : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  // expected-error @below {{'nn.pow' op raises a secret to a power}}
  %2 = nn.pow %0, %x : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}

// -----

func.func @nothing(%x: tensor<0x4xf32>) -> tensor<4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<0x4xf32>, tensor<4xf32>) -> tensor<0x4xf32>
  // expected-error @below {{'nn.reduce' op reduces no elements; expected at least one}}
  %1 = nn.reduce mean %0 axes = [0] : (tensor<0x4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @product(%x: tensor<2x4xf32>) -> tensor<4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // expected-error @below {{'nn.reduce' op multiplies all elements of a secret, for which there is no two-party protocol; expected a sum, a mean, a maximum or a minimum}}
  %1 = nn.reduce prod %0 axes = [0] : (tensor<2x4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// Look-ups that are not rows of a table at the client's indices.
func.func @lookups(%ids: tensor<3xi64>, %x: tensor<6x4xf32>) -> tensor<6x1025xf32> {
  %t = nn.constant dense_resource<t> : tensor<6x4xf32>
  %0 = nn.add %x, %t : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
  // expected-error @below {{'nn.gather' op looks up along axis 1; expected 0, the rows of a table: transpose the table first}}
  %1 = nn.gather %t, %ids axis = 1 : (tensor<6x4xf32>, tensor<3xi64>) -> tensor<6x3xf32>
  %nine = nn.constant dense<9> : tensor<1xi64>
  // expected-error @below {{'nn.gather' op picks element 9 of a dimension of 4; expected -4 to 3}}
  %2 = nn.gather %0, %nine axis = 1 : (tensor<6x4xf32>, tensor<1xi64>) -> tensor<6x1xf32>
  // expected-error @below {{'nn.cast' op computes 'tensor<6x4xi64>' from a secret}}
  %3 = nn.cast %0 : tensor<6x4xf32> to tensor<6x4xi64>
  // expected-error @below {{'nn.gather' op looks up at indices that neither party knows; expected indices that follow from the inputs or from constants alone}}
  %4 = nn.gather %t, %3 axis = 0 : (tensor<6x4xf32>, tensor<6x4xi64>) -> tensor<6x4x4xf32>
  %same = nn.constant dense<1> : tensor<1025xi64>
  // expected-error @below {{'nn.gather' op picks 1025 slices of a secret at irregular positions; expected equal steps, or at most 1024 parts}}
  %5 = nn.gather %0, %same axis = 1 : (tensor<6x4xf32>, tensor<1025xi64>) -> tensor<6x1025xf32>
  return %5 : tensor<6x1025xf32>
}

// -----

// Masks.
func.func @masks(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %row = nn.constant dense<[[true, true], [false, false]]> : tensor<2x2xi1>
  // expected-error @below {{'nn.attention' op has a mask that excludes every score of a row; expected at least one score that takes part: remove the row}}
  %1 = nn.attention %0, %0, %0 mask(%row) scale = 1.000000e+00 fill = -1.000000e+09 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xi1>) -> tensor<2x4xf32>
  %causal = nn.constant dense<[[true, false], [true, true]]> : tensor<2x2xi1>
  // expected-error @below {{'nn.attention' op has the constant 1.000000e+15; a ring of 64 bits}}
  %2 = nn.attention %0, %0, %0 mask(%causal) scale = 1.000000e+00 fill = 1.000000e+15 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xi1>) -> tensor<2x4xf32>
  %scores = nn.slice %0 [0, 0] to [2, 2] step [1, 1] : (tensor<2x4xf32>) -> tensor<2x2xf32>
  // expected-error @below {{'nn.attention' op has a mask that depends on a secret; expected one that follows from the inputs alone, or from constants alone}}
  %3 = nn.attention %0, %0, %0 mask(%scores) scale = 1.000000e+00 : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  return %3 : tensor<2x4xf32>
}

// -----

// Windows for which padding would have to be told apart from elements.
func.func @pools(%x: tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x6xf32>, tensor<1x1x1xf32>) {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<1x1x4xf32>, tensor<4xf32>) -> tensor<1x1x4xf32>
  // expected-error @below {{'nn.pool' op takes the maximum of windows that are dilated over padding, or lie in it; expected windows with an element at the border}}
  %1 = nn.pool max %0 kernel = [2] strides = [1] pads_low = [1] pads_high = [1] dilations = [2] : (tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  // expected-error @below {{'nn.pool' op takes the mean of a window that lies in padding alone; expected at least one element}}
  %2 = nn.pool avg %0 kernel = [1] strides = [1] pads_low = [1] pads_high = [1] dilations = [1] : (tensor<1x1x4xf32>) -> tensor<1x1x6xf32>
  // expected-error @below {{'nn.pool' op has windows of 1025 elements; expected at most 1024, each of which is a slice}}
  %3 = nn.pool avg %0 kernel = [1025] strides = [1] pads_low = [1021] pads_high = [0] dilations = [1] : (tensor<1x1x4xf32>) -> tensor<1x1x1xf32>
  return %1, %2, %3 : tensor<1x1x4xf32>, tensor<1x1x6xf32>, tensor<1x1x1xf32>
}

// -----

func.func @pad(%x: tensor<4xf32>, %y: tensor<f32>) -> tensor<6xf32> {
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // expected-error @below {{'nn.pad' op pads a secret by a number that is not constant; expected a constant}}
  %1 = nn.pad %0, %y low = [1] high = [1] : (tensor<4xf32>, tensor<f32>) -> tensor<6xf32>
  return %1 : tensor<6xf32>
}

// -----

func.func @empty(%x: tensor<0x1x4xf32>) -> (tensor<0x1x3xf32>, tensor<2x1x4xf32>) {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %b = nn.constant dense_resource<b> : tensor<4xf32>
  %0 = nn.add %x, %b : (tensor<0x1x4xf32>, tensor<4xf32>) -> tensor<0x1x4xf32>
  // expected-error @below {{'nn.pool' op has no elements; expected at least one window}}
  %1 = nn.pool max %0 kernel = [2] strides = [1] pads_low = [0] pads_high = [0] dilations = [1] : (tensor<0x1x4xf32>) -> tensor<0x1x3xf32>
  // expected-error @below {{'nn.pad' op pads a secret without elements; expected at least one}}
  %2 = nn.pad %0, %zero low = [1, 0, 0] high = [1, 0, 0] : (tensor<0x1x4xf32>, tensor<f32>) -> tensor<2x1x4xf32>
  return %1, %2 : tensor<0x1x3xf32>, tensor<2x1x4xf32>
}
