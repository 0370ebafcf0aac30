// RUN: tacit-opt %s -cpu-externalize-weights -split-input-file | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK: module attributes {cpu.weights = [#cpu.weight<value = dense_resource<w> : tensor<32xf32>, offset = 0>]}
// CHECK: func.func @main(%[[FILE:.+]]: memref<128xi8>, %{{.+}}: tensor<32xf32>)
// CHECK: %[[C0:.+]] = arith.constant 0 : index
// CHECK: %[[VIEW:.+]] = memref.view %[[FILE]][%[[C0]]][] : memref<128xi8> to memref<32xf32>
// CHECK: %[[W:.+]] = bufferization.to_tensor %[[VIEW]] restrict : memref<32xf32> to tensor<32xf32>
// CHECK-NOT: dense_resource
// CHECK: return %[[W]]
func.func @main(%x: tensor<32xf32>) -> tensor<32xf32> {
  %w = arith.constant dense_resource<w> : tensor<32xf32>
  return %w : tensor<32xf32>
}

// -----

// One weight in two forms: in panels for a product, as it is for a gather. A packing
// that the file cannot describe stays. Twice the same is stored once.
// CHECK: cpu.weights = [
// CHECK-SAME: #cpu.weight<value = dense_resource<w> : tensor<40x8xf32>, offset = 0, panel = 32, position = 0, permutation = [0, 1]>,
// CHECK-SAME: #cpu.weight<value = dense_resource<w> : tensor<40x8xf32>, offset = 2048>]
// CHECK: func.func @main(%[[FILE:.+]]: memref<3328xi8>)
// CHECK: %[[PANELS:.+]] = bufferization.to_tensor %{{.+}} restrict : memref<2x8x32xf32>
// CHECK: %[[PLAIN:.+]] = bufferization.to_tensor %{{.+}} restrict : memref<40x8xf32>
// CHECK: %[[ONES:.+]] = linalg.pack %[[PLAIN]] padding_value(%{{.+}})
// CHECK: return %[[PANELS]], %[[ONES]], %[[PLAIN]], %[[PLAIN]]
func.func @main() -> (tensor<2x8x32xf32>, tensor<2x8x32xf32>, tensor<40x8xf32>, tensor<40x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %w = arith.constant dense_resource<w> : tensor<40x8xf32>
  %again = arith.constant dense_resource<w> : tensor<40x8xf32>
  %e = tensor.empty() : tensor<2x8x32xf32>
  %0 = linalg.pack %w padding_value(%zero : f32) outer_dims_perm = [0, 1] inner_dims_pos = [0] inner_tiles = [32]
      into %e : tensor<40x8xf32> -> tensor<2x8x32xf32>
  %1 = linalg.pack %w padding_value(%one : f32) outer_dims_perm = [0, 1] inner_dims_pos = [0] inner_tiles = [32]
      into %e : tensor<40x8xf32> -> tensor<2x8x32xf32>
  return %0, %1, %w, %again : tensor<2x8x32xf32>, tensor<2x8x32xf32>, tensor<40x8xf32>, tensor<40x8xf32>
}

// -----

// Small constants stay; small blobs do not, and neither do small packed weights.
// CHECK: cpu.weights = [
// CHECK-SAME: #cpu.weight<value = dense{{.*}} : tensor<2x2xf32>, offset = 0, panel = 4, position = 1, permutation = [1, 0]>,
// CHECK-SAME: #cpu.weight<value = dense_resource<scale> : tensor<f32>, offset = 64>]
// CHECK: %[[SMALL:.+]] = arith.constant dense<[1.000000e+00, 2.000000e+00]>
// CHECK: return %{{.+}}, %{{.+}}, %[[SMALL]]
func.func @main() -> (tensor<1x2x4xf32>, tensor<f32>, tensor<2xf32>) {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %scale = arith.constant dense_resource<scale> : tensor<f32>
  %small = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2x4xf32>
  %0 = linalg.pack %w padding_value(%zero : f32) outer_dims_perm = [1, 0] inner_dims_pos = [1] inner_tiles = [4]
      into %e : tensor<2x2xf32> -> tensor<1x2x4xf32>
  return %0, %scale, %small : tensor<1x2x4xf32>, tensor<f32>, tensor<2xf32>
}
