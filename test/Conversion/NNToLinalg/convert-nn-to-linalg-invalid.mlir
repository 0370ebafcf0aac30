// RUN: tacit-opt %s -convert-nn-to-linalg -split-input-file -verify-diagnostics

// A model whose batch was not pinned before it was lowered.
func.func @free(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{failed to legalize operation 'nn.relu'}}
  %0 = nn.relu %x : tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// The result is known, but what it is made from is not.
func.func @free_inner(%x: tensor<4x?xf32>, %y: tensor<?x4xf32>) -> tensor<4x4xf32> {
  // expected-error @below {{failed to legalize operation 'nn.matmul'}}
  %0 = nn.matmul %x, %y : (tensor<4x?xf32>, tensor<?x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

// The keys' number is known from the values only.
func.func @free_keys(%q: tensor<2x4xf32>, %k: tensor<?x4xf32>, %v: tensor<3x4xf32>) -> tensor<2x4xf32> {
  // expected-error @below {{failed to legalize operation 'nn.attention'}}
  %0 = nn.attention %q, %k, %v scale = 1.000000e+00
      : (tensor<2x4xf32>, tensor<?x4xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

// The shape is an input of the model.
func.func @computed_shape(%x: tensor<8xf32>, %s: tensor<2xi64>) -> tensor<?x?xf32> {
  // expected-error @below {{failed to legalize operation 'nn.dynamic_reshape'}}
  %0 = nn.dynamic_reshape %x, %s : (tensor<8xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// ONNX rounds this mean; a mean of integers is no part of a transformer.
func.func @integer_mean(%x: tensor<2x4xi64>) -> tensor<2xi64> {
  // expected-error @below {{failed to legalize operation 'nn.reduce'}}
  %0 = nn.reduce mean %x axes = [1] : (tensor<2x4xi64>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// -----

// The bytes of a mask are gone: written by hand, or the weight file was not read.
func.func @lost_mask() -> tensor<2000xi1> {
  // expected-error @below {{failed to legalize operation 'nn.constant'}}
  %0 = nn.constant dense_resource<lost> : tensor<2000xi1>
  return %0 : tensor<2000xi1>
}
