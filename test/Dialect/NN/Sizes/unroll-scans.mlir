// RUN: tacit-opt %s -nn-unroll-scans | FileCheck %s
// RUN: tacit-opt %s -nn-unroll-scans=limit=3 | FileCheck %s --check-prefix=LIMIT

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2x4xf32>, %[[ZERO:[^:]+]]: tensor<4xf32>
// CHECK-NOT: nn.scan
// CHECK: %[[P0:.+]] = nn.slice %[[X]] [0, 0] to [1, 4] step [1, 1]
// CHECK: %[[R0:.+]] = nn.reshape %[[P0]] : tensor<1x4xf32> to tensor<4xf32>
// CHECK: %[[S0:.+]] = nn.add %[[ZERO]], %[[R0]]
// CHECK: %[[P1:.+]] = nn.slice %[[X]] [1, 0] to [2, 4] step [1, 1]
// CHECK: %[[R1:.+]] = nn.reshape %[[P1]] : tensor<1x4xf32> to tensor<4xf32>
// CHECK: %[[S1:.+]] = nn.add %[[S0]], %[[R1]]
// CHECK: return %[[S1]]
// LIMIT-LABEL: func.func @main(
// LIMIT: nn.scan
func.func @main(%x: tensor<2x4xf32>, %zero: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.scan from %zero over %x : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<4xf32> {
  ^bb0(%step: tensor<i64>, %sum: tensor<4xf32>, %row: tensor<4xf32>):
    %1 = nn.add %sum, %row : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    nn.yield %1 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// Steps are numbered, and an output in reverse order begins with the last one.
// CHECK-LABEL: func.func @numbers(
// CHECK-DAG: %[[ZERO:.+]] = nn.constant dense<0> : tensor<i64>
// CHECK-DAG: %[[ONE:.+]] = nn.constant dense<1> : tensor<i64>
// CHECK-DAG: %[[FIRST:.+]] = nn.reshape %[[ONE]] : tensor<i64> to tensor<1xi64>
// CHECK-DAG: %[[LAST:.+]] = nn.reshape %[[ZERO]] : tensor<i64> to tensor<1xi64>
// CHECK: nn.concat %[[FIRST]], %[[LAST]] axis = 0
func.func @numbers() -> tensor<2xi64> {
  %n = nn.constant dense<2> : tensor<i64>
  %0 = nn.scan count %n {reversed = array<i1: true>} : (tensor<i64>) -> tensor<2xi64> {
  ^bb0(%step: tensor<i64>):
    nn.yield %step : tensor<i64>
  }
  return %0 : tensor<2xi64>
}

// A loop of a free number of steps stays.
// CHECK-LABEL: func.func @free(
// CHECK: nn.scan
func.func @free(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = nn.scan over %x : (tensor<?xf32>) -> tensor<?xf32> {
  ^bb0(%step: tensor<i64>, %a: tensor<f32>):
    %1 = nn.tanh %a : tensor<f32>
    nn.yield %1 : tensor<f32>
  }
  return %0 : tensor<?xf32>
}
