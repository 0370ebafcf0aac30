// Loops over a sequence.

// RUN: tacit-reference %s --compiled | FileCheck %s
// CHECK: {{^}}4 functions

// Sums of rows, and each sum on the way.
func.func @sums(%x: tensor<3x2xf32> {test.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>},
                %s: tensor<2xf32> {test.value = dense<[10.0, 20.0]> : tensor<2xf32>})
    -> (tensor<2xf32> {test.expected = dense<[19.0, 32.0]> : tensor<2xf32>},
        tensor<3x2xf32> {test.expected = dense<[[11.0, 22.0], [14.0, 26.0], [19.0, 32.0]]> : tensor<3x2xf32>}) {
  %0:2 = nn.scan from %s over %x : (tensor<2xf32>, tensor<3x2xf32>) -> (tensor<2xf32>, tensor<3x2xf32>) {
  ^bb0(%step: tensor<i64>, %state: tensor<2xf32>, %row: tensor<2xf32>):
    %1 = nn.add %state, %row : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    nn.yield %1, %1 : tensor<2xf32>, tensor<2xf32>
  }
  return %0#0, %0#1 : tensor<2xf32>, tensor<3x2xf32>
}

// From the last row to the first; what is collected stays in the order of the steps, or is
// in that of the rows.
func.func @reversed(%x: tensor<3xf32> {test.value = dense<[1.0, 2.0, 4.0]> : tensor<3xf32>},
                    %s: tensor<f32> {test.value = dense<0.0> : tensor<f32>})
    -> (tensor<3xf32> {test.expected = dense<[4.0, 6.0, 7.0]> : tensor<3xf32>},
        tensor<3xf32> {test.expected = dense<[7.0, 6.0, 4.0]> : tensor<3xf32>}) {
  %0:3 = nn.scan from %s over %x {reversed = array<i1: true, false, true>} : (tensor<f32>, tensor<3xf32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>) {
  ^bb0(%step: tensor<i64>, %state: tensor<f32>, %a: tensor<f32>):
    %1 = nn.add %state, %a : (tensor<f32>, tensor<f32>) -> tensor<f32>
    nn.yield %1, %1, %1 : tensor<f32>, tensor<f32>, tensor<f32>
  }
  return %0#1, %0#2 : tensor<3xf32>, tensor<3xf32>
}

// States that change places, in a loop that reads a value from outside.
func.func @places(%a: tensor<i64> {test.value = dense<1> : tensor<i64>},
                  %b: tensor<i64> {test.value = dense<2> : tensor<i64>})
    -> (tensor<i64> {test.expected = dense<2> : tensor<i64>},
        tensor<i64> {test.expected = dense<1> : tensor<i64>},
        tensor<3xi64> {test.expected = dense<[1, 3, 3]> : tensor<3xi64>}) {
  %n = nn.constant dense<3> : tensor<i64>
  %0:3 = nn.scan count %n from %a, %b : (tensor<i64>, tensor<i64>, tensor<i64>) -> (tensor<i64>, tensor<i64>, tensor<3xi64>) {
  ^bb0(%step: tensor<i64>, %p: tensor<i64>, %q: tensor<i64>):
    %1 = nn.add %step, %p : (tensor<i64>, tensor<i64>) -> tensor<i64>
    nn.yield %q, %p, %1 : tensor<i64>, tensor<i64>, tensor<i64>
  }
  return %0#0, %0#1, %0#2 : tensor<i64>, tensor<i64>, tensor<3xi64>
}

// A loop in a loop, and a count below zero.
func.func @nested(%x: tensor<2x2xi64> {test.value = dense<[[1, 2], [3, 4]]> : tensor<2x2xi64>},
                  %s: tensor<i64> {test.value = dense<0> : tensor<i64>})
    -> (tensor<2xi64> {test.expected = dense<[3, 10]> : tensor<2xi64>},
        tensor<i64> {test.expected = dense<0> : tensor<i64>}) {
  %0:2 = nn.scan from %s over %x : (tensor<i64>, tensor<2x2xi64>) -> (tensor<i64>, tensor<2xi64>) {
  ^bb0(%step: tensor<i64>, %sum: tensor<i64>, %row: tensor<2xi64>):
    %1 = nn.scan from %sum over %row : (tensor<i64>, tensor<2xi64>) -> tensor<i64> {
    ^bb0(%inner: tensor<i64>, %part: tensor<i64>, %a: tensor<i64>):
      %2 = nn.add %part, %a : (tensor<i64>, tensor<i64>) -> tensor<i64>
      nn.yield %2 : tensor<i64>
    }
    nn.yield %1, %1 : tensor<i64>, tensor<i64>
  }
  %none = nn.constant dense<-1> : tensor<i64>
  %3 = nn.scan count %none from %s : (tensor<i64>, tensor<i64>) -> tensor<i64> {
  ^bb0(%step: tensor<i64>, %sum: tensor<i64>):
    nn.yield %step : tensor<i64>
  }
  return %0#1, %3 : tensor<2xi64>, tensor<i64>
}
