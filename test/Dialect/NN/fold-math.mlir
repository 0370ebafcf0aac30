// Shape arithmetic by way of floats, masks, and running sums: what exporters compute of
// constants.
//
// RUN: tacit-opt %s -canonicalize | FileCheck %s

// Half a dimension, rounded up: sqrt, floor and the like have the same bits everywhere.
// CHECK-LABEL: func.func @through_floats(
// CHECK: %[[SIZE:.+]] = nn.constant dense<[2, -2, 4]> : tensor<3xi64>
// CHECK: return %[[SIZE]]
func.func @through_floats() -> tensor<3xi64> {
  %n = nn.constant dense<[3, -5, 7]> : tensor<3xi64>
  %half = nn.constant dense<5.000000e-01> : tensor<f32>
  %f = nn.cast %n : tensor<3xi64> to tensor<3xf32>
  %h = nn.mul %f, %half : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %c = nn.ceil %h : tensor<3xf32>
  %i = nn.cast %c : tensor<3xf32> to tensor<3xi64>
  return %i : tensor<3xi64>
}

// 2.5 is as near to 2 as to 3.
// CHECK-LABEL: func.func @unary(
// CHECK-DAG: dense<[2.000000e+00, -1.000000e+00]> : tensor<2xf32>
// CHECK-DAG: dense<[2.000000e+00, -2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: dense<[-2.500000e+00, 1.500000e+00]> : tensor<2xf32>
// CHECK-DAG: dense<[2.500000e+00, 1.500000e+00]> : tensor<2xf32>
// CHECK-DAG: dense<3.000000e+00> : tensor<f32>
func.func @unary() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<f32>) {
  %x = nn.constant dense<[2.5, -1.5]> : tensor<2xf32>
  %y = nn.constant dense<[2.5, -0.5]> : tensor<2xf32>
  %nine = nn.constant dense<9.0> : tensor<f32>
  %round = nn.round %x : tensor<2xf32>
  %floor = nn.floor %y : tensor<2xf32>
  %neg = nn.neg %x : tensor<2xf32>
  %abs = nn.abs %x : tensor<2xf32>
  %sqrt = nn.sqrt %nine : tensor<f32>
  return %floor, %round, %neg, %abs, %sqrt
      : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<f32>
}

// The remainder has the sign of the divisor.
// CHECK-LABEL: func.func @integers(
// CHECK-DAG: dense<[1, 2, -2, -1]> : tensor<4xi64>
// CHECK-DAG: dense<[7, 0, -7, -14]> : tensor<4xi64>
// CHECK-DAG: dense<3136> : tensor<i64>
// CHECK-DAG: dense<[255, 0]> : tensor<2xui8>
func.func @integers() -> (tensor<4xi64>, tensor<4xi64>, tensor<i64>, tensor<2xui8>) {
  %x = nn.constant dense<[7, -7, 7, -7]> : tensor<4xi64>
  %y = nn.constant dense<[3, 3, -3, -3]> : tensor<4xi64>
  %n = nn.constant dense<[7, 8, 7, 8]> : tensor<4xi64>
  %b = nn.constant dense<[255, 1]> : tensor<2xui8>
  %c = nn.constant dense<[0, 255]> : tensor<2xui8>
  %mod = nn.mod %x, %y : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
  %m = nn.constant dense<[7, -7, -7, -7]> : tensor<4xi64>
  %sum = nn.cumsum %m axis = 0 : tensor<4xi64>
  %prod = nn.reduce prod %n axes = [0] : (tensor<4xi64>) -> tensor<i64>
  %wraps = nn.add %b, %c : (tensor<2xui8>, tensor<2xui8>) -> tensor<2xui8>
  return %mod, %sum, %prod, %wraps : tensor<4xi64>, tensor<4xi64>, tensor<i64>, tensor<2xui8>
}

// A causal mask, its opposite, and one with a border of true.
// CHECK-LABEL: func.func @masks(
// CHECK-DAG: dense<{{\[}}[true, false], [true, true]]> : tensor<2x2xi1>
// CHECK-DAG: dense<{{\[}}[false, true], [false, false]]> : tensor<2x2xi1>
// CHECK-DAG: dense<{{\[}}[true, true, false], [true, true, true]]> : tensor<2x3xi1>
func.func @masks() -> (tensor<2x2xi1>, tensor<2x2xi1>, tensor<2x3xi1>) {
  %r = nn.constant dense<[[0], [1]]> : tensor<2x1xi64>
  %c = nn.constant dense<[0, 1]> : tensor<2xi64>
  %true = nn.constant dense<true> : tensor<i1>
  %causal = nn.compare ge %r, %c : (tensor<2x1xi64>, tensor<2xi64>) -> tensor<2x2xi1>
  %all = nn.and %causal, %true : (tensor<2x2xi1>, tensor<i1>) -> tensor<2x2xi1>
  %not = nn.not %all : tensor<2x2xi1>
  %wide = nn.pad %causal, %true low = [0, 1] high = [0, 0] : (tensor<2x2xi1>, tensor<i1>) -> tensor<2x3xi1>
  return %all, %not, %wide : tensor<2x2xi1>, tensor<2x2xi1>, tensor<2x3xi1>
}

// Widened and narrowed again is nothing; narrowed first, values are lost.
// CHECK-LABEL: func.func @casts(
// CHECK-SAME: %[[HALF:.+]]: tensor<4xf16>, %[[SINGLE:.+]]: tensor<4xf32>)
// CHECK: %[[NARROW:.+]] = nn.cast %[[SINGLE]] : tensor<4xf32> to tensor<4xf16>
// CHECK: %[[BACK:.+]] = nn.cast %[[NARROW]] : tensor<4xf16> to tensor<4xf32>
// CHECK: return %[[HALF]], %[[BACK]]
func.func @casts(%half: tensor<4xf16>, %single: tensor<4xf32>) -> (tensor<4xf16>, tensor<4xf32>) {
  %0 = nn.cast %half : tensor<4xf16> to tensor<4xf32>
  %1 = nn.cast %0 : tensor<4xf32> to tensor<4xf16>
  %2 = nn.cast %single : tensor<4xf32> to tensor<4xf16>
  %3 = nn.cast %2 : tensor<4xf16> to tensor<4xf32>
  return %1, %3 : tensor<4xf16>, tensor<4xf32>
}
