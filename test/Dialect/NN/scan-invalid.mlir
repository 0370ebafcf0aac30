// RUN: tacit-opt %s -split-input-file -verify-diagnostics

// A loop that does not say when it ends.
func.func @f(%s: tensor<2xf32>) {
  // expected-error @below {{'nn.scan' op has no number of steps; expected 'count', or inputs to scan}}
  %0 = nn.scan from %s : (tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%step: tensor<i64>, %a: tensor<2xf32>):
    nn.yield %a : tensor<2xf32>
  }
  return
}

// -----

// The number of the step was forgotten.
func.func @f(%s: tensor<2xf32>, %x: tensor<?x2xf32>) {
  // expected-error @below {{has a body of 2 arguments; expected 3: the step, the states and the slices of the inputs}}
  %0 = nn.scan from %s over %x : (tensor<2xf32>, tensor<?x2xf32>) -> tensor<2xf32> {
  ^bb0(%a: tensor<2xf32>, %b: tensor<2xf32>):
    nn.yield %a : tensor<2xf32>
  }
  return
}

// -----

// A slice with the dimension that it is cut along.
func.func @f(%s: tensor<2xf32>, %x: tensor<?x2xf32>) {
  // expected-error @below {{has a slice of input 0 of type 'tensor<1x2xf32>'; expected 'tensor<2xf32>'}}
  %0 = nn.scan from %s over %x : (tensor<2xf32>, tensor<?x2xf32>) -> tensor<2xf32> {
  ^bb0(%step: tensor<i64>, %a: tensor<2xf32>, %b: tensor<1x2xf32>):
    nn.yield %a : tensor<2xf32>
  }
  return
}

// -----

// A scalar has no slices.
func.func @f(%x: tensor<f32>) {
  // expected-error @below {{has an input 0 without dimensions; expected a first dimension, along which it is cut}}
  %0 = nn.scan over %x : (tensor<f32>) -> tensor<?xf32> {
  ^bb0(%step: tensor<i64>, %a: tensor<f32>):
    nn.yield %a : tensor<f32>
  }
  return
}

// -----

// A state that becomes longer.
func.func @f(%n: tensor<i64>, %s: tensor<2xf32>) {
  // expected-error @below {{has a next state 0 of type 'tensor<4xf32>'; expected 'tensor<2xf32>'}}
  %0 = nn.scan count %n from %s : (tensor<i64>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%step: tensor<i64>, %a: tensor<2xf32>):
    %1 = nn.concat %a, %a axis = 0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
    nn.yield %1 : tensor<4xf32>
  }
  return
}

// -----

// The steps of an output are its first dimension.
func.func @f(%n: tensor<i64>) {
  // expected-error @below {{has a slice of output 0 of type 'tensor<i64>'; expected 'tensor<2xi64>'}}
  %0 = nn.scan count %n : (tensor<i64>) -> tensor<?x2xi64> {
  ^bb0(%step: tensor<i64>):
    nn.yield %step : tensor<i64>
  }
  return
}

// -----

// What is collected is a scalar.
func.func @f(%n: tensor<i64>) {
  // expected-error @below {{has an output 0 without dimensions; expected a first dimension, along which it is collected}}
  %0 = nn.scan count %n : (tensor<i64>) -> tensor<i64> {
  ^bb0(%step: tensor<i64>):
    nn.yield %step : tensor<i64>
  }
  return
}

// -----

// A result that no step returns.
func.func @f(%n: tensor<i64>) {
  // expected-error @below {{has 1 results and 0 states, and its body returns 0 values; expected one for each result}}
  %0 = nn.scan count %n : (tensor<i64>) -> tensor<?xi64> {
  ^bb0(%step: tensor<i64>):
    nn.yield
  }
  return
}

// -----

// The order of the output is missing.
func.func @f(%x: tensor<?xf32>) {
  // expected-error @below {{has 1 entries in 'reversed'; expected 2, one for each input and collected output}}
  %0 = nn.scan over %x {reversed = array<i1: true>} : (tensor<?xf32>) -> tensor<?xf32> {
  ^bb0(%step: tensor<i64>, %a: tensor<f32>):
    nn.yield %a : tensor<f32>
  }
  return
}
