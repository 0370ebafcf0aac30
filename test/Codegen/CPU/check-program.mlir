// RUN: tacit-opt %s -cpu-check-program -split-input-file | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK: module attributes {nn.interface = #nn.interface<
// CHECK-SAME: inputs = [<name = "tokens", type = tensor<4xi64>, index_bound = 65>]
// CHECK-SAME: outputs = [<name = "y", type = tensor<4x8xf32>>]
// CHECK: func.func @main(
// CHECK: nn.gather
func.func @main(%t: tensor<4xi64> {nn.name = "tokens"}) -> (tensor<4x8xf32> {nn.name = "y"}) {
  %w = nn.constant dense<1.0> : tensor<65x8xf32>
  %0 = nn.gather %w, %t axis = 0 : (tensor<65x8xf32>, tensor<4xi64>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// -----

// The smaller of two tables bounds the index, which reaches it through a reshape and
// a cast. A float is not an index, and a result without a name gets one.
// CHECK: inputs = [<name = "i", type = tensor<1x4xi64>, index_bound = 7>,
// CHECK-SAME: <name = "x", type = tensor<4xf32>>]
// CHECK-SAME: outputs = [<name = "output_0", type = tensor<4x8xf32>>, <name = "b", type = tensor<4x2xf32>>]
func.func @main(%i: tensor<1x4xi64> {nn.name = "i"}, %x: tensor<4xf32> {nn.name = "x"})
    -> (tensor<4x8xf32>, tensor<4x2xf32> {nn.name = "b"}) {
  %large = nn.constant dense<1.0> : tensor<65x8xf32>
  %small = nn.constant dense<1.0> : tensor<7x2xf32>
  %0 = nn.reshape %i : tensor<1x4xi64> to tensor<4xi64>
  %1 = nn.cast %0 : tensor<4xi64> to tensor<4xi32>
  %2 = nn.cast %x : tensor<4xf32> to tensor<4xi64>
  %3 = nn.gather %large, %0 axis = 0 : (tensor<65x8xf32>, tensor<4xi64>) -> tensor<4x8xf32>
  %4 = nn.gather %small, %1 axis = 0 : (tensor<7x2xf32>, tensor<4xi32>) -> tensor<4x2xf32>
  %5 = nn.gather %large, %2 axis = 0 : (tensor<65x8xf32>, tensor<4xi64>) -> tensor<4x8xf32>
  %6 = nn.add %3, %5 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %6, %4 : tensor<4x8xf32>, tensor<4x2xf32>
}

// -----

// Free dimensions by name; one without a name is called after its input. Of the outputs
// those that are free dimensions themselves.
// CHECK: nn.interface = #nn.interface<
// CHECK-SAME: inputs = [<name = "x", type = tensor<?x?xf32>, dims = ["batch", "x[1]"]>,
// CHECK-SAME: <name = "y", type = tensor<?x?xf32>, dims = ["past", "batch"]>]
// CHECK-SAME: outputs = [<name = "z", type = tensor<?x?xf32>, dims = ["batch", ""]>],
// CHECK-SAME: dims = ["batch", "x[1]", "past"]>
func.func @main(%x: tensor<?x?xf32> {nn.name = "x", nn.dims = ["batch", ""]},
                %y: tensor<?x?xf32> {nn.name = "y", nn.dims = ["past", "batch"]})
    -> (tensor<?x?xf32> {nn.name = "z"}) {
  %0 = nn.transpose %y [1, 0] : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = nn.concat %x, %0 axis = 1 : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %1 : tensor<?x?xf32>
}

// -----

// Sixteen bits are storage: moved, and cast before anything is computed.
// CHECK: nn.interface
func.func @main(%x: tensor<8xbf16> {nn.name = "x"}) -> (tensor<8xf16> {nn.name = "y"}) {
  %0 = nn.cast %x : tensor<8xbf16> to tensor<8xf32>
  %1 = nn.cast %0 : tensor<8xf32> to tensor<8xf16>
  return %1 : tensor<8xf16>
}
