// RUN: tacit-opt %s -convert-nn-to-linalg | FileCheck %s

// CHECK-DAG: #[[LEFT:.+]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[RIGHT:.+]] = affine_map<(d0, d1, d2) -> (d2, d1)>
// CHECK-DAG: #[[OUT:.+]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[BIAS:.+]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[LEFT4:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
// CHECK-DAG: #[[WEIGHT4:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d4, d3)>
// CHECK-DAG: #[[FIRST4:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, 0, d2, d4)>
// CHECK-DAG: #[[SECOND4:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (0, d1, d4, d3)>
// CHECK-DAG: #[[QUERY:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
// CHECK-DAG: #[[KEY:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
// CHECK-DAG: #[[VALUE:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>

// All leading dimensions are rows of one matrix; sums start from zero.
// CHECK-LABEL: func.func @linear(
// CHECK-SAME: %[[X:.+]]: tensor<2x3x5xf32>, %[[W:.+]]: tensor<5x7xf32>, %[[B:.+]]: tensor<7xf32>)
// CHECK: %[[ROWS:.+]] = tensor.collapse_shape %[[X]] {{\[}}[0, 1], [2]] : tensor<2x3x5xf32> into tensor<6x5xf32>
// CHECK: %[[ZERO:.+]] = arith.constant 0.000000e+00 : f32
// CHECK: %[[START:.+]] = linalg.fill ins(%[[ZERO]] : f32) outs(%{{.+}} : tensor<6x7xf32>)
// CHECK: %[[P:.+]] = linalg.generic {indexing_maps = [#[[LEFT]], #[[RIGHT]], #[[OUT]]], iterator_types = ["parallel", "parallel", "reduction"]}
// CHECK-SAME: ins(%[[ROWS]], %[[W]] : tensor<6x5xf32>, tensor<5x7xf32>) outs(%[[START]] : tensor<6x7xf32>)
// CHECK: ^bb0(%[[A:[^ ]+]]: f32, %[[C:[^ ]+]]: f32, %[[ACC:[^ ]+]]: f32):
// CHECK: %[[AC:.+]] = arith.mulf %[[A]], %[[C]]
// CHECK: arith.addf %[[ACC]], %[[AC]]
// CHECK: %[[Y:.+]] = linalg.generic {indexing_maps = [#[[OUT2:.+]], #[[BIAS]], #[[OUT2]]]
// CHECK-SAME: ins(%[[P]], %[[B]] : tensor<6x7xf32>, tensor<7xf32>)
// CHECK: tensor.expand_shape %[[Y]] {{\[}}[0, 1], [2]] {{.*}} : tensor<6x7xf32> into tensor<2x3x7xf32>
func.func @linear(%x: tensor<2x3x5xf32>, %w: tensor<5x7xf32>, %b: tensor<7xf32>) -> tensor<2x3x7xf32> {
  %0 = nn.linear %x, %w bias(%b) : (tensor<2x3x5xf32>, tensor<5x7xf32>, tensor<7xf32>) -> tensor<2x3x7xf32>
  return %0 : tensor<2x3x7xf32>
}

// A weight of two dimensions serves the whole batch; dimensions of 1 broadcast.
// CHECK-LABEL: func.func @batches(
// CHECK: indexing_maps = [#[[LEFT4]], #[[WEIGHT4]], #{{.+}}], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]
// CHECK: indexing_maps = [#[[FIRST4]], #[[SECOND4]], #{{.+}}]
func.func @batches(%x: tensor<2x3x4x5xf32>, %w: tensor<5x7xf32>, %a: tensor<2x1x4x5xf32>,
                   %b: tensor<1x3x5x7xf32>) -> (tensor<2x3x4x7xf32>, tensor<2x3x4x7xf32>) {
  %0 = nn.matmul %x, %w : (tensor<2x3x4x5xf32>, tensor<5x7xf32>) -> tensor<2x3x4x7xf32>
  %1 = nn.matmul %a, %b : (tensor<2x1x4x5xf32>, tensor<1x3x5x7xf32>) -> tensor<2x3x4x7xf32>
  return %0, %1 : tensor<2x3x4x7xf32>, tensor<2x3x4x7xf32>
}

// A vector is one row on the left, one column on the right, and leaves no dimension.
// CHECK-LABEL: func.func @vectors(
// CHECK-SAME: %[[V:.+]]: tensor<5xf32>)
// CHECK-DAG: %[[ROW:.+]] = tensor.expand_shape %[[V]] {{.*}} into tensor<1x5xf32>
// CHECK-DAG: %[[COLUMN:.+]] = tensor.expand_shape %[[V]] {{.*}} into tensor<5x1xf32>
// CHECK: %[[P:.+]] = linalg.generic {{.*}} ins(%[[ROW]], %[[COLUMN]] : tensor<1x5xf32>, tensor<5x1xf32>)
// CHECK: tensor.collapse_shape %[[P]] [] : tensor<1x1xf32> into tensor<f32>
func.func @vectors(%v: tensor<5xf32>) -> tensor<f32> {
  %0 = nn.matmul %v, %v : (tensor<5xf32>, tensor<5xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// The key is read in place, not transposed; a boolean mask chooses, after the scale.
// CHECK-LABEL: func.func @attention(
// CHECK-SAME: %[[Q:.+]]: tensor<2x3x4xf32>, %[[K:.+]]: tensor<2x5x4xf32>, %[[V:.+]]: tensor<2x5x6xf32>, %[[M:.+]]: tensor<3x5xi8>)
// CHECK-NOT: linalg.transpose
// CHECK: %[[QK:.+]] = linalg.generic {indexing_maps = [#[[QUERY]], #[[KEY]], #{{.+}}]
// CHECK-SAME: ins(%[[Q]], %[[K]] : tensor<2x3x4xf32>, tensor<2x5x4xf32>)
// CHECK: %[[S:.+]] = linalg.generic {{.*}} ins(%[[QK]], %[[M]] : tensor<2x3x5xf32>, tensor<3x5xi8>)
// CHECK: %[[SCALE:.+]] = arith.constant 5.000000e-01
// CHECK: %[[SCORE:.+]] = arith.mulf %{{.+}}, %[[SCALE]]
// CHECK: %[[FILL:.+]] = arith.constant -1.000000e+09
// CHECK: arith.select %{{.+}}, %[[SCORE]], %[[FILL]]
// CHECK: math.exp
// CHECK: %[[SUM:.+]] = linalg.generic {{.*}}"reduction"]}
// CHECK: arith.addf
// CHECK: %[[P:.+]] = linalg.generic {{.*}} ins(%{{.+}}, %[[SUM]] : tensor<2x3x5xf32>, tensor<2x3xf32>)
// CHECK: arith.divf
// CHECK: linalg.generic {indexing_maps = [#[[QUERY]], #[[VALUE]], #{{.+}}]
// CHECK-SAME: ins(%[[P]], %[[V]] : tensor<2x3x5xf32>, tensor<2x5x6xf32>)
func.func @attention(%q: tensor<2x3x4xf32>, %k: tensor<2x5x4xf32>, %v: tensor<2x5x6xf32>,
                     %m: tensor<3x5xi1>) -> tensor<2x3x6xf32> {
  %0 = nn.attention %q, %k, %v mask(%m) scale = 5.000000e-01 fill = -1.000000e+09
      : (tensor<2x3x4xf32>, tensor<2x5x4xf32>, tensor<2x5x6xf32>, tensor<3x5xi1>) -> tensor<2x3x6xf32>
  return %0 : tensor<2x3x6xf32>
}
