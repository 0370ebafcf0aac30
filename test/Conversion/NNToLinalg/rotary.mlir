// RUN: tacit-opt %s -convert-nn-to-linalg | FileCheck %s

// The first and the second halves of 4 features, rotated; the others are copied.
// CHECK-DAG: #[[ALL:.+]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[ANGLE:.+]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-LABEL: func.func @halves(
// CHECK-SAME: %[[X:.+]]: tensor<2x3x6xf32>, %[[C:.+]]: tensor<3x2xf32>, %[[S:.+]]: tensor<3x2xf32>
// CHECK: %[[A:.+]] = tensor.extract_slice %[[X]][0, 0, 0] [2, 3, 2] [1, 1, 1]
// CHECK: %[[B:.+]] = tensor.extract_slice %[[X]][0, 0, 2] [2, 3, 2] [1, 1, 1]
// CHECK: %[[LOW:.+]] = linalg.generic {indexing_maps = [#[[ALL]], #[[ALL]], #[[ANGLE]], #[[ANGLE]], #[[ALL]]]
// CHECK-SAME: ins(%[[A]], %[[B]], %[[C]], %[[S]] :
// CHECK: ^bb0(%[[A0:.+]]: f32, %[[B0:.+]]: f32, %[[C0:.+]]: f32, %[[S0:.+]]: f32, %{{.+}}: f32):
// CHECK: %[[P:.+]] = arith.mulf %[[A0]], %[[C0]]
// CHECK: %[[Q:.+]] = arith.mulf %[[B0]], %[[S0]]
// CHECK: arith.subf %[[P]], %[[Q]]
// CHECK: %[[HIGH:.+]] = linalg.generic
// CHECK-SAME: ins(%[[B]], %[[A]], %[[C]], %[[S]] :
// CHECK: arith.addf
// CHECK: tensor.insert_slice %[[LOW]] into %{{.+}}[0, 0, 0] [2, 3, 2] [1, 1, 1]
// CHECK: tensor.insert_slice %[[HIGH]] into %{{.+}}[0, 0, 2] [2, 3, 2] [1, 1, 1]
// CHECK: %[[REST:.+]] = tensor.extract_slice %[[X]][0, 0, 4] [2, 3, 2] [1, 1, 1]
// CHECK: tensor.insert_slice %[[REST]] into %{{.+}}[0, 0, 4] [2, 3, 2] [1, 1, 1]
func.func @halves(%x: tensor<2x3x6xf32>, %c: tensor<3x2xf32>, %s: tensor<3x2xf32>) -> tensor<2x3x6xf32> {
  %0 = nn.rotary %x, %c, %s : (tensor<2x3x6xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<2x3x6xf32>
  return %0 : tensor<2x3x6xf32>
}

// CHECK-LABEL: func.func @neighbours(
// CHECK-SAME: %[[X:.+]]: tensor<3x4xf32>
// CHECK: %[[A:.+]] = tensor.extract_slice %[[X]][0, 0] [3, 2] [1, 2]
// CHECK: %[[B:.+]] = tensor.extract_slice %[[X]][0, 1] [3, 2] [1, 2]
// CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[0, 0] [3, 2] [1, 2]
// CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[0, 1] [3, 2] [1, 2]
func.func @neighbours(%x: tensor<3x4xf32>, %c: tensor<3x2xf32>, %s: tensor<3x2xf32>) -> tensor<3x4xf32> {
  %0 = nn.rotary %x, %c, %s interleaved : (tensor<3x4xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}
