// RUN: tacit-opt %s -convert-nn-to-mpc -mpc-verify-secrecy | FileCheck %s
// RUN: tacit-opt %s -convert-nn-to-mpc=caches=none -mpc-verify-secrecy | FileCheck %s --check-prefix=NONE
// RUN: not tacit-opt %s -convert-nn-to-mpc=caches=a=c 2>&1 | FileCheck %s --check-prefix=WRONG
// RUN: not tacit-opt %s -convert-nn-to-mpc=caches=a=b,a=y 2>&1 | FileCheck %s --check-prefix=TWICE

// Keys that an attention reads, and that are part of a result, stay shares.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: tensor<1x1x4xf32> {nn.name = "x"},
// CHECK-SAME: %[[A:.+]]: !mpc.share<1x3x4, width = 64, fraction = 18> {mpc.state = "b", nn.name = "a"})
// CHECK-SAME: -> (tensor<1x1x4xf32> {nn.name = "y"}, !mpc.share<1x4x4, width = 64, fraction = 18> {mpc.state = "a", nn.name = "b"})
// CHECK: %[[NEW:.+]] = mpc.truncate
// CHECK: %[[B:.+]] = mpc.concat %[[A]], %[[NEW]]
// CHECK: %[[Y:.+]] = mpc.reveal
// CHECK-NOT: mpc.reveal
// CHECK: return %[[Y]], %[[B]] : tensor<1x1x4xf32>, !mpc.share<1x4x4, width = 64, fraction = 18>

// NONE-LABEL: func.func @main(
// NONE-SAME: %[[A:[^ ]+]]: tensor<1x3x4xf32> {nn.name = "a"}
// NONE: mpc.share %[[A]] from client
// NONE-COUNT-2: mpc.reveal

// WRONG: error: the cache 'a=c' names no f32 output; expected IN=OUT
// TWICE: error: the cache 'a=y' names an input or an output that is in another pair; expected each once
func.func @main(%x: tensor<1x1x4xf32> {nn.name = "x"}, %a: tensor<1x3x4xf32> {nn.name = "a"}) -> (tensor<1x1x4xf32> {nn.name = "y"}, tensor<1x4x4xf32> {nn.name = "b"}) {
  %w = nn.constant dense_resource<w> : tensor<4x4xf32>
  %0 = nn.linear %x, %w : (tensor<1x1x4xf32>, tensor<4x4xf32>) -> tensor<1x1x4xf32>
  %1 = nn.concat %a, %0 axis = 1 : (tensor<1x3x4xf32>, tensor<1x1x4xf32>) -> tensor<1x4x4xf32>
  %2 = nn.attention %x, %1, %1 scale = 1.0 : (tensor<1x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x4xf32>) -> tensor<1x1x4xf32>
  return %2, %1 : tensor<1x1x4xf32>, tensor<1x4x4xf32>
}

// Keys that are returned as they came are no cache: nothing tells that they come back.
// CHECK-LABEL: func.func @given(
// CHECK-SAME: tensor<1x1x4xf32>, %{{.+}}: tensor<1x3x4xf32>)
func.func @given(%x: tensor<1x1x4xf32>, %k: tensor<1x3x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x4x3xf32>) {
  %w = nn.constant dense_resource<w> : tensor<4x4xf32>
  %0 = nn.linear %x, %w : (tensor<1x1x4xf32>, tensor<4x4xf32>) -> tensor<1x1x4xf32>
  %1 = nn.attention %0, %k, %k scale = 1.0 : (tensor<1x1x4xf32>, tensor<1x3x4xf32>, tensor<1x3x4xf32>) -> tensor<1x1x4xf32>
  %2 = nn.transpose %k [0, 2, 1] : (tensor<1x3x4xf32>) -> tensor<1x4x3xf32>
  return %1, %2 : tensor<1x1x4xf32>, tensor<1x4x3xf32>
}
