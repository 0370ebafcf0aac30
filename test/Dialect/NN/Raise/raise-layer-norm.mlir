// RUN: tacit-opt %s -nn-normalize -nn-raise-layer-norm | FileCheck %s
// RUN: tacit-reference %s --compiled --pipeline='func.func(nn-normalize,nn-raise-layer-norm)' | FileCheck %s --check-prefix=VALUES

// Raised, functions of known shapes compute the same, and so does their compiled code.
// VALUES: {{^}}4 functions

// The first function is the example of the pass's documentation.

// CHECK-LABEL: func.func @layer_norm(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>, %[[G:.+]]: tensor<8xf32>, %[[B:.+]]: tensor<8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.layer_norm %[[X]] scale(%[[G]]) bias(%[[B]]) epsilon = 9.99999974E-6
// CHECK-SAME: -> tensor<2x8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @layer_norm(%x: tensor<2x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
  %eps = nn.constant dense<1.0e-05> : tensor<f32>
  %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %square = nn.mul %d, %d : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %variance = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %sum = nn.add %variance, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %root = nn.sqrt %sum : tensor<2x1xf32>
  %n = nn.div %d, %root : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %scaled = nn.mul %n, %g : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %y = nn.add %scaled, %b : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// The difference is computed twice and squared as a product, the root is written as
// a power, and sizes are free.
// CHECK-LABEL: func.func @spelled_out(
// CHECK-SAME: %[[X:.+]]: tensor<?x?x4xf32>, %[[G:.+]]: tensor<1x1x4xf32>
// CHECK-NEXT: %[[SCALE:.+]] = nn.reshape %[[G]] : tensor<1x1x4xf32> to tensor<4xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.layer_norm %[[X]] scale(%[[SCALE]]) epsilon = 1.000000e+00
// CHECK-SAME: -> tensor<?x?x4xf32>
// CHECK-NEXT: return %[[Y]]
func.func @spelled_out(%x: tensor<?x?x4xf32>, %g: tensor<1x1x4xf32>) -> tensor<?x?x4xf32> {
  %eps = nn.constant dense<1.0> : tensor<1xf32>
  %half = nn.constant dense<0.5> : tensor<f32>
  %m0 = nn.reduce mean %x axes = [2] keep_dims : (tensor<?x?x4xf32>) -> tensor<?x?x1xf32>
  %d0 = nn.sub %x, %m0 : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %m1 = nn.reduce mean %x axes = [2] keep_dims : (tensor<?x?x4xf32>) -> tensor<?x?x1xf32>
  %d1 = nn.sub %x, %m1 : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %square = nn.mul %d1, %d1 : (tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %v = nn.reduce mean %square axes = [2] keep_dims : (tensor<?x?x4xf32>) -> tensor<?x?x1xf32>
  %sum = nn.add %eps, %v : (tensor<1xf32>, tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %root = nn.pow %sum, %half : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %inverse = nn.reciprocal %root : tensor<?x?x1xf32>
  %n = nn.mul %inverse, %d0 : (tensor<?x?x1xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %y = nn.mul %g, %n : (tensor<1x1x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}

// What is read elsewhere too stays: the difference, and the value before scaling.
// CHECK-LABEL: func.func @shared(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>, %[[G:.+]]: tensor<8xf32>
// CHECK: %[[D:.+]] = nn.sub %[[X]]
// CHECK-NEXT: %[[N:.+]] = nn.layer_norm %[[X]] epsilon = 0.000000e+00
// CHECK-NEXT: %[[Y:.+]] = nn.mul %[[N]], %[[G]]
// CHECK-NEXT: return %[[D]], %[[N]], %[[Y]]
func.func @shared(%x: tensor<2x8xf32>, %g: tensor<8xf32>)
    -> (tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) {
  %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %square = nn.mul %d, %d : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %v = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %root = nn.sqrt %v : tensor<2x1xf32>
  %n = nn.div %d, %root : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %y = nn.mul %n, %g : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return %d, %n, %y : tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>
}

// TensorFlow's, as the normalisation of a batch: x factor + (bias - mean factor), where
// the scale is part of the factor.
// CHECK-LABEL: func.func @as_batch(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>, %[[G:.+]]: tensor<8xf32>, %[[B:.+]]: tensor<8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.layer_norm %[[X]] scale(%[[G]]) bias(%[[B]]) epsilon = 9.99999996E-13
// CHECK-NEXT: return %[[Y]]
func.func @as_batch(%x: tensor<2x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
  %eps = nn.constant dense<1.0e-12> : tensor<f32>
  %mean = nn.reduce mean %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %d = nn.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %square = nn.mul %d, %d : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %variance = nn.reduce mean %square axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %sum = nn.add %variance, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %root = nn.sqrt %sum : tensor<2x1xf32>
  %inverse = nn.reciprocal %root : tensor<2x1xf32>
  %factor = nn.mul %inverse, %g : (tensor<2x1xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %0 = nn.mul %x, %factor : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = nn.mul %mean, %factor : (tensor<2x1xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %2 = nn.sub %b, %1 : (tensor<8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %y = nn.add %0, %2 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// ONNX's own decomposition: the variance is the mean of squares minus the square of the
// mean. Here means are sums over 8, and lose and regain their dimension.
// CHECK-LABEL: func.func @of_squares(
// CHECK-SAME: %[[X:.+]]: tensor<2x8xf32>, %[[G:.+]]: tensor<8xf32>
// CHECK-NEXT: %[[Y:.+]] = nn.layer_norm %[[X]] scale(%[[G]]) epsilon = 9.99999974E-6
// CHECK-NEXT: return %[[Y]]
func.func @of_squares(%x: tensor<2x8xf32>, %g: tensor<8xf32>) -> tensor<2x8xf32> {
  %eps = nn.constant dense<1.0e-05> : tensor<f32>
  %eighth = nn.constant dense<0.125> : tensor<f32>
  %eight = nn.constant dense<8.0> : tensor<f32>
  %square = nn.mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %s0 = nn.reduce sum %square axes = [1] : (tensor<2x8xf32>) -> tensor<2xf32>
  %m0 = nn.mul %s0, %eighth : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %m = nn.reshape %m0 : tensor<2xf32> to tensor<2x1xf32>
  %s1 = nn.reduce sum %x axes = [1] keep_dims : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %mean = nn.div %s1, %eight : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %mm = nn.mul %mean, %mean : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %variance = nn.sub %m, %mm : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %sum = nn.add %variance, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %root = nn.sqrt %sum : tensor<2x1xf32>
  %d = nn.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %scaled = nn.mul %g, %d : (tensor<8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %y = nn.div %scaled, %root : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}
