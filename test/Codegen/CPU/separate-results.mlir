// RUN: tacit-opt %s -cpu-separate-results | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @main(
// CHECK: %[[Y:.+]] = arith.negf
// CHECK: %[[COPY:.+]] = bufferization.alloc_tensor() copy(%[[Y]]) : tensor<4xf32>
// CHECK: return %[[Y]], %[[COPY]]
func.func @main(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = arith.negf %x : tensor<4xf32>
  return %0, %0 : tensor<4xf32>, tensor<4xf32>
}

// An input is copied by bufferization anyway, but only once; two of three are ours.
// CHECK-LABEL: func.func @three(
// CHECK-SAME: %[[X:.+]]: tensor<4xf32>, %[[Z:.+]]: tensor<4xf32>)
// CHECK: %[[A:.+]] = bufferization.alloc_tensor() copy(%[[X]])
// CHECK: %[[B:.+]] = bufferization.alloc_tensor() copy(%[[X]])
// CHECK: return %[[X]], %[[Z]], %[[A]], %[[B]]
func.func @three(%x: tensor<4xf32>, %z: tensor<4xf32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  return %x, %z, %x, %x : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
