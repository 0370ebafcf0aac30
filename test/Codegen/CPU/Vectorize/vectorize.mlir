// RUN: tacit-opt %s -cpu-vectorize -split-input-file | FileCheck %s
// RUN: tacit-opt %s -cpu-vectorize=tile-rows=2 -split-input-file | FileCheck %s --check-prefix=ROWS

// The first function is the example of the pass's documentation.

#id = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: tensor<4x64xf32>)
// CHECK: scf.forall (%[[I:.+]], %[[J:.+]]) = (0, 0) to (4, 64) step (1, 64) shared_outs(%[[OUT:.+]] = %{{.+}}) -> (tensor<4x64xf32>)
// CHECK: %[[TILE:.+]] = tensor.extract_slice %[[OUT]][%[[I]], %[[J]]] [1, 64] [1, 1]
// CHECK: %[[ROW:.+]] = scf.for %[[V:.+]] = %{{.+}} to %c64 step %c32 iter_args(%[[ACC:.+]] = %[[TILE]])
// CHECK: %[[A:.+]] = vector.transfer_read %[[X]][%[[I]], %[[V]]], %{{.+}} {in_bounds = [true]} : tensor<4x64xf32>, vector<32xf32>
// CHECK: %[[N:.+]] = arith.negf %[[A]] : vector<32xf32>
// CHECK: %[[W:.+]] = vector.transfer_write %[[N]], %[[ACC]][%{{.+}}, %[[V]]] {in_bounds = [true]}
// CHECK: scf.yield %[[W]]
// CHECK: tensor.parallel_insert_slice %[[ROW]] into %[[OUT]][%[[I]], %[[J]]] [1, 64] [1, 1]
func.func @main(%x: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %e = tensor.empty() : tensor<4x64xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x64xf32>) outs(%e : tensor<4x64xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<4x64xf32>
  return %0 : tensor<4x64xf32>
}

// -----

// The end of a row is masked; what does not vary along it is read once, as a scalar.
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func.func @tail(
// CHECK-SAME: %[[X:.+]]: tensor<4x37xf32>, %[[R:.+]]: tensor<4xf32>)
// CHECK: scf.forall (%[[I:.+]], %{{.+}})
// CHECK: vector.transfer_read %[[X]][%[[I]], %{{.+}}], %{{.+}} {in_bounds
// CHECK: %[[MASK:.+]] = vector.create_mask %c5 : vector<32xi1>
// CHECK: %[[A:.+]] = vector.transfer_read %[[X]][%[[I]], %[[END:.+]]], %{{.+}}, %[[MASK]]
// CHECK: %[[S:.+]] = tensor.extract %[[R]][%[[I]]]
// CHECK: %[[B:.+]] = vector.broadcast %[[S]] : f32 to vector<32xf32>
// CHECK: %[[P:.+]] = arith.mulf %[[A]], %[[B]]
// CHECK: vector.transfer_write %[[P]], %{{.+}}[%{{.+}}, %[[END]]], %[[MASK]]
func.func @tail(%x: tensor<4x37xf32>, %r: tensor<4xf32>) -> tensor<4x37xf32> {
  %e = tensor.empty() : tensor<4x37xf32>
  %0 = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %r : tensor<4x37xf32>, tensor<4xf32>) outs(%e : tensor<4x37xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<4x37xf32>
  return %0 : tensor<4x37xf32>
}

// -----

// Sixteen partial sums, combined in halves; lanes behind the end add nothing.
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func.func @sum(
// CHECK-SAME: %[[X:.+]]: tensor<4x37xf32>, %{{.+}}: tensor<4xf32>)
// CHECK: %[[ZERO:.+]] = arith.constant dense<0.000000e+00> : vector<16xf32>
// CHECK: %[[SUMS:.+]] = scf.for %[[V:.+]] = %{{.+}} to %c32 step %c16 iter_args(%[[ACC:.+]] = %[[ZERO]]) -> (vector<16xf32>)
// CHECK: arith.addf %[[ACC]], %
// CHECK: %[[MASK:.+]] = vector.create_mask %c5 : vector<16xi1>
// CHECK: %[[END:.+]] = vector.transfer_read %[[X]][%{{.+}}, %{{.+}}], %{{.+}}, %[[MASK]]
// CHECK: %[[LANES:.+]] = arith.select %[[MASK]], %[[END]], %[[ZERO]]
// CHECK: %[[ALL:.+]] = arith.addf %[[SUMS]], %[[LANES]] : vector<16xf32>
// CHECK: %[[LOW:.+]] = vector.extract_strided_slice %[[ALL]] {offsets = [0], sizes = [8]
// CHECK: %[[HIGH:.+]] = vector.extract_strided_slice %[[ALL]] {offsets = [8], sizes = [8]
// CHECK: arith.addf %[[LOW]], %[[HIGH]] : vector<8xf32>
// CHECK: arith.addf %{{.+}} : vector<4xf32>
// CHECK: arith.addf %{{.+}} : vector<2xf32>
// CHECK: arith.addf %{{.+}} : vector<1xf32>
// CHECK-NOT: vector.reduction
func.func @sum(%x: tensor<4x37xf32>, %f: tensor<4xf32>) -> tensor<4xf32> {
  %0 = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x37xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %s = arith.addf %acc, %a : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// A packed product and its bias: panels are read through the unpack, results stay in
// registers over the whole sum and leave them once, with the bias added.
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#out = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>
#column = affine_map<(m, n) -> (n)>
// CHECK-LABEL: func.func @product(
// CHECK-SAME: %[[X:.+]]: tensor<3x8xf32>, %[[P:.+]]: tensor<2x8x32xf32>, %[[BIAS:.+]]: tensor<40xf32>)
// CHECK: scf.forall (%{{.+}}, %[[N:.+]]) = (0, 0) to (3, 40) step (3, 32)
// CHECK: vector.create_mask
// CHECK: %[[SUMS:.+]]:3 = scf.for %[[K:[^ ]+]] = {{.*}} iter_args(%[[A0:[^ ]+]] = %{{.+}}, %[[A1:[^ ]+]] = %{{.+}}, %[[A2:[^ ]+]] = %{{.+}})
// CHECK: %[[PANEL:.+]] = vector.transfer_read %[[P]][%{{.+}}, %[[K]], %{{.+}}]
// CHECK: %[[LEFT:.+]] = tensor.extract %[[X]][%{{.+}}, %[[K]]]
// CHECK: %[[SPLAT:.+]] = vector.broadcast %[[LEFT]]
// CHECK: math.fma %[[SPLAT]], %[[PANEL]], %[[A0]] : vector<32xf32>
// CHECK: math.fma %{{.+}}, %[[PANEL]], %[[A1]] : vector<32xf32>
// CHECK: math.fma %{{.+}}, %[[PANEL]], %[[A2]] : vector<32xf32>
// CHECK: %[[B:.+]] = vector.transfer_read %[[BIAS]]
// CHECK: %[[Y:.+]] = arith.addf %[[SUMS]]#0, %[[B]]
// CHECK: vector.transfer_write %[[Y]]
// CHECK: arith.addf %[[SUMS]]#2, %
// CHECK-NOT: linalg.generic
// CHECK: return
// ROWS-LABEL: func.func @product(
// ROWS: scf.for {{.*}} -> (vector<32xf32>, vector<32xf32>)
// ROWS: scf.for {{.*}} -> (vector<32xf32>)
func.func @product(%x: tensor<3x8xf32>, %p: tensor<2x8x32xf32>, %bias: tensor<40xf32>) -> tensor<3x40xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x40xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%e : tensor<3x40xf32>) -> tensor<3x40xf32>
  %f = tensor.empty() : tensor<8x40xf32>
  %w = linalg.unpack %p outer_dims_perm = [1, 0] inner_dims_pos = [1] inner_tiles = [32]
      into %f : tensor<2x8x32xf32> -> tensor<8x40xf32>
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x8xf32>, tensor<8x40xf32>) outs(%acc : tensor<3x40xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x40xf32>
  %1 = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0, %bias : tensor<3x40xf32>, tensor<40xf32>) outs(%e : tensor<3x40xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<3x40xf32>
  return %1 : tensor<3x40xf32>
}

// -----

// Packing at run time: one task per panel, columns behind the end become zeros.
// CHECK-LABEL: func.func @pack(
// CHECK-SAME: %[[K:.+]]: tensor<40x8xf32>)
// CHECK-NOT: linalg.pack
// CHECK: scf.forall (%[[PANEL:.+]], %{{.+}}, %{{.+}}) = (0, 0, 0) to (2, 8, 32) step (1, 8, 32)
// CHECK: scf.for %[[INNER:.+]] = %{{.+}} to %c8
// CHECK: %[[FIRST:.+]] = arith.muli %[[PANEL]], %c32
// CHECK: %[[LEFT:.+]] = arith.subi %c40, %[[FIRST]]
// CHECK: %[[MASK:.+]] = vector.create_mask %[[LEFT]] : vector<32xi1>
// CHECK: vector.transfer_read %[[K]][%[[FIRST]], %[[INNER]]], %{{.+}}, %[[MASK]]
func.func @pack(%k: tensor<40x8xf32>) -> tensor<2x8x32xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x8x32xf32>
  %0 = linalg.pack %k padding_value(%zero : f32) outer_dims_perm = [0, 1] inner_dims_pos = [0] inner_tiles = [32]
      into %e : tensor<40x8xf32> -> tensor<2x8x32xf32>
  return %0 : tensor<2x8x32xf32>
}

// -----

// Left to scalar loops: a division that would trap on lanes behind the end.
#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func.func @divide(
// CHECK-NOT: vector
// CHECK: linalg.generic
// CHECK: arith.divsi
func.func @divide(%x: tensor<5xi64>, %y: tensor<5xi64>) -> tensor<5xi64> {
  %e = tensor.empty() : tensor<5xi64>
  %0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%x, %y : tensor<5xi64>, tensor<5xi64>) outs(%e : tensor<5xi64>) {
  ^bb0(%a: i64, %b: i64, %o: i64):
    %q = arith.divsi %a, %b : i64
    linalg.yield %q : i64
  } -> tensor<5xi64>
  return %0 : tensor<5xi64>
}

// -----

// Left to scalar loops: what is written as bytes must not be read as bits.
#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func.func @booleans(
// CHECK-NOT: vector
// CHECK: linalg.generic
func.func @booleans(%b: tensor<40xi1>, %x: tensor<40xf32>) -> tensor<40xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<40xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
      ins(%b, %x : tensor<40xi1>, tensor<40xf32>) outs(%e : tensor<40xf32>) {
  ^bb0(%a: i1, %v: f32, %o: f32):
    %s = arith.select %a, %v, %zero : f32
    linalg.yield %s : f32
  } -> tensor<40xf32>
  return %0 : tensor<40xf32>
}

// -----

// And numbers that no vector holds.
// CHECK-LABEL: func.func @complex(
// CHECK-NOT: vector
// CHECK: linalg.generic
// CHECK: linalg.pack
func.func @complex(%x: tensor<5x7xcomplex<f32>>) -> (tensor<7x5xcomplex<f32>>, tensor<1x7x8xcomplex<f32>>) {
  %e = tensor.empty() : tensor<7x5xcomplex<f32>>
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<5x7xcomplex<f32>>) outs(%e : tensor<7x5xcomplex<f32>>) {
  ^bb0(%a: complex<f32>, %o: complex<f32>):
    linalg.yield %a : complex<f32>
  } -> tensor<7x5xcomplex<f32>>
  %f = tensor.empty() : tensor<1x7x8xcomplex<f32>>
  %zero = arith.constant dense<(0.0, 0.0)> : tensor<complex<f32>>
  %z = tensor.extract %zero[] : tensor<complex<f32>>
  %1 = linalg.pack %x padding_value(%z : complex<f32>) inner_dims_pos = [0] inner_tiles = [8]
      into %f : tensor<5x7xcomplex<f32>> -> tensor<1x7x8xcomplex<f32>>
  return %0, %1 : tensor<7x5xcomplex<f32>>, tensor<1x7x8xcomplex<f32>>
}

// -----

// One row of a tensor is read where it is, by vectors, whatever its index.
// CHECK-LABEL: func.func @rows(
// CHECK-SAME: %[[X:.+]]: tensor<3x40xi64>
// CHECK: scf.for %[[I:[a-z0-9]+]] =
// CHECK: %[[C2:.+]] = arith.constant 2 : index
// CHECK: %[[A:.+]] = vector.transfer_read %[[X]][%[[C2]], %[[I]]]
// CHECK: arith.xori %[[A]]
// CHECK-NOT: linalg.generic
func.func @rows(%x: tensor<3x40xi64>) -> tensor<40xi64> {
  %e = tensor.empty() : tensor<40xi64>
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (2, d0)>, affine_map<(d0) -> (0, d0)>,
                                        affine_map<(d0) -> (d0)>],
                       iterator_types = ["parallel"]}
      ins(%x, %x : tensor<3x40xi64>, tensor<3x40xi64>) outs(%e : tensor<40xi64>) {
  ^bb0(%a: i64, %b: i64, %o: i64):
    %s = arith.xori %a, %b : i64
    linalg.yield %s : i64
  } -> tensor<40xi64>
  return %0 : tensor<40xi64>
}
