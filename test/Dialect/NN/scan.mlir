// RUN: tacit-opt %s | tacit-opt | FileCheck %s
// RUN: tacit-opt %s -mlir-print-op-generic | tacit-opt | FileCheck %s

// The example of the documentation.
// CHECK-LABEL: func.func @sums(
// CHECK: %{{.+}}:2 = nn.scan from %{{.+}} over %{{.+}} : (tensor<?x8xf32>, tensor<?x?x8xf32>) -> (tensor<?x8xf32>, tensor<?x?x8xf32>)
// CHECK-NEXT: ^bb0(%{{.+}}: tensor<i64>, %[[STATE:.+]]: tensor<?x8xf32>, %[[SLICE:.+]]: tensor<?x8xf32>):
// CHECK-NEXT: %[[SUM:.+]] = nn.add %[[STATE]], %[[SLICE]]
// CHECK-NEXT: nn.yield %[[SUM]], %[[SUM]] : tensor<?x8xf32>, tensor<?x8xf32>
func.func @sums(%zero: tensor<?x8xf32>, %x: tensor<?x?x8xf32>) -> tensor<?x?x8xf32> {
  %last, %all = nn.scan from %zero over %x : (tensor<?x8xf32>, tensor<?x?x8xf32>)
      -> (tensor<?x8xf32>, tensor<?x?x8xf32>) {
  ^bb0(%step: tensor<i64>, %state: tensor<?x8xf32>, %slice: tensor<?x8xf32>):
    %sum = nn.add %state, %slice : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    nn.yield %sum, %sum : tensor<?x8xf32>, tensor<?x8xf32>
  }
  return %all : tensor<?x?x8xf32>
}

// A count and no state; both orders; a value from outside.
// CHECK-LABEL: func.func @counted(
// CHECK: nn.scan count %{{.+}} : (tensor<i64>) -> tensor<?xi64>
// CHECK: nn.scan count %{{.+}} over %{{.+}} {reversed = array<i1: true, false>} : (tensor<i64>, tensor<?x2xf32>) -> tensor<?x2xf32>
func.func @counted(%n: tensor<i64>, %x: tensor<?x2xf32>, %y: tensor<2xf32>) {
  %0 = nn.scan count %n : (tensor<i64>) -> tensor<?xi64> {
  ^bb0(%step: tensor<i64>):
    nn.yield %step : tensor<i64>
  }
  %1 = nn.scan count %n over %x {reversed = array<i1: true, false>} : (tensor<i64>, tensor<?x2xf32>) -> tensor<?x2xf32> {
  ^bb0(%step: tensor<i64>, %row: tensor<2xf32>):
    %2 = nn.mul %row, %y : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    nn.yield %2 : tensor<2xf32>
  }
  return
}
