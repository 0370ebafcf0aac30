// RUN: tacit-opt %s -convert-nn-to-linalg | FileCheck %s

// CHECK-DAG: #[[INDEX:.+]] = affine_map<(d0, d1, d2) -> (d0, d1)>

// -1 is the last row, and no index leaves the table.
// CHECK-LABEL: func.func @gather(
// CHECK-SAME: %[[TABLE:.+]]: tensor<65x8xf32>, %[[T:.+]]: tensor<2x3xi64>)
// CHECK: linalg.generic {indexing_maps = [#[[INDEX]], #{{.+}}]
// CHECK-SAME: ins(%[[T]] : tensor<2x3xi64>) outs(%{{.+}} : tensor<2x3x8xf32>)
// CHECK: %[[I:.+]] = arith.index_cast %{{.+}} : i64 to index
// CHECK-DAG: %[[ZERO:.+]] = arith.constant 0 : index
// CHECK-DAG: %[[N:.+]] = arith.constant 65 : index
// CHECK-DAG: %[[LAST:.+]] = arith.constant 64 : index
// CHECK: %[[NEGATIVE:.+]] = arith.cmpi slt, %[[I]], %[[ZERO]]
// CHECK: %[[FROM_END:.+]] = arith.addi %[[I]], %[[N]]
// CHECK: %[[J:.+]] = arith.select %[[NEGATIVE]], %[[FROM_END]], %[[I]]
// CHECK: %[[LOW:.+]] = arith.maxsi %[[J]], %[[ZERO]]
// CHECK: %[[ROW:.+]] = arith.minsi %[[LOW]], %[[LAST]]
// CHECK: %[[COLUMN:.+]] = linalg.index 2
// CHECK: tensor.extract %[[TABLE]][%[[ROW]], %[[COLUMN]]]
func.func @gather(%table: tensor<65x8xf32>, %t: tensor<2x3xi64>) -> tensor<2x3x8xf32> {
  %0 = nn.gather %table, %t axis = 0 : (tensor<65x8xf32>, tensor<2x3xi64>) -> tensor<2x3x8xf32>
  return %0 : tensor<2x3x8xf32>
}

// A scalar index removes a dimension; here the last one.
// CHECK-LABEL: func.func @gather_column(
// CHECK-SAME: %[[TABLE:.+]]: tensor<6x4xf32>,
// CHECK: %[[COLUMN:.+]] = arith.minsi
// CHECK: %[[ROW:.+]] = linalg.index 0
// CHECK: tensor.extract %[[TABLE]][%[[ROW]], %[[COLUMN]]]
func.func @gather_column(%table: tensor<6x4xf32>, %i: tensor<i64>) -> tensor<6xf32> {
  %0 = nn.gather %table, %i axis = 1 : (tensor<6x4xf32>, tensor<i64>) -> tensor<6xf32>
  return %0 : tensor<6xf32>
}

// Forwards a slice is a view; backwards the elements are picked; of nothing it is empty.
// CHECK-LABEL: func.func @slices(
// CHECK-SAME: %[[X:.+]]: tensor<6x9xf32>)
// CHECK: tensor.extract_slice %[[X]][1, 2] [3, 3] [2, 3] : tensor<6x9xf32> to tensor<3x3xf32>
// CHECK: linalg.generic
// CHECK: %[[I:.+]] = linalg.index 0
// CHECK: %[[STEP:.+]] = arith.constant -1 : index
// CHECK: %[[START:.+]] = arith.constant 5 : index
// CHECK: %[[SCALED:.+]] = arith.muli %[[I]], %[[STEP]]
// CHECK: %[[ROW:.+]] = arith.addi %[[SCALED]], %[[START]]
// CHECK: tensor.extract %[[X]][%[[ROW]], %{{.+}}]
// CHECK-NOT: tensor.extract_slice
// CHECK: return %{{.+}}, %{{.+}}, %{{.+}} : tensor<3x3xf32>, tensor<6x9xf32>, tensor<0x9xf32>
func.func @slices(%x: tensor<6x9xf32>) -> (tensor<3x3xf32>, tensor<6x9xf32>, tensor<0x9xf32>) {
  %0 = nn.slice %x [1, 2] to [6, 9] step [2, 3] : (tensor<6x9xf32>) -> tensor<3x3xf32>
  %1 = nn.slice %x [5, 0] to [-1, 9] step [-1, 1] : (tensor<6x9xf32>) -> tensor<6x9xf32>
  %2 = nn.slice %x [6, 0] to [6, 9] step [1, 1] : (tensor<6x9xf32>) -> tensor<0x9xf32>
  return %0, %1, %2 : tensor<3x3xf32>, tensor<6x9xf32>, tensor<0x9xf32>
}

// CHECK-LABEL: func.func @concat(
// CHECK-SAME: %[[X:.+]]: tensor<3x5xf32>, %[[Y:.+]]: tensor<3x2xf32>, %{{.+}}: tensor<3x0xf32>)
// CHECK: %[[E:.+]] = tensor.empty() : tensor<3x7xf32>
// CHECK: %[[A:.+]] = tensor.insert_slice %[[X]] into %[[E]][0, 0] [3, 5] [1, 1]
// CHECK: %[[B:.+]] = tensor.insert_slice %[[Y]] into %[[A]][0, 5] [3, 2] [1, 1]
// CHECK-NEXT: return %[[B]]
func.func @concat(%x: tensor<3x5xf32>, %y: tensor<3x2xf32>, %empty: tensor<3x0xf32>) -> tensor<3x7xf32> {
  %0 = nn.concat %x, %y, %empty axis = 1 : (tensor<3x5xf32>, tensor<3x2xf32>, tensor<3x0xf32>) -> tensor<3x7xf32>
  return %0 : tensor<3x7xf32>
}

// A reshape that neither only merges nor only splits goes through one dimension.
// CHECK-LABEL: func.func @reshapes(
// CHECK-SAME: %[[X:.+]]: tensor<6x4xf32>, %[[B:.+]]: tensor<4xi8>)
// CHECK: tensor.expand_shape %[[X]] {{\[}}[0, 1], [2]] output_shape [2, 3, 4]
// CHECK: %[[FLAT:.+]] = tensor.collapse_shape %[[X]] {{\[}}[0, 1]] : tensor<6x4xf32> into tensor<24xf32>
// CHECK: tensor.expand_shape %[[FLAT]] {{\[}}[0, 1]] output_shape [8, 3]
// CHECK: tensor.expand_shape %[[B]] {{.*}} : tensor<4xi8> into tensor<2x2xi8>
func.func @reshapes(%x: tensor<6x4xf32>, %b: tensor<4xi1>) -> (tensor<2x3x4xf32>, tensor<8x3xf32>, tensor<2x2xi1>) {
  %0 = nn.reshape %x : tensor<6x4xf32> to tensor<2x3x4xf32>
  %1 = nn.reshape %x : tensor<6x4xf32> to tensor<8x3xf32>
  %2 = nn.reshape %b : tensor<4xi1> to tensor<2x2xi1>
  return %0, %1, %2 : tensor<2x3x4xf32>, tensor<8x3xf32>, tensor<2x2xi1>
}

// CHECK-LABEL: func.func @transpose_and_expand(
// CHECK-SAME: %[[X:.+]]: tensor<3x4xf32>, %[[S:.+]]: tensor<f32>)
// CHECK: linalg.transpose ins(%[[X]] : tensor<3x4xf32>) outs(%{{.+}} : tensor<4x3xf32>) permutation = [1, 0]
// CHECK: linalg.generic {{.*}} ins(%[[S]] : tensor<f32>) outs(%{{.+}} : tensor<2x2xf32>)
func.func @transpose_and_expand(%x: tensor<3x4xf32>, %s: tensor<f32>) -> (tensor<4x3xf32>, tensor<2x2xf32>) {
  %0 = nn.transpose %x [1, 0] : (tensor<3x4xf32>) -> tensor<4x3xf32>
  %1 = nn.expand %s : tensor<f32> to tensor<2x2xf32>
  return %0, %1 : tensor<4x3xf32>, tensor<2x2xf32>
}
