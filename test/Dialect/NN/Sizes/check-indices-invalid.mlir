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

// -----

// A bound that is another one in each step cannot be checked after the loop.
func.func @main(%x: tensor<?xi64> {nn.dims = ["n"], nn.name = "x"}) -> tensor<?xi64> {
  %high = nn.constant dense<9> : tensor<i64>
  %0 = nn.scan over %x : (tensor<?xi64>) -> tensor<?xi64> {
  ^bb0(%step: tensor<i64>, %a: tensor<i64>):
    // expected-error @below {{checks a range that is computed in a loop; expected one that is the same for all steps}}
    %1 = nn.assert_range %step from %a to %high, "a step below its number" : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<i64>
    nn.yield %1 : tensor<i64>
  }
  return %0 : tensor<?xi64>
}

// -----

// A state that grows: it would have the same size in all steps only if it were empty.
func.func @main(%x: tensor<?xf32> {nn.dims = ["n"], nn.name = "x"}, %rows: tensor<?xf32> {nn.dims = ["m"], nn.name = "rows"}) -> tensor<?xf32> {
  // expected-error @below {{'nn.scan' op gives 'tensor<?xf32>': dimension 0 of a state is n before a step and 2 * n after it; expected the same}}
  %0 = nn.scan from %x over %rows : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32> {
  ^bb0(%step: tensor<i64>, %s: tensor<?xf32>, %row: tensor<f32>):
    %1 = nn.concat %s, %s axis = 0 : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    nn.yield %1 : tensor<?xf32>
  }
  return %0 : tensor<?xf32>
}
