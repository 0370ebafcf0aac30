// RUN: tacit-opt %s -cpu-separate-destinations | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK: %[[E:.+]] = tensor.empty() : tensor<4xf32>
// CHECK: linalg.fill ins(%{{.+}} : f32) outs(%[[E]] : tensor<4xf32>)
// CHECK: %[[F:.+]] = tensor.empty() : tensor<4xf32>
// CHECK: linalg.fill ins(%{{.+}} : f32) outs(%[[F]] : tensor<4xf32>)
// CHECK-NOT: tensor.empty
func.func @main(%x: f32, %y: f32) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.fill ins(%x : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %1 = linalg.fill ins(%y : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// A tensor that is used in a loop is made in front of it, not once for each iteration,
// and sizes that are computed are used again.
// CHECK-LABEL: func.func @loop(
// CHECK-SAME: %[[N:[^ ]+]]: index
// CHECK: %[[E:.+]] = tensor.empty(%[[N]]) : tensor<?xf32>
// CHECK: linalg.fill ins(%{{.+}} : f32) outs(%[[E]] : tensor<?xf32>)
// CHECK: %[[F:.+]] = tensor.empty(%[[N]]) : tensor<?xf32>
// CHECK: scf.for
// CHECK-NOT: tensor.empty
// CHECK: linalg.fill ins(%{{.+}} : f32) outs(%[[F]] : tensor<?xf32>)
func.func @loop(%n: index, %x: f32) -> (tensor<?xf32>, tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %e = tensor.empty(%n) : tensor<?xf32>
  %0 = linalg.fill ins(%x : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %1 = scf.for %i = %c0 to %n step %c1 iter_args(%y = %0) -> (tensor<?xf32>) {
    %2 = linalg.fill ins(%x : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
    scf.yield %2 : tensor<?xf32>
  }
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// One that is used once stays where it is.
// CHECK-LABEL: func.func @alone(
// CHECK: tensor.empty
// CHECK-NOT: tensor.empty
// CHECK: return
func.func @alone(%x: f32) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.fill ins(%x : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
