// RUN: tacit-opt %s -cpu-vectorize -split-input-file | FileCheck %s
// RUN: tacit-opt %s -cpu-vectorize=tile-rows=6 -split-input-file | FileCheck %s --check-prefix=SIX

// The same loops where sizes are known only at run time.

// Whole vectors up to the last multiple of 32, then one that is masked, or none.
#id = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[WHOLE:.+]] = affine_map<()[s0] -> ((s0 floordiv 32) * 32)>
// CHECK-LABEL: func.func @elementwise(
// CHECK-SAME: %[[X:.+]]: tensor<?x?xf32>, %[[R:[^:]+]]: index, %[[N:[^:]+]]: index)
// CHECK: scf.forall (%[[I:.+]], %{{.+}}) in (%[[R]], 1) shared_outs(%[[OUT:.+]] = %{{.+}})
// CHECK: %[[TILE:.+]] = tensor.extract_slice %[[OUT]][%[[I]], 0] [1, %[[N]]] [1, 1]
// CHECK: %[[END:.+]] = affine.apply #[[WHOLE]]()[%[[N]]]
// CHECK: %[[FIRST:.+]] = scf.for %{{.+}} = %c0{{.*}} to %[[END]] step %c32{{.*}} iter_args(%{{.+}} = %[[TILE]])
// CHECK: vector.transfer_read %[[X]][%[[I]], %{{.+}}], %{{[^,]+}} {in_bounds
// CHECK: scf.for %[[V:.+]] = %[[END]] to %[[N]] step %c32{{.*}} iter_args(%{{.+}} = %[[FIRST]])
// CHECK: %[[LEFT:.+]] = arith.subi %[[N]], %[[V]]
// CHECK: %[[MASK:.+]] = vector.create_mask %[[LEFT]] : vector<32xi1>
// CHECK: vector.transfer_read %[[X]][%[[I]], %[[V]]], %{{.+}}, %[[MASK]]
// CHECK: vector.transfer_write {{.*}}, %[[MASK]]
// CHECK-NOT: tensor.dim
// CHECK: return
func.func @elementwise(%x: tensor<?x?xf32>, %r: index, %n: index) -> tensor<?x?xf32> {
  %e = tensor.empty(%r, %n) : tensor<?x?xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n0 = arith.negf %a : f32
    linalg.yield %n0 : f32
  } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// The sixteen partial sums of a static row: no masked step where none is needed, or
// zeros would be added to what may be -0.
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func.func @sum(
// CHECK-SAME: %[[X:.+]]: tensor<4x?xf32>, %{{.+}}: tensor<4xf32>)
// CHECK: %[[N:.+]] = tensor.dim %[[X]], %c1
// CHECK: %[[END:.+]] = affine.apply #{{.+}}()[%[[N]]]
// CHECK: %[[SUMS:.+]] = scf.for %{{.+}} = %{{.+}} to %[[END]] step %c16{{.*}} -> (vector<16xf32>)
// CHECK: %[[ALL:.+]] = scf.for %{{.+}} = %[[END]] to %[[N]] step %c16{{.*}} iter_args(%[[ACC:.+]] = %[[SUMS]])
// CHECK: %[[MASK:.+]] = vector.create_mask
// CHECK: %[[LANES:.+]] = arith.select %[[MASK]]
// CHECK: arith.addf %[[ACC]], %[[LANES]]
// CHECK: vector.extract_strided_slice %[[ALL]] {offsets = [0], sizes = [8]
func.func @sum(%x: tensor<4x?xf32>, %f: tensor<4xf32>) -> tensor<4xf32> {
  %0 = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x?xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %s = arith.addf %acc, %a : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Free rows: tiles of 8, then 4, 2 and 1 of what is left.
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
// CHECK-DAG: #[[EIGHTS:.+]] = affine_map<()[s0] -> ((s0 floordiv 8) * 8)>
// CHECK-LABEL: func.func @rows(
// CHECK-SAME: %[[X:[^:]+]]: tensor<?x5xf32>, %{{.+}}: tensor<5x64xf32>, %[[M:[^:]+]]: index)
// CHECK: scf.forall (%{{.+}}, %[[N:.+]]) = (0, 0) to (1, 64) step (1, 32)
// CHECK-NOT: create_mask
// CHECK: %[[WHOLE:.+]] = affine.apply #[[EIGHTS]]()[%[[M]]]
// CHECK: scf.for %{{.+}} = %c0{{.*}} to %[[WHOLE]] step %c8
// CHECK-COUNT-8: math.fma
// CHECK: %[[LEFT:.+]] = arith.subi %[[M]], %[[WHOLE]]
// CHECK: %[[FOUR:.+]] = arith.andi %[[LEFT]], %c4
// CHECK: %[[NEXT:.+]] = arith.addi %[[WHOLE]], %[[FOUR]]
// CHECK: scf.for %{{.+}} = %[[WHOLE]] to %[[NEXT]] step %c4
// CHECK-COUNT-4: math.fma
// CHECK: %[[TWO:.+]] = arith.andi %[[LEFT]], %c2
// CHECK: %[[LAST:.+]] = arith.addi %[[NEXT]], %[[TWO]]
// CHECK: scf.for %{{.+}} = %[[NEXT]] to %[[LAST]] step %c2
// CHECK-COUNT-2: math.fma
// CHECK: arith.andi %[[LEFT]], %c1
// CHECK: scf.for %{{.+}} = %[[LAST]] to %{{.+}} step %c1
// CHECK-COUNT-1: math.fma
// CHECK-NOT: math.fma
// CHECK: return
// SIX: affine_map<()[s0] -> ((s0 floordiv 6) * 6)>
// SIX-LABEL: func.func @rows(
// SIX: step %c6
// SIX-COUNT-6: math.fma
// SIX: step %c4
// SIX-COUNT-4: math.fma
// SIX: step %c2
// SIX-COUNT-2: math.fma
// SIX: step %c1
func.func @rows(%x: tensor<?x5xf32>, %w: tensor<5x64xf32>, %m: index) -> tensor<?x64xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%m) : tensor<?x64xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x64xf32>) -> tensor<?x64xf32>
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x5xf32>, tensor<5x64xf32>) outs(%f : tensor<?x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// -----

// Free columns and a free inner length: about a dozen tasks, every panel masked.
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
// CHECK-LABEL: func.func @columns(
// CHECK-SAME: %[[X:[^:]+]]: tensor<3x?xf32>, %[[W:[^:]+]]: tensor<?x?xf32>, %[[N:[^:]+]]: index)
// CHECK-DAG: %[[INNER:.+]] = tensor.dim %[[W]], %c0
// CHECK-DAG: %[[SHARE:.+]] = arith.divui %{{.+}}, %c12
// CHECK-DAG: %[[CHUNK:.+]] = arith.maxui %[[SHARE]], %c32
// CHECK: scf.forall (%{{.+}}, %[[J:.+]]) = (0, 0) to (3, %[[N]]) step (3, %[[CHUNK]])
// CHECK: %[[WIDTH:.+]] = affine.min #{{.+}}(%[[J]])[%[[CHUNK]], %[[N]]]
// CHECK: scf.for %[[COLUMN:.+]] = %{{.+}} to %{{.+}} step %c32
// CHECK: %[[MASK:.+]] = vector.create_mask %{{.+}} : vector<32xi1>
// CHECK: scf.for %[[K:.+]] = %{{.+}} to %[[INNER]] step %c1
// CHECK: vector.transfer_read %[[W]][%[[K]], %{{.+}}], %{{.+}}, %[[MASK]]
// CHECK-COUNT-3: math.fma
// CHECK-NOT: math.fma
func.func @columns(%x: tensor<3x?xf32>, %w: tensor<?x?xf32>, %n: index) -> tensor<3x?xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%n) : tensor<3x?xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x?xf32>) -> tensor<3x?xf32>
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x?xf32>, tensor<?x?xf32>) outs(%f : tensor<3x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<3x?xf32>
  return %0 : tensor<3x?xf32>
}

// -----

// Packing: only the last panel is read under a mask.
// CHECK-LABEL: func.func @pack(
// CHECK-SAME: %[[K:[^:]+]]: tensor<?x8xf32>, %[[P:[^:]+]]: index)
// CHECK-NOT: linalg.pack
// CHECK: %[[WHOLE:.+]] = affine.apply
// CHECK: scf.forall (%[[PANEL:.+]], %{{.+}}, %{{.+}}) = (0, 0, 0) to (%[[P]], 8, 32) step (1, 8, 32)
// CHECK: %[[IS:.+]] = arith.cmpi ult, %[[PANEL]], %[[WHOLE]]
// CHECK: scf.if %[[IS]]
// CHECK-NOT: create_mask
// CHECK: } else {
// CHECK: %[[MASK:.+]] = vector.create_mask
// CHECK: vector.transfer_read %[[K]]{{.*}}, %[[MASK]]
func.func @pack(%k: tensor<?x8xf32>, %p: index) -> tensor<?x8x32xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%p) : tensor<?x8x32xf32>
  %0 = linalg.pack %k padding_value(%zero : f32) outer_dims_perm = [0, 1] inner_dims_pos = [0] inner_tiles = [32]
      into %e : tensor<?x8xf32> -> tensor<?x8x32xf32>
  return %0 : tensor<?x8x32xf32>
}
