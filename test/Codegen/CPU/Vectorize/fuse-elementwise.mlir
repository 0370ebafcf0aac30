// RUN: tacit-opt %s -cpu-fuse-elementwise | FileCheck %s

// The first function is the example of the pass's documentation.

// CHECK-DAG: #[[ID:.+]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[MK:.+]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[NK:.+]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[HEADS:.+]] = affine_map<(d0, d1, d2, d3) -> (d1, d0, d2)>

#id = affine_map<(d0, d1) -> (d0, d1)>
#id3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[A:.+]]: tensor<4x8xf32>, %[[B:.+]]: tensor<4x8xf32>)
// CHECK: %[[R:.+]] = linalg.generic {indexing_maps = [#[[ID]], #[[ID]], #[[ID]]]
// CHECK-SAME: ins(%[[A]], %[[B]] : tensor<4x8xf32>, tensor<4x8xf32>)
// CHECK: %[[S:.+]] = arith.addf
// CHECK: %[[T:.+]] = math.tanh %[[S]]
// CHECK: linalg.yield %[[T]]
// CHECK-NOT: linalg.generic
// CHECK: return %[[R]]
func.func @main(%a: tensor<4x8xf32>, %b: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%x: f32, %o: f32):
    %t = math.tanh %x : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// Two readers: computing it inside both would compute it twice.
// CHECK-LABEL: func.func @two_readers(
// CHECK: %[[TANH:.+]] = linalg.generic
// CHECK: math.tanh
// CHECK: linalg.generic {{.*}} ins(%[[TANH]] : tensor<4x8xf32>)
// CHECK: arith.negf
// CHECK-NOT: math.tanh
// CHECK: return
func.func @two_readers(%a: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%x: f32, %o: f32):
    %t = math.tanh %x : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%x: f32, %o: f32):
    %n = arith.negf %x : f32
    linalg.yield %n : f32
  } -> tensor<4x8xf32>
  return %0, %1 : tensor<4x8xf32>, tensor<4x8xf32>
}

// The weight of a tied head is read where it lies.
// CHECK-LABEL: func.func @transposed_weight(
// CHECK-SAME: %[[X:.+]]: tensor<4x8xf32>, %[[W:.+]]: tensor<6x8xf32>, %{{.+}}: tensor<4x6xf32>)
// CHECK-NOT: linalg.transpose
// CHECK: linalg.generic {indexing_maps = [#[[MK]], #[[NK]], #{{.+}}], {{.*}} ins(%[[X]], %[[W]] : tensor<4x8xf32>, tensor<6x8xf32>)
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @transposed_weight(%x: tensor<4x8xf32>, %w: tensor<6x8xf32>, %acc: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %e = tensor.empty() : tensor<8x6xf32>
  %t = linalg.transpose ins(%w : tensor<6x8xf32>) outs(%e : tensor<8x6xf32>) permutation = [1, 0]
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %t : tensor<4x8xf32>, tensor<8x6xf32>) outs(%acc : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

// Heads are joined while the product is written; its rows stay contiguous.
// CHECK-LABEL: func.func @transposed_result(
// CHECK: %[[E:.+]] = tensor.empty() : tensor<4x2x8xf32>
// CHECK: %[[FILL:.+]] = linalg.fill {{.*}} outs(%[[E]] : tensor<4x2x8xf32>)
// CHECK: %[[P:.+]] = linalg.generic {indexing_maps = [{{.*}}, #[[HEADS]]], {{.*}} outs(%[[FILL]] : tensor<4x2x8xf32>)
// CHECK: return %[[P]]
func.func @transposed_result(%x: tensor<2x4x5xf32>, %y: tensor<2x5x8xf32>) -> tensor<4x2x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, k, n)>,
                                        affine_map<(b, m, n, k) -> (b, m, n)>],
                       iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %y : tensor<2x4x5xf32>, tensor<2x5x8xf32>) outs(%f : tensor<2x4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<2x4x8xf32>
  %g = tensor.empty() : tensor<4x2x8xf32>
  %t = linalg.transpose ins(%0 : tensor<2x4x8xf32>) outs(%g : tensor<4x2x8xf32>) permutation = [1, 0, 2]
  return %t : tensor<4x2x8xf32>
}

// A split of rows into batch and sequence sinks below what follows the product.
// CHECK-LABEL: func.func @split_rows(
// CHECK-SAME: %[[X:.+]]: tensor<6x8xf32>)
// CHECK: %[[N:.+]] = linalg.generic {{.*}} ins(%[[X]] : tensor<6x8xf32>)
// CHECK: arith.negf
// CHECK: tensor.expand_shape %[[N]] {{\[}}[0, 1], [2]]
func.func @split_rows(%x: tensor<6x8xf32>) -> tensor<2x3x8xf32> {
  %0 = tensor.expand_shape %x [[0, 1], [2]] output_shape [2, 3, 8] : tensor<6x8xf32> into tensor<2x3x8xf32>
  %e = tensor.empty() : tensor<2x3x8xf32>
  %1 = linalg.generic {indexing_maps = [#id3, #id3], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%0 : tensor<2x3x8xf32>) outs(%e : tensor<2x3x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<2x3x8xf32>
  return %1 : tensor<2x3x8xf32>
}

// Two results of one operation: neither is written in another order.
// CHECK-LABEL: func.func @two_results(
// CHECK: %[[BOTH:.+]]:2 = linalg.generic {{.*}}"reduction"]
// CHECK: linalg.generic {{.*}} ins(%[[BOTH]]#1 : tensor<2x4x8xf32>) outs(%{{.+}} : tensor<4x2x8xf32>)
func.func @two_results(%x: tensor<2x4x5xf32>, %y: tensor<2x5x8xf32>, %e: tensor<2x4x8xf32>)
    -> tensor<4x2x8xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %0:2 = linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, k, n)>,
                                          affine_map<(b, m, n, k) -> (b, m, n)>, affine_map<(b, m, n, k) -> (b, m, n)>],
                         iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %y : tensor<2x4x5xf32>, tensor<2x5x8xf32>) outs(%f, %f : tensor<2x4x8xf32>, tensor<2x4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    %t = arith.mulf %d, %c : f32
    linalg.yield %s, %t : f32, f32
  } -> (tensor<2x4x8xf32>, tensor<2x4x8xf32>)
  %g = tensor.empty() : tensor<4x2x8xf32>
  %t = linalg.transpose ins(%0#1 : tensor<2x4x8xf32>) outs(%g : tensor<4x2x8xf32>) permutation = [1, 0, 2]
  return %t : tensor<4x2x8xf32>
}

// Free dimensions: sizes are taken from where a tensor was made. To ask the reshaped
// result would be a second use of it, and nothing could be fused any more.
// CHECK-LABEL: func.func @free(
// CHECK-SAME: %[[X:.+]]: tensor<?x8xf32>, %[[B:.+]]: index, %[[S:.+]]: index)
// CHECK-NOT: tensor.dim
// CHECK: %[[Y:.+]] = linalg.generic {{.*}} ins(%[[X]] : tensor<?x8xf32>)
// CHECK: math.tanh
// CHECK: arith.negf
// CHECK-NOT: linalg.generic
// CHECK: tensor.expand_shape %[[Y]] {{\[\[}}0, 1], [2]] output_shape [%[[B]], %[[S]], 8]
// CHECK: return
func.func @free(%x: tensor<?x8xf32>, %b: index, %s: index) -> tensor<?x?x8xf32> {
  %rows = arith.muli %b, %s : index
  %e = tensor.empty(%rows) : tensor<?x8xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %t = math.tanh %a : f32
    linalg.yield %t : f32
  } -> tensor<?x8xf32>
  %1 = tensor.expand_shape %0 [[0, 1], [2]] output_shape [%b, %s, 8] : tensor<?x8xf32> into tensor<?x?x8xf32>
  %f = tensor.empty(%b, %s) : tensor<?x?x8xf32>
  %2 = linalg.generic {indexing_maps = [affine_map<(b, m, n) -> (b, m, n)>, affine_map<(b, m, n) -> (b, m, n)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%1 : tensor<?x?x8xf32>) outs(%f : tensor<?x?x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<?x?x8xf32>
  return %2 : tensor<?x?x8xf32>
}

// A sum to a single number that is handed on as it is: there is nothing to transpose.
// CHECK-LABEL: func.func @single(
// CHECK: return
func.func @single(%x: tensor<8xf32>, %y: tensor<8xf32>) -> tensor<f32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %0 = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> ()>],
                       iterator_types = ["reduction"]}
      ins(%x, %y : tensor<8xf32>, tensor<8xf32>) outs(%f : tensor<f32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  %1 = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []}
      ins(%0 : tensor<f32>) outs(%e : tensor<f32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<f32>
  return %1 : tensor<f32>
}
