// RUN: tacit-opt %s -split-input-file -nn-resolve-dims -convert-nn-to-linalg | FileCheck %s

// A loop carries its states and its outputs: a slice is inserted at its place, and a state
// is overwritten when everything is computed.
// CHECK-LABEL: func.func @sums(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?x?x8xf32>
// CHECK: %[[T:.+]] = tensor.dim %[[X]], %c0
// CHECK: %[[B:.+]] = tensor.dim %[[X]], %c1
// CHECK: %[[EMPTY:.+]] = tensor.empty(%[[T]], %[[B]]) : tensor<?x?x8xf32>
// CHECK: scf.for %[[I:.+]] = %{{.+}} to %[[T]] step %{{.+}} iter_args(%[[STATE:.+]] = %{{.+}}, %[[ALL:.+]] = %[[EMPTY]])
// CHECK: %[[ROW:.+]] = tensor.extract_slice %[[X]][%[[I]], 0, 0] [1, %[[B]], 8] [1, 1, 1] : tensor<?x?x8xf32> to tensor<?x8xf32>
// CHECK: %[[SUM:.+]] = linalg.generic {{.*}} ins(%[[STATE]], %[[ROW]]
// CHECK: %[[LAST:.+]] = arith.subi %[[T]]
// CHECK: %[[PLACE:.+]] = arith.subi %[[LAST]], %[[I]]
// CHECK: %[[NEXT:.+]] = tensor.insert_slice %[[SUM]] into %[[ALL]][%[[PLACE]], 0, 0] [1, %[[B]], 8]
// CHECK: %[[COPY:.+]] = bufferization.alloc_tensor() copy(%[[SUM]])
// CHECK: %[[KEPT:.+]] = bufferization.materialize_in_destination %[[COPY]] in %[[STATE]]
// CHECK: scf.yield %[[KEPT]], %[[NEXT]]
func.func @sums(%x: tensor<?x?x8xf32> {nn.dims = ["t", "b", ""], nn.name = "x"}, %zero: tensor<?x8xf32> {nn.dims = ["b", ""], nn.name = "zero"}) -> tensor<?x?x8xf32> {
  %0:2 = nn.scan from %zero over %x {reversed = array<i1: false, true>} : (tensor<?x8xf32>, tensor<?x?x8xf32>) -> (tensor<?x8xf32>, tensor<?x?x8xf32>) {
  ^bb0(%step: tensor<i64>, %state: tensor<?x8xf32>, %slice: tensor<?x8xf32>):
    %sum = nn.add %state, %slice : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    nn.yield %sum, %sum : tensor<?x8xf32>, tensor<?x8xf32>
  }
  return %0#1 : tensor<?x?x8xf32>
}

// -----

// States that change places; truth values are bytes.
// CHECK-LABEL: func.func @places(
// CHECK: scf.for {{.*}} iter_args(%[[P:.+]] = %{{.+}}, %[[Q:.+]] = %{{.+}}) -> (tensor<4xi8>, tensor<4xi8>)
// CHECK-DAG: %[[A:.+]] = bufferization.alloc_tensor() copy(%[[Q]]) : tensor<4xi8>
// CHECK-DAG: %[[B:.+]] = bufferization.alloc_tensor() copy(%[[P]]) : tensor<4xi8>
// CHECK-DAG: bufferization.materialize_in_destination %[[A]] in %[[P]]
// CHECK-DAG: bufferization.materialize_in_destination %[[B]] in %[[Q]]
func.func @places(%n: tensor<i64>, %a: tensor<4xi1>, %b: tensor<4xi1>) -> tensor<4xi1> {
  %0:2 = nn.scan count %n from %a, %b : (tensor<i64>, tensor<4xi1>, tensor<4xi1>) -> (tensor<4xi1>, tensor<4xi1>) {
  ^bb0(%step: tensor<i64>, %p: tensor<4xi1>, %q: tensor<4xi1>):
    nn.yield %q, %p : tensor<4xi1>, tensor<4xi1>
  }
  return %0#0 : tensor<4xi1>
}
