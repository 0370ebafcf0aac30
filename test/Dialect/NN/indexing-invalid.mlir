// RUN: tacit-opt %s -split-input-file -verify-diagnostics

// An axis counted from the end, as ONNX counts.
func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @below {{has axis -1; expected a number from 0 to 1}}
  // expected-error @below {{'nn.arg_reduce' op failed to infer returned types}}
  %0 = nn.arg_reduce max %x axis = -1 : (tensor<2x8xf32>) -> tensor<2xi64>
  return
}

// -----

// The largest of nothing.
func.func @f(%x: tensor<2x0xf32>) {
  // expected-error @below {{looks for an element along axis 1 of 'tensor<2x0xf32>', which has none}}
  // expected-error @below {{'nn.arg_reduce' op failed to infer returned types}}
  %0 = nn.arg_reduce max %x axis = 1 : (tensor<2x0xf32>) -> tensor<2xi64>
  return
}

// -----

// A misspelt kind.
func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @below {{expected one of [max, min] for element that is searched for, got: largest}}
  %0 = nn.arg_reduce largest %x axis = 1 : (tensor<2x8xf32>) -> tensor<2xi64>
  return
}

// -----

// More elements than there are.
func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @below {{looks for 9 elements along axis 1 of 'tensor<2x8xf32>'}}
  // expected-error @below {{'nn.top_k' op failed to infer returned types}}
  %0:2 = nn.top_k %x k = 9 axis = 1 : (tensor<2x8xf32>) -> (tensor<2x9xf32>, tensor<2x9xi64>)
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>) {
  // expected-error @below {{'nn.cumsum' op has axis 2; expected a number from 0 to 1}}
  %0 = nn.cumsum %x axis = 2 : tensor<2x8xf32>
  return
}

// -----

// Rows that the data does not have.
func.func @f(%x: tensor<2x8xf32>, %i: tensor<3x4xi64>) {
  // expected-error @below {{has indices of type 'tensor<3x4xi64>' into 'tensor<2x8xf32>'; expected as many dimensions, none larger but that of axis 1}}
  // expected-error @below {{'nn.gather_elements' op failed to infer returned types}}
  %0 = nn.gather_elements %x, %i axis = 1 : (tensor<2x8xf32>, tensor<3x4xi64>) -> tensor<3x4xf32>
  return
}

// -----

// Triples of coordinates into a matrix.
func.func @f(%x: tensor<2x8xf32>, %i: tensor<4x3xi64>, %u: tensor<4xf32>) {
  // expected-error @below {{has indices of type 'tensor<4x3xi64>' into 'tensor<2x8xf32>'; expected a last dimension of at most 2}}
  // expected-error @below {{'nn.scatter_nd' op failed to infer returned types}}
  %0 = nn.scatter_nd none %x, %i, %u : (tensor<2x8xf32>, tensor<4x3xi64>, tensor<4xf32>) -> tensor<2x8xf32>
  return
}

// -----

// Single elements where whole rows are written.
func.func @f(%x: tensor<2x8xf32>, %i: tensor<4x1xi64>, %u: tensor<4xf32>) {
  // expected-error @below {{has updates of type 'tensor<4xf32>'; expected 'tensor<4x8xf32>'}}
  // expected-error @below {{'nn.scatter_nd' op failed to infer returned types}}
  %0 = nn.scatter_nd none %x, %i, %u : (tensor<2x8xf32>, tensor<4x1xi64>, tensor<4xf32>) -> tensor<2x8xf32>
  return
}

// -----

// One number for two dimensions.
func.func @f(%x: tensor<2x8xf32>, %zero: tensor<f32>) {
  // expected-error @below {{expected 2 numbers before and behind, one per dimension of 'tensor<2x8xf32>'}}
  // expected-error @below {{'nn.pad' op failed to infer returned types}}
  %0 = nn.pad %x, %zero low = [0] high = [1] : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x9xf32>
  return
}

// -----

func.func @f(%x: tensor<2x8xf32>, %zero: tensor<i64>) {
  // expected-error @below {{pads 'tensor<2x8xf32>' with a 'tensor<i64>'}}
  // expected-error @below {{'nn.pad' op failed to infer returned types}}
  %0 = nn.pad %x, %zero low = [0, 0] high = [0, 1] : (tensor<2x8xf32>, tensor<i64>) -> tensor<2x9xf32>
  return
}

// -----

// Nine of eight cut off.
func.func @f(%x: tensor<2x8xf32>, %zero: tensor<f32>) {
  // expected-error @below {{adds -9 and 0 elements to dimension 1 of 'tensor<2x8xf32>'}}
  // expected-error @below {{'nn.pad' op failed to infer returned types}}
  %0 = nn.pad %x, %zero low = [0, -9] high = [0, 0] : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x?xf32>
  return
}
