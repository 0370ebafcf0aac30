// RUN: tacit-opt %s -convert-nn-to-linalg -split-input-file -verify-diagnostics

// A pipeline written by hand, without the pass that resolves dimensions.
func.func @free(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{'nn.relu' op reads 'tensor<?x8xf32>', and no nn.sized says what its free dimensions are; nn-resolve-dims adds them}}
  %0 = nn.relu %x : tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// The bounds of a slice are an input of the model.
func.func @computed_bounds(%x: tensor<8xf32>, %s: tensor<1xi64>) -> tensor<4xf32> {
  // expected-error @below {{failed to legalize operation 'nn.dynamic_slice'}}
  %0 = nn.dynamic_slice %x, %s, %s, %s axes = [0] : (tensor<8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// ONNX rounds this mean; a mean of integers is not part of a transformer.
func.func @integer_mean(%x: tensor<2x4xi64>) -> tensor<2xi64> {
  // expected-error @below {{failed to legalize operation 'nn.reduce'}}
  %0 = nn.reduce mean %x axes = [1] : (tensor<2x4xi64>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// -----

// The bytes of a mask are gone: written by hand, or the weight file was not read.
func.func @lost_mask() -> tensor<2000xi1> {
  // expected-error @below {{'nn.constant' op is 'tensor<2000xi1>', which becomes 'tensor<2000xi8>', and its bytes are missing}}
  // expected-note @below {{a dumped program names its constants, and the file weights.bin beside it holds them}}
  // expected-error @below {{failed to legalize operation 'nn.constant'}}
  %0 = nn.constant dense_resource<lost> : tensor<2000xi1>
  return %0 : tensor<2000xi1>
}
