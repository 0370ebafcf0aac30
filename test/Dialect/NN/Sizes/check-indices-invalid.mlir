// RUN: tacit-opt %s -split-input-file -verify-diagnostics -nn-check-indices

// A program for more positions than the model has: nobody could run it.
func.func @positions(%x: tensor<4xf32>) -> tensor<4xf32> {
  %table = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %zero = nn.constant dense<0> : tensor<i64>
  %one = nn.constant dense<1> : tensor<i64>
  %four = nn.constant dense<4> : tensor<i64>
  %places = nn.range %zero, %four, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<4xi64>
  // expected-error @below {{'nn.gather' op gives 'tensor<4xf32>': its indices reach from 0 to 3, and its table has 3 entries}}
  %0 = nn.gather %table, %places axis = 0 : (tensor<3xf32>, tensor<4xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// The same of numbers that an operator assumes.
func.func @lengths(%x: tensor<4xi64>) -> tensor<4xi64> {
  %zero = nn.constant dense<0> : tensor<i64>
  %three = nn.constant dense<3> : tensor<i64>
  %lengths = nn.constant dense<[0, 1, 4, 2]> : tensor<4xi64>
  // expected-error @below {{its elements reach from 0 to 4; expected 0 to 3}}
  %0 = nn.assert_range %lengths from %zero to %three, "too long" : (tensor<4xi64>, tensor<i64>, tensor<i64>) -> tensor<4xi64>
  return %0 : tensor<4xi64>
}
