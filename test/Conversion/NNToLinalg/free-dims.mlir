// RUN: tacit-opt %s -split-input-file -nn-resolve-dims -convert-nn-to-linalg | FileCheck %s

// The rows of a product are all leading dimensions; nothing asks for sizes again.
// CHECK-LABEL: func.func @linear(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?x?x8xf32>
// CHECK: %[[B:.+]] = tensor.dim %[[X]]
// CHECK: %[[S:.+]] = tensor.dim %[[X]]
// CHECK-NOT: tensor.dim
// CHECK: %[[ROWS:.+]] = arith.muli %[[B]], %[[S]]
// CHECK: %[[FLAT:.+]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]] : tensor<?x?x8xf32> into tensor<?x8xf32>
// CHECK: tensor.empty(%[[ROWS]]) : tensor<?x4xf32>
// CHECK: linalg.generic {{.*}} ins(%[[FLAT]], %{{.+}} : tensor<?x8xf32>, tensor<8x4xf32>)
// CHECK: tensor.expand_shape %{{.+}} {{\[\[}}0, 1], [2]] output_shape [%[[B]], %[[S]], 4]
func.func @linear(%x: tensor<?x?x8xf32> {nn.dims = ["batch", "seq", ""], nn.name = "x"}) -> tensor<?x?x4xf32> {
  %w = nn.constant dense<1.0> : tensor<8x4xf32>
  %b = nn.constant dense<2.0> : tensor<4xf32>
  %0 = nn.linear %x, %w bias(%b) : (tensor<?x?x8xf32>, tensor<8x4xf32>, tensor<4xf32>) -> tensor<?x?x4xf32>
  return %0 : tensor<?x?x4xf32>
}

// -----

// The result says what a size is of which the input does not know it. That it is so was
// asserted; here it is believed.
// CHECK-LABEL: func.func @known(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2x?xf32>
// CHECK: cf.assert
// CHECK: %[[Y:.+]] = tensor.cast %[[X]] : tensor<2x?xf32> to tensor<2x3xf32>
// CHECK: return %[[Y]]
func.func @known(%x: tensor<2x?xf32> {nn.dims = ["", "n"], nn.name = "x"}) -> tensor<2x3xf32> {
  %s = nn.constant dense<[2, 3]> : tensor<2xi64>
  %0 = nn.dynamic_reshape %x, %s : (tensor<2x?xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// A mean divides by a number that the run knows.
// CHECK-LABEL: func.func @mean(
// CHECK: %[[S:.+]] = tensor.dim
// CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]
// CHECK: linalg.generic
// CHECK: %[[N:.+]] = arith.index_cast %[[S]] : index to i64
// CHECK: %[[F:.+]] = arith.sitofp %[[N]] : i64 to f32
// CHECK: arith.divf %{{.+}}, %[[F]] : f32
func.func @mean(%x: tensor<?x8xf32> {nn.dims = ["seq", ""], nn.name = "x"}) -> tensor<8xf32> {
  %0 = nn.reduce mean %x axes = [0] : (tensor<?x8xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

// What may be 1 or as long as the other is copied first, so that the sum itself has no
// choice to make.
// CHECK-LABEL: func.func @open(
// CHECK-SAME: %[[X:.+]]: tensor<?xf32> {nn.dims = ["a"]
// CHECK-SAME: %[[Y:[^ ]+]]: tensor<?xf32> {nn.dims = ["b"]
// CHECK: %[[A:.+]] = tensor.dim %[[X]]
// CHECK: %[[B:.+]] = tensor.dim %[[Y]]
// CHECK: %[[SIZE:.+]] = arith.select %{{.+}}, %[[B]], %[[A]]
// CHECK: tensor.empty(%[[SIZE]])
// CHECK: %[[LONG:.+]] = linalg.generic
// CHECK: arith.cmpi eq, %[[A]],
// CHECK: tensor.extract %[[X]]
// CHECK: %[[OTHER:.+]] = linalg.generic
// CHECK: tensor.extract %[[Y]]
// CHECK: linalg.generic {{.*}} ins(%[[LONG]], %[[OTHER]] :
// CHECK: arith.addf
func.func @open(%x: tensor<?xf32> {nn.dims = ["a"], nn.name = "x"}, %y: tensor<?xf32> {nn.dims = ["b"], nn.name = "y"}) -> tensor<?xf32> {
  %0 = nn.add %x, %y : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// A cache grows: two parts of a larger tensor, the second where the first one ends. Two
// heads share one key and one value.
// CHECK: #[[SHARED:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, 0, d3, d4)>
// CHECK-LABEL: func.func @cache(
// CHECK-SAME: %[[Q:[^:]+]]: tensor<?x2x?x4xf32>
// CHECK-SAME: %[[P:[^ ]+]]: tensor<?x1x?x4xf32> {nn.dims = ["batch", "", "past"
// CHECK: %[[B:.+]] = tensor.dim %[[Q]]
// CHECK: %[[S:.+]] = tensor.dim %[[Q]]
// CHECK: %[[PAST:.+]] = tensor.dim %[[P]]
// CHECK: %[[ALL:.+]] = arith.addi
// CHECK: %[[EMPTY:.+]] = tensor.empty(%[[B]], %[[ALL]]) : tensor<?x1x?x4xf32>
// CHECK: %[[FIRST:.+]] = tensor.insert_slice %[[P]] into %[[EMPTY]][0, 0, 0, 0] [%[[B]], 1, %[[PAST]], 4]
// CHECK: tensor.insert_slice %{{.+}} into %[[FIRST]][0, 0, %[[PAST]], 0] [%[[B]], 1, %[[S]], 4]
// CHECK: tensor.empty(%[[B]], %[[S]], %[[ALL]]) : tensor<?x2x?x?xf32>
// CHECK: linalg.generic {indexing_maps = [#{{.+}}, #[[SHARED]], #{{.+}}]
func.func @cache(%q: tensor<?x2x?x4xf32> {nn.dims = ["batch", "", "seq", ""], nn.name = "q"},
                 %past: tensor<?x1x?x4xf32> {nn.dims = ["batch", "", "past", ""], nn.name = "p"},
                 %k: tensor<?x1x?x4xf32> {nn.dims = ["batch", "", "seq", ""], nn.name = "k"}) -> tensor<?x2x?x4xf32> {
  %0 = nn.concat %past, %k axis = 2 : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %1 = nn.attention %q, %0, %0 scale = 5.000000e-01 : (tensor<?x2x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x2x?x4xf32>
  return %1 : tensor<?x2x?x4xf32>
}

// -----

// Backwards, from the last element on: no view has a negative stride.
// CHECK-LABEL: func.func @reverse(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?xf32>
// CHECK: %[[N:.+]] = tensor.dim %[[X]]
// CHECK: %[[LAST:.+]] = arith.addi %[[N]], %{{.+}} : index
// CHECK: linalg.generic
// CHECK: arith.addi %{{.+}}, %[[LAST]]
// CHECK: tensor.extract %[[X]]
func.func @reverse(%x: tensor<?xf32> {nn.dims = ["n"], nn.name = "x"}) -> tensor<?xf32> {
  %start = nn.constant dense<-1> : tensor<1xi64>
  %end = nn.constant dense<-9223372036854775807> : tensor<1xi64>
  %0 = nn.dynamic_slice %x, %start, %end, %start axes = [0] : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// The size of an argument whose type changes is asked of the new one.
// CHECK-LABEL: func.func @flags(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?xi8>
// CHECK: %[[N:.+]] = tensor.dim %[[X]], %{{.+}} : tensor<?xi8>
// CHECK: tensor.empty(%[[N]]) : tensor<?xi8>
func.func @flags(%x: tensor<?xi1> {nn.dims = ["n"], nn.name = "x"}) -> tensor<?xi1> {
  %0 = nn.not %x : tensor<?xi1>
  return %0 : tensor<?xi1>
}
