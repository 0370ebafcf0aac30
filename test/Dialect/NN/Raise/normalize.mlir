// RUN: tacit-opt %s -nn-normalize | FileCheck %s
// RUN: tacit-reference %s --compiled --pipeline='func.func(nn-normalize)' | FileCheck %s --check-prefix=VALUES

// Functions of known shapes compute the same, and so does their compiled code.
// VALUES: {{^}}5 functions

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @normalize(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>
// CHECK-NEXT: %[[ONE:.+]] = nn.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT: %[[SQUARE:.+]] = nn.mul %[[X]], %[[X]]
// CHECK-NEXT: %[[SUM:.+]] = nn.add %[[SQUARE]], %[[ONE]]
// CHECK-NEXT: %[[Y:.+]] = nn.reciprocal %[[SUM]]
// CHECK-NEXT: %[[Z:.+]] = nn.reshape %[[X]] : tensor<2x8xf32> to tensor<4x4xf32>
// CHECK-NEXT: return %[[Y]], %[[Z]]
func.func @normalize(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<4x4xf32>) {
  %one = nn.constant dense<1.0> : tensor<f32>
  %two = nn.constant dense<2.0> : tensor<f32>
  %square = nn.pow %x, %two : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %sum = nn.add %one, %square : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %y = nn.div %one, %sum : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %flat = nn.reshape %x : tensor<2x8xf32> to tensor<16xf32>
  %z = nn.reshape %flat : tensor<16xf32> to tensor<4x4xf32>
  return %y, %z : tensor<2x8xf32>, tensor<4x4xf32>
}

// Movements that cancel, that repeat nothing, and a part that has no elements.
// CHECK-LABEL: func.func @movement(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2x3x4xf32>, %[[NONE:[^:]+]]: tensor<2x0x4xf32>
// CHECK-NEXT: %[[T:.+]] = nn.transpose %[[X]] [2, 0, 1]
// CHECK-NEXT: return %[[T]], %[[X]], %[[X]], %[[X]]
func.func @movement(%x: tensor<2x3x4xf32>, %none: tensor<2x0x4xf32>) -> (tensor<4x2x3xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) {
  %0 = nn.transpose %x [0, 2, 1] : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
  %1 = nn.transpose %0 [1, 0, 2] : (tensor<2x4x3xf32>) -> tensor<4x2x3xf32>
  %2 = nn.transpose %0 [0, 2, 1] : (tensor<2x4x3xf32>) -> tensor<2x3x4xf32>
  %3 = nn.expand %x : tensor<2x3x4xf32> to tensor<2x3x4xf32>
  %4 = nn.slice %3 [0, 0, 0] to [2, 3, 4] step [1, 1, 1] : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %5 = nn.concat %none, %x axis = 1 : (tensor<2x0x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %1, %2, %4, %5 : tensor<4x2x3xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>
}

// Of a free dimension, too: those of the result are those of the input.
// CHECK-LABEL: func.func @free(
// CHECK-SAME: %[[X:.+]]: tensor<?x8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.reshape %[[X]] : tensor<?x8xf32> to tensor<2x?x4xf32>
// CHECK-NEXT: return %[[Y]]
func.func @free(%x: tensor<?x8xf32>) -> tensor<2x?x4xf32> {
  %0 = nn.reshape %x : tensor<?x8xf32> to tensor<?x2x4xf32>
  %1 = nn.reshape %0 : tensor<?x2x4xf32> to tensor<?x8xf32>
  %2 = nn.reshape %1 : tensor<?x8xf32> to tensor<2x?x4xf32>
  return %2 : tensor<2x?x4xf32>
}

// A weight, converted or not, and a number that is computed of constants; of two numbers
// none moves, and one stands to the right of a weight.
// CHECK-LABEL: func.func @constants(
// CHECK-SAME: %[[X:.+]]: tensor<2x2xf32>
// CHECK-DAG: %[[W:.+]] = nn.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf16>
// CHECK-DAG: %[[WIDE:.+]] = nn.cast %[[W]]
// CHECK-DAG: %[[TWO:.+]] = nn.constant dense<2.000000e+00>
// CHECK-DAG: %[[ROOT:.+]] = nn.sqrt %[[TWO]]
// CHECK: %[[P:.+]] = nn.mul %[[X]], %[[WIDE]]
// CHECK-NEXT: %[[S:.+]] = nn.add %[[P]], %[[ROOT]]
// CHECK-NEXT: %[[K:.+]] = nn.mul %[[TWO]], %[[ROOT]]
// CHECK-NEXT: %[[V:.+]] = nn.mul %[[WIDE]], %[[TWO]]
// CHECK-NEXT: return %[[S]], %[[K]], %[[V]]
func.func @constants(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<f32>, tensor<2xf32>) {
  %w = nn.constant dense<[1.0, 2.0]> : tensor<2xf16>
  %wide = nn.cast %w : tensor<2xf16> to tensor<2xf32>
  %two = nn.constant dense<2.0> : tensor<f32>
  %root = nn.sqrt %two : tensor<f32>
  %0 = nn.mul %wide, %x : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.add %root, %0 : (tensor<f32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = nn.mul %two, %root : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %3 = nn.mul %two, %wide : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
  return %1, %2, %3 : tensor<2x2xf32>, tensor<f32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @powers(
// CHECK-SAME: %[[X:.+]]: tensor<2x2xf32>
// CHECK: %[[ROOT:.+]] = nn.sqrt %[[X]]
// CHECK-NEXT: %[[CUBE:.+]] = nn.pow %[[X]],
// CHECK-NEXT: return %[[X]], %[[ROOT]], %[[CUBE]]
func.func @powers(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %one = nn.constant dense<1> : tensor<i64>
  %half = nn.constant dense<0.5> : tensor<1xf32>
  %three = nn.constant dense<3.0> : tensor<f32>
  %0 = nn.pow %x, %one : (tensor<2x2xf32>, tensor<i64>) -> tensor<2x2xf32>
  %1 = nn.pow %x, %half : (tensor<2x2xf32>, tensor<1xf32>) -> tensor<2x2xf32>
  %2 = nn.pow %x, %three : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  return %0, %1, %2 : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}

// What changes a shape or truncates an integer, and what would fold to a constant, stays.
// CHECK-LABEL: func.func @stays(
// CHECK: nn.pow
// CHECK: nn.div
// CHECK: nn.div
// CHECK: nn.shape_of
// CHECK: nn.add %{{.+}}, %{{.+}} : (tensor<2xi64>, tensor<2xi64>)
func.func @stays(%x: tensor<2xf32>, %i: tensor<2xi64>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2xi64>, tensor<2xi64>) {
  %two = nn.constant dense<2.0> : tensor<2x1xf32>
  %one = nn.constant dense<1.0> : tensor<2x1xf32>
  %unit = nn.constant dense<1> : tensor<i64>
  %0 = nn.pow %x, %two : (tensor<2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %1 = nn.div %one, %x : (tensor<2x1xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %2 = nn.div %unit, %i : (tensor<i64>, tensor<2xi64>) -> tensor<2xi64>
  %shape = nn.shape_of %0 : (tensor<2x2xf32>) -> tensor<2xi64>
  %sum = nn.add %shape, %shape : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  return %0, %1, %2, %sum : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2xi64>, tensor<2xi64>
}
