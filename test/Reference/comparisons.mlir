// What tacit-reference says of a function that is not what it should be.

// RUN: not tacit-reference %s | FileCheck %s

// CHECK: @wrong: result 0 of the reference is 2.000000000e+00 at element 1; expected 3.000000000e+00, at most 2.384e-07 away
func.func @wrong(%x: tensor<2xf32> {test.value = dense<[1.0, 2.0]> : tensor<2xf32>})
    -> (tensor<2xf32> {test.expected = dense<[1.0, 3.0]> : tensor<2xf32>}) {
  return %x : tensor<2xf32>
}

// One bit of the last place is more than none.
// CHECK: @ulp: result 0 of the reference is 1.000000119e+00 at element 0; expected 1.000000000e+00
func.func @ulp(%x: tensor<1xf32> {test.value = dense<0x3F800001> : tensor<1xf32>})
    -> (tensor<1xf32> {test.expected = dense<1.0> : tensor<1xf32>, test.ulp = 0}) {
  return %x : tensor<1xf32>
}

// Integers of 64 bits are compared as such.
// CHECK: @integers: result 0 of the reference is
func.func @integers(%x: tensor<i64> {test.value = dense<9223372036854775807> : tensor<i64>})
    -> (tensor<i64> {test.expected = dense<9223372036854775806> : tensor<i64>}) {
  return %x : tensor<i64>
}

// CHECK: @nan: result 0 of the reference is nan at element 0; expected 1.000000000e+00, at most 1.000e+00 away
func.func @nan(%x: tensor<1xf32> {test.value = dense<0x7FC00000> : tensor<1xf32>})
    -> (tensor<1xf32> {test.expected = dense<1.0> : tensor<1xf32>, test.within = 1.0}) {
  return %x : tensor<1xf32>
}

// CHECK: @shape: result 0 of the reference is 2xf32; expected 1xf32
func.func @shape(%x: tensor<2xf32>) -> (tensor<2xf32> {test.expected = dense<1.0> : tensor<1xf32>}) {
  return %x : tensor<2xf32>
}

// A limit that is too wide says nothing.
// CHECK: @wide: result 0 of the reference differs by 0.000e+00, less than test.at_least = 1.000e-03
func.func @wide(%x: tensor<1xf32> {test.value = dense<1.0> : tensor<1xf32>})
    -> (tensor<1xf32> {test.expected = dense<1.0> : tensor<1xf32>, test.within = 1.0e-2, test.at_least = 1.0e-3}) {
  return %x : tensor<1xf32>
}

// CHECK: @silent: nothing to compare with; add test.expected to a result, or give --compiled or --pipeline
func.func @silent(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}

// CHECK: @drawn: argument 0 has a distribution that is unknown; expected test.uniform = [LOW, HIGH], test.normal = [MEAN, SIGMA] or test.ramp = [FIRST, STEP]
func.func @drawn(%x: tensor<2xf32> {test.uniform = [1.0]}) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}

// CHECK: 8 functions
