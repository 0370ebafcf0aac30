// RUN: tacit-opt %s -split-input-file -verify-diagnostics

// An axis counted from the end.
func.func @f(%a: tensor<2x3xf32>, %i: tensor<1xi64>) {
  // expected-error @below {{has axis -1; expected a number from 0 to 1}}
  // expected-error @below {{'nn.gather' op failed to infer returned types}}
  %0 = nn.gather %a, %i axis = -1 : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  return
}

// -----

// Bounds for one dimension only.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{expected 2 starts, ends and steps, one per dimension of 'tensor<2x3xf32>'}}
  // expected-error @below {{'nn.slice' op failed to infer returned types}}
  %0 = nn.slice %a [0] to [1] step [1] : (tensor<2x3xf32>) -> tensor<1x3xf32>
  return
}

// -----

// An end past the dimension: ONNX clamps it, nn has it clamped.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'nn.slice' op failed to infer returned types}}
  // expected-error @below {{slice 0 to 9 step 1 does not lie in dimension 1 of 'tensor<2x3xf32>'}}
  %0 = nn.slice %a [0, 0] to [2, 9] step [1, 1] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

// Known bounds in a dimension that is not known.
func.func @f(%a: tensor<?x3xf32>) {
  // expected-error @below {{'nn.slice' op failed to infer returned types}}
  // expected-error @below {{cannot slice dimension 0, which is free, with known bounds}}
  %0 = nn.slice %a [0, 0] to [1, 3] step [1, 1] : (tensor<?x3xf32>) -> tensor<1x3xf32>
  return
}

// -----

// A dimension was lost.
func.func @f(%a: tensor<2x3xf32>, %i: tensor<1xi64>) {
  // expected-error @below {{'nn.dynamic_slice' op result has type 'tensor<3xf32>'; expected 2 dimensions of 'f32' as the input}}
  %0 = nn.dynamic_slice %a, %i, %i, %i axes = [0] : (tensor<2x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xf32>
  return
}

// -----

// Axes follow the input's dimensions.
func.func @f(%a: tensor<2x3xf32>, %i: tensor<1xi64>) {
  // expected-error @below {{'nn.dynamic_slice' op has axis 2; expected numbers from 0 to 1}}
  %0 = nn.dynamic_slice %a, %i, %i, %i axes = [2] : (tensor<2x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x3xf32>
  return
}

// -----

// A generic edit that dropped the inputs.
func.func @f() {
  // expected-error @below {{'nn.concat' op failed to infer returned types}}
  // expected-error @below {{needs at least one input}}
  %0 = "nn.concat"() <{axis = 0 : i64}> : () -> tensor<2xf32>
  return
}

// -----

// Joined along the wrong axis.
func.func @f(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @below {{cannot join 'tensor<2x3xf32>' and 'tensor<2x4xf32>' along axis 0}}
  // expected-error @below {{'nn.concat' op failed to infer returned types}}
  %0 = nn.concat %a, %b axis = 0 : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

// There is no such axis.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{has axis 2; expected a number from 0 to 1}}
  // expected-error @below {{'nn.concat' op failed to infer returned types}}
  %0 = nn.concat %a axis = 2 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

// A batch of 2 went into a shape of batch 1.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'nn.reshape' op cannot turn 'tensor<2x3xf32>' into 'tensor<1x3xf32>'; expected the same number of elements and of free dimensions}}
  %0 = nn.reshape %a : tensor<2x3xf32> to tensor<1x3xf32>
  return
}

// -----

// A free dimension cannot become a known one.
func.func @f(%a: tensor<?x3xf32>) {
  // expected-error @below {{'nn.reshape' op cannot turn 'tensor<?x3xf32>' into 'tensor<6xf32>'; expected the same number of elements and of free dimensions}}
  %0 = nn.reshape %a : tensor<?x3xf32> to tensor<6xf32>
  return
}

// -----

// A permutation that names a dimension twice.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'nn.transpose' op failed to infer returned types}}
  // expected-error @below {{permutation is array<i64: 0, 0>; expected every number from 0 to 1 once}}
  %0 = nn.transpose %a [0, 0] : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

// Only a dimension of 1 repeats.
func.func @f(%a: tensor<2xf32>) {
  // expected-error @below {{'nn.expand' op cannot expand 'tensor<2xf32>' to 'tensor<4xf32>'; expected dimensions, aligned at the last, that are equal or 1}}
  %0 = nn.expand %a : tensor<2xf32> to tensor<4xf32>
  return
}

// -----

// Bounds for one of two axes.
func.func @f(%a: tensor<2x3xf32>, %i: tensor<1xi64>) {
  // expected-error @below {{'nn.dynamic_slice' op has bounds of type 'tensor<1xi64>'; expected 2 numbers, one per axis}}
  %0 = nn.dynamic_slice %a, %i, %i, %i axes = [0, 1] : (tensor<2x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x3xf32>
  return
}

// -----

// A shape is a list of numbers.
func.func @f(%a: tensor<2x3xf32>, %s: tensor<i64>) {
  // expected-error @below {{'nn.dynamic_reshape' op has a shape of type 'tensor<i64>'; expected one dimension}}
  %0 = nn.dynamic_reshape %a, %s : (tensor<2x3xf32>, tensor<i64>) -> tensor<?xf32>
  return
}

// -----

// Three numbers make three dimensions.
func.func @f(%a: tensor<2x3xf32>, %s: tensor<3xi64>) {
  // expected-error @below {{'nn.dynamic_reshape' op result has type 'tensor<?x?xf32>'; expected 3 dimensions of 'f32' elements}}
  %0 = nn.dynamic_reshape %a, %s : (tensor<2x3xf32>, tensor<3xi64>) -> tensor<?x?xf32>
  return
}

// -----

// Repeating does not convert.
func.func @f(%a: tensor<2x3xf32>, %s: tensor<?xi64>) {
  // expected-error @below {{'nn.dynamic_expand' op result has type 'tensor<?x?xi64>'; expected 'f32' elements}}
  %0 = nn.dynamic_expand %a, %s : (tensor<2x3xf32>, tensor<?xi64>) -> tensor<?x?xi64>
  return
}

// -----

// The longer of shape and input counts.
func.func @f(%a: tensor<2x3xf32>, %s: tensor<1xi64>) {
  // expected-error @below {{'nn.dynamic_expand' op result has type 'tensor<?xf32>'; expected 2 dimensions of 'f32' elements}}
  %0 = nn.dynamic_expand %a, %s : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<?xf32>
  return
}

// -----

// Positions of another type than their bounds.
func.func @f(%a: tensor<f32>) {
  // expected-error @below {{'nn.range' op has an operand of type 'tensor<f32>'; expected one element of 'i64' as in the result}}
  %0 = nn.range %a, %a, %a : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<?xi64>
  return
}

// -----

// Positions that are a table at once.
func.func @f(%a: tensor<i64>) {
  // expected-error @below {{'nn.range' op result has type 'tensor<2x2xi64>'; expected one dimension of integers or floats}}
  %0 = nn.range %a, %a, %a : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<2x2xi64>
  return
}

// -----

// A misspelt kind.
func.func @f(%a: tensor<2xf32>) {
  // expected-error @below {{custom op 'nn.gelu' expected one of [erf, tanh, puma, bolt, bumblebee, nimbus, quad, sigmoid] for kind of GELU, got: quick}}
  %0 = nn.gelu quick %a : tensor<2xf32>
  return
}

// -----

// The generic form without its axes.
func.func @f(%a: tensor<2xf32>) {
  // expected-error @below {{'nn.reduce' op requires attribute 'axes'}}
  %0 = "nn.reduce"(%a) <{kind = #nn<reduce_kind sum>}> : (tensor<2xf32>) -> tensor<f32>
  return
}

// -----

// A constant of another type than its value.
func.func @f() {
  // expected-error @below {{'nn.constant' op failed to verify that all of {value, result} have same type}}
  %0 = "nn.constant"() <{value = dense<1.0> : tensor<2xf32>}> : () -> tensor<3xf32>
  return
}
