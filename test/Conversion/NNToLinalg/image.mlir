// RUN: tacit-opt %s -convert-nn-to-linalg | FileCheck %s

// CHECK-DAG: #[[LEFT:.+]] = affine_map<(d0, d1, d2, d3) -> (d1, d3)>
// CHECK-DAG: #[[RIGHT:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
// CHECK-DAG: #[[GROUPLEFT:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d1, d2, d4)>
// CHECK-DAG: #[[GROUPRIGHT:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d3)>

// Windows without padding are read without a look at bounds; their product with the
// weight has the places in its columns.
// CHECK-LABEL: func.func @patches(
// CHECK-SAME: %[[X:.+]]: tensor<1x3x8x8xf32>, %[[W:.+]]: tensor<5x3x4x4xf32>)
// CHECK: %[[WINDOWS:.+]] = linalg.generic
// CHECK-NOT: arith.select
// CHECK: tensor.extract %[[X]]
// CHECK: -> tensor<1x3x4x4x2x2xf32>
// CHECK: %[[P:.+]] = tensor.collapse_shape %[[WINDOWS]] {{.*}} into tensor<1x48x4xf32>
// CHECK: %[[M:.+]] = tensor.collapse_shape %[[W]] {{.*}} into tensor<5x48xf32>
// CHECK: linalg.generic {indexing_maps = [#[[LEFT]], #[[RIGHT]], #{{.+}}], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%[[M]], %[[P]]
func.func @patches(%x: tensor<1x3x8x8xf32>, %w: tensor<5x3x4x4xf32>) -> tensor<1x5x2x2xf32> {
  %0 = nn.conv %x, %w strides = [4, 4] pads_low = [0, 0] pads_high = [0, 0] dilations = [1, 1]
       group = 1 : (tensor<1x3x8x8xf32>, tensor<5x3x4x4xf32>) -> tensor<1x5x2x2xf32>
  return %0 : tensor<1x5x2x2xf32>
}

// A window of one element needs no copy.
// CHECK-LABEL: func.func @pointwise(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2x3x8xf32>
// CHECK-NOT: tensor.extract
// CHECK: linalg.generic {{.*}} ins(%{{.+}}, %[[X]] : tensor<5x3xf32>, tensor<2x3x8xf32>)
// CHECK: arith.addf
// CHECK: ins(%{{.+}}, %{{.+}} : tensor<2x5x8xf32>, tensor<5xf32>)
func.func @pointwise(%x: tensor<2x3x8xf32>, %w: tensor<5x3x1xf32>, %b: tensor<5xf32>) -> tensor<2x5x8xf32> {
  %0 = nn.conv %x, %w bias(%b) strides = [1] pads_low = [0] pads_high = [0] dilations = [1]
       group = 1 : (tensor<2x3x8xf32>, tensor<5x3x1xf32>, tensor<5xf32>) -> tensor<2x5x8xf32>
  return %0 : tensor<2x5x8xf32>
}

// Groups are one more dimension of both.
// CHECK-LABEL: func.func @groups(
// CHECK: arith.cmpi ult
// CHECK: arith.select
// CHECK: #[[GROUPLEFT]], #[[GROUPRIGHT]]
func.func @groups(%x: tensor<1x4x9xf32>, %w: tensor<6x2x3xf32>) -> tensor<1x6x9xf32> {
  %0 = nn.conv %x, %w strides = [1] pads_low = [1] pads_high = [1] dilations = [1] group = 2
      : (tensor<1x4x9xf32>, tensor<6x2x3xf32>) -> tensor<1x6x9xf32>
  return %0 : tensor<1x6x9xf32>
}

// CHECK-LABEL: func.func @pools(
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "reduction"]
// CHECK: arith.maxui
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "reduction"]
// CHECK: arith.addf
// CHECK: %[[TWO:.+]] = arith.constant 2.000000e+00 : f32
// CHECK: arith.divf %{{.+}}, %[[TWO]]
func.func @pools(%i: tensor<1x2x5xui8>, %x: tensor<1x2x6xf32>) -> (tensor<1x2x4xui8>, tensor<1x2x3xf32>) {
  %0 = nn.pool max %i kernel = [2] strides = [1] pads_low = [0] pads_high = [0] dilations = [1]
      : (tensor<1x2x5xui8>) -> tensor<1x2x4xui8>
  %1 = nn.pool avg %x kernel = [2] strides = [2] pads_low = [0] pads_high = [0] dilations = [1]
      : (tensor<1x2x6xf32>) -> tensor<1x2x3xf32>
  return %0, %1 : tensor<1x2x4xui8>, tensor<1x2x3xf32>
}
