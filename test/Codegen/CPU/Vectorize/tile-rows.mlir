// RUN: tacit-opt %s -cpu-tile-rows | FileCheck %s

// The first function is the example of the pass's documentation.

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#column = affine_map<(d0, d1) -> (d1)>

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: tensor<4x8xf32>)
// CHECK-NOT: linalg.generic
// CHECK: scf.forall (%[[I:.+]], %[[J:.+]]) = (0, 0) to (4, 8) step (1, 8) shared_outs(%[[OUT:.+]] = %{{.+}}) -> (tensor<4x8xf32>)
// CHECK: %[[TILE:.+]] = tensor.extract_slice %[[OUT]][%[[I]], %[[J]]] [1, 8] [1, 1]
// CHECK: %[[ROW:.+]] = tensor.extract_slice %[[X]][%[[I]], 0] [1, 8] [1, 1]
// CHECK: %[[SUM:.+]] = linalg.generic {{.*}} ins(%[[ROW]] : tensor<1x8xf32>)
// CHECK: arith.addf
// CHECK: %[[Y:.+]] = linalg.generic {{.*}} ins(%{{.+}}, %[[SUM]] : tensor<1x8xf32>, tensor<1xf32>) outs(%[[TILE]] : tensor<1x8xf32>)
// CHECK: arith.divf
// CHECK: tensor.parallel_insert_slice %[[Y]] into %[[OUT]][%[[I]], %[[J]]] [1, 8] [1, 1]
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @main(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %s = arith.addf %a, %acc : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %g = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%g : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.divf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// The sum has another reader, which wants all of it.
// CHECK-LABEL: func.func @shared_sum(
// CHECK-NOT: scf.forall
// CHECK: return
func.func @shared_sum(%x: tensor<4x8xf32>, %f: tensor<4xf32>) -> (tensor<4x8xf32>, tensor<4xf32>) {
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %s = arith.addf %a, %acc : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %g = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%g : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.divf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<4x8xf32>
  return %0, %sum : tensor<4x8xf32>, tensor<4xf32>
}

// In a square, a sum per row can be read per column: one row needs all sums.
// CHECK-LABEL: func.func @per_column(
// CHECK-NOT: scf.forall
// CHECK: return
func.func @per_column(%x: tensor<8x8xf32>, %f: tensor<8xf32>) -> tensor<8x8xf32> {
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<8x8xf32>) outs(%f : tensor<8xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %s = arith.addf %a, %acc : f32
    linalg.yield %s : f32
  } -> tensor<8xf32>
  %g = tensor.empty() : tensor<8x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %sum : tensor<8x8xf32>, tensor<8xf32>) outs(%g : tensor<8x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.divf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}

// Elementwise operations alone gain nothing.
// CHECK-LABEL: func.func @no_reduction(
// CHECK-NOT: scf.forall
// CHECK: return
func.func @no_reduction(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// A softmax over rows of any length. A task has no stack for them: the exponentials
// stand where the result will.
// CHECK-LABEL: func.func @free_rows(
// CHECK-SAME: %[[X:.+]]: tensor<?x?xf32>, %{{.+}}: tensor<?xf32>, %[[R:.+]]: index, %[[N:.+]]: index)
// CHECK-NOT: linalg.generic
// CHECK: scf.forall (%[[I:.+]], %{{.+}}) in (%[[R]], 1) shared_outs(%[[OUT:.+]] = %{{.+}}) -> (tensor<?x?xf32>)
// CHECK: %[[TILE:.+]] = tensor.extract_slice %[[OUT]][%[[I]], 0] [1, %[[N]]] [1, 1]
// CHECK: %[[EXP:.+]] = linalg.generic {{.*}} outs(%[[TILE]] : tensor<1x?xf32>)
// CHECK: math.exp
// CHECK: %[[SUM:.+]] = linalg.generic {{.*}} ins(%[[EXP]] : tensor<1x?xf32>)
// CHECK: %[[Y:.+]] = linalg.generic {{.*}} ins(%[[EXP]], %[[SUM]] : tensor<1x?xf32>, tensor<1xf32>) outs(%[[EXP]] : tensor<1x?xf32>)
// CHECK: arith.divf
// CHECK: tensor.parallel_insert_slice %[[Y]] into %[[OUT]]
// CHECK: return
func.func @free_rows(%x: tensor<?x?xf32>, %m: tensor<?xf32>, %r: index, %n: index) -> tensor<?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%r, %n) : tensor<?x?xf32>
  %exp = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %m : tensor<?x?xf32>, tensor<?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.subf %a, %b : f32
    %t = math.exp %d : f32
    linalg.yield %t : f32
  } -> tensor<?x?xf32>
  %g = tensor.empty(%r) : tensor<?xf32>
  %f = linalg.fill ins(%zero : f32) outs(%g : tensor<?xf32>) -> tensor<?xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%exp : tensor<?x?xf32>) outs(%f : tensor<?xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %s = arith.addf %a, %acc : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  %0 = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum : tensor<?x?xf32>, tensor<?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.divf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// Rows of one free length, divided by sums over another.
// CHECK-LABEL: func.func @two_lengths(
// CHECK-NOT: scf.forall
// CHECK: return
func.func @two_lengths(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>, %f: tensor<?xf32>, %r: index,
                       %n: index) -> tensor<?x?xf32> {
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x?xf32>) outs(%f : tensor<?xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %s = arith.addf %a, %acc : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  %g = tensor.empty(%r, %n) : tensor<?x?xf32>
  %0 = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y, %sum : tensor<?x?xf32>, tensor<?xf32>) outs(%g : tensor<?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.divf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}
