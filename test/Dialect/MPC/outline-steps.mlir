// RUN: tacit-opt %s -mpc-outline-steps -split-input-file -verify-diagnostics | FileCheck %s

// The first program is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: tensor<4xi64>)
// CHECK: %[[A:.+]] = call @[[STEP:[a-z0-9_]+]](%[[X]]) : (tensor<4xi64>) -> tensor<4xi64>
// CHECK: %[[B:.+]] = mpc.exchange ins(%[[A]] : tensor<4xi64>)
// CHECK: %[[C:.+]] = call @[[STEP]](%[[B]])
// CHECK: return %[[C]]
// CHECK: func.func private @[[STEP]](%[[Y:.+]]: tensor<4xi64>) -> tensor<4xi64>
// CHECK: %[[D:.+]] = linalg.add ins(%[[Y]], %[[Y]] :
// CHECK: return %[[D]]
// CHECK-NOT: func.func
func.func @main(%x: tensor<4xi64>) -> tensor<4xi64> {
  %e = tensor.empty() : tensor<4xi64>
  %0 = linalg.add ins(%x, %x : tensor<4xi64>, tensor<4xi64>) outs(%e : tensor<4xi64>) -> tensor<4xi64>
  %1 = mpc.exchange ins(%0 : tensor<4xi64>) outs(%e : tensor<4xi64>) [both] -> tensor<4xi64>
  %2 = linalg.add ins(%1, %1 : tensor<4xi64>, tensor<4xi64>) outs(%e : tensor<4xi64>) -> tensor<4xi64>
  return %2 : tensor<4xi64>
}

// -----

// Material stays, so that its numbers do not keep steps apart. A part of a tensor is taken
// where it is used: in a function, or in front of the message. What a later step needs is a
// result, also if that step reads a part of it; what only this one needs is not.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: tensor<8xi64>)
// CHECK-DAG: %[[M:.+]] = mpc.material <id = 3
// CHECK-DAG: %[[TABLE:.+]] = arith.constant dense_resource<table> : tensor<8xi64>
// CHECK: %[[R:.+]]:2 = call @step_0(%[[X]], %[[M]], %[[TABLE]]) : (tensor<8xi64>, tensor<8xi64>, tensor<8xi64>) -> (tensor<8xi64>, tensor<8xi64>)
// CHECK: %[[HALF:.+]] = tensor.extract_slice %[[R]]#0[0] [4] [1]
// CHECK: %[[T:.+]] = mpc.exchange ins(%[[HALF]] : tensor<4xi64>)
// CHECK: %[[S:.+]] = call @step_1(%[[T]], %[[R]]#1)
// CHECK: mpc.deal %[[S]]
// CHECK: func.func private @step_0(%[[P:.+]]: tensor<8xi64>, %[[Q:.+]]: tensor<8xi64>, %[[V:.+]]: tensor<8xi64>)
// CHECK: %[[ONLY:.+]] = linalg.add ins(%[[P]], %[[Q]] :
// CHECK: %[[FIRST:.+]] = linalg.mul ins(%[[ONLY]], %[[V]] :
// CHECK: %[[SECOND:.+]] = linalg.sub ins(%[[ONLY]], %[[FIRST]] :
// CHECK: return %[[FIRST]], %[[SECOND]]
// CHECK: func.func private @step_1(%[[U:.+]]: tensor<4xi64>, %[[W:.+]]: tensor<8xi64>)
// CHECK: %[[REST:.+]] = tensor.extract_slice %[[W]][4] [4] [1]
// CHECK: %[[C:.+]] = arith.constant 7 : i64
// CHECK: linalg.fill ins(%[[C]] : i64)
// CHECK: linalg.add ins(%[[U]], %[[REST]] :
func.func @main(%x: tensor<8xi64>) {
  %c = arith.constant 7 : i64
  %table = arith.constant dense_resource<table> : tensor<8xi64>
  %e = tensor.empty() : tensor<8xi64>
  %h = tensor.empty() : tensor<4xi64>
  %m = mpc.material <id = 3, origin = drawn> into %e : tensor<8xi64> -> tensor<8xi64>
  %0 = linalg.add ins(%x, %m : tensor<8xi64>, tensor<8xi64>) outs(%e : tensor<8xi64>) -> tensor<8xi64>
  %1 = linalg.mul ins(%0, %table : tensor<8xi64>, tensor<8xi64>) outs(%e : tensor<8xi64>) -> tensor<8xi64>
  %2 = linalg.sub ins(%0, %1 : tensor<8xi64>, tensor<8xi64>) outs(%e : tensor<8xi64>) -> tensor<8xi64>
  %half = tensor.extract_slice %1[0] [4] [1] : tensor<8xi64> to tensor<4xi64>
  %rest = tensor.extract_slice %2[4] [4] [1] : tensor<8xi64> to tensor<4xi64>
  %fill = linalg.fill ins(%c : i64) outs(%h : tensor<4xi64>) -> tensor<4xi64>
  %3 = mpc.exchange ins(%half : tensor<4xi64>) outs(%h : tensor<4xi64>) [both] -> tensor<4xi64>
  %4 = linalg.add ins(%3, %rest : tensor<4xi64>, tensor<4xi64>) outs(%fill : tensor<4xi64>) -> tensor<4xi64>
  mpc.deal %4 as <id = 4, origin = dealt> : tensor<4xi64>
  return
}

{-#
  dialect_resources: {
    builtin: {
      table: "0x080000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    }
  }
#-}

// -----

// What fills a tensor may be a number that the same step computes.
// CHECK-LABEL: func.func @main(
// CHECK-NEXT: call @step_0
// CHECK-NEXT: return
// CHECK: func.func private @step_0(%[[P:.+]]: tensor<i64>)
// CHECK: %[[N:.+]] = tensor.extract %[[P]][]
// CHECK: linalg.fill ins(%[[N]] : i64)
func.func @main(%p: tensor<i64>) -> tensor<4xi64> {
  %e = tensor.empty() : tensor<4xi64>
  %n = tensor.extract %p[] : tensor<i64>
  %f = linalg.fill ins(%n : i64) outs(%e : tensor<4xi64>) -> tensor<4xi64>
  %0 = linalg.add ins(%f, %f : tensor<4xi64>, tensor<4xi64>) outs(%e : tensor<4xi64>) -> tensor<4xi64>
  return %0 : tensor<4xi64>
}

// -----

// expected-error @below {{expected a function @main with one block, as mpc-select-program leaves it}}
module {
  func.func private @main()
}
