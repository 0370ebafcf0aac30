// RUN: tacit-opt %s -cpu-pack-operands | FileCheck %s
// RUN: tacit-opt %s -cpu-pack-operands=panel-columns=16 | FileCheck %s --check-prefix=NARROW

// The first function is the example of the pass's documentation.

#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#rhs_t = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>

// CHECK-DAG: #[[PANELS:.+]] = affine_map<()[s0] -> (s0 ceildiv 32)>
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.+]]: tensor<4x8xf32>,
// CHECK-DAG: %[[W:.+]] = arith.constant dense<1.000000e+00> : tensor<8x40xf32>
// CHECK-DAG: %[[ZERO:.+]] = arith.constant 0.000000e+00 : f32
// CHECK: %[[PACK:.+]] = linalg.pack %[[W]] padding_value(%[[ZERO]] : f32) outer_dims_perm = [1, 0] inner_dims_pos = [1] inner_tiles = [32]
// CHECK-SAME: tensor<8x40xf32> -> tensor<2x8x32xf32>
// CHECK: %[[UNPACK:.+]] = linalg.unpack %[[PACK]] outer_dims_perm = [1, 0] inner_dims_pos = [1] inner_tiles = [32]
// CHECK-SAME: tensor<2x8x32xf32> -> tensor<8x40xf32>
// CHECK: linalg.generic {{.*}} ins(%[[X]], %[[UNPACK]] : tensor<4x8xf32>, tensor<8x40xf32>)
// NARROW: linalg.pack {{.*}} inner_tiles = [16] {{.*}} -> tensor<3x8x16xf32>
func.func @main(%x: tensor<4x8xf32>, %acc: tensor<4x40xf32>) -> tensor<4x40xf32> {
  %w = arith.constant dense<1.0> : tensor<8x40xf32>
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<4x8xf32>, tensor<8x40xf32>) outs(%acc : tensor<4x40xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x40xf32>
  return %0 : tensor<4x40xf32>
}

// A transposed weight: the panels run along its first dimension, in the same order.
// CHECK-LABEL: func.func @transposed(
// CHECK: linalg.pack {{.*}} outer_dims_perm = [0, 1] inner_dims_pos = [0] inner_tiles = [32]
// CHECK-SAME: tensor<40x8xf32> -> tensor<2x8x32xf32>
func.func @transposed(%x: tensor<4x8xf32>, %acc: tensor<4x40xf32>) -> tensor<4x40xf32> {
  %w = arith.constant dense<1.0> : tensor<40x8xf32>
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs_t, #out],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<4x8xf32>, tensor<40x8xf32>) outs(%acc : tensor<4x40xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x40xf32>
  return %0 : tensor<4x40xf32>
}

// Keys come as rows and are packed when the model runs; the values' columns are
// contiguous, and are read where they are.
// CHECK-LABEL: func.func @attention(
// CHECK-SAME: %[[Q:.+]]: tensor<2x5x8xf32>, %[[K:.+]]: tensor<2x40x8xf32>, %[[V:.+]]: tensor<2x40x8xf32>,
// CHECK: %[[PACK:.+]] = linalg.pack %[[K]] {{.*}} outer_dims_perm = [0, 1, 2] inner_dims_pos = [1]
// CHECK-SAME: tensor<2x40x8xf32> -> tensor<2x2x8x32xf32>
// CHECK: %[[KEY:.+]] = linalg.unpack %[[PACK]]
// CHECK: %[[S:.+]] = linalg.generic {{.*}} ins(%[[Q]], %[[KEY]] :
// CHECK-NOT: linalg.pack
// CHECK: linalg.generic {{.*}} ins(%[[S]], %[[V]] :
func.func @attention(%q: tensor<2x5x8xf32>, %k: tensor<2x40x8xf32>, %v: tensor<2x40x8xf32>,
                     %s: tensor<2x5x40xf32>, %y: tensor<2x5x8xf32>) -> tensor<2x5x8xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(h, m, n, k) -> (h, m, k)>, affine_map<(h, m, n, k) -> (h, n, k)>,
                                        affine_map<(h, m, n, k) -> (h, m, n)>],
                       iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%q, %k : tensor<2x5x8xf32>, tensor<2x40x8xf32>) outs(%s : tensor<2x5x40xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %sum = arith.addf %c, %p : f32
    linalg.yield %sum : f32
  } -> tensor<2x5x40xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(h, m, n, k) -> (h, m, k)>, affine_map<(h, m, n, k) -> (h, k, n)>,
                                        affine_map<(h, m, n, k) -> (h, m, n)>],
                       iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%0, %v : tensor<2x5x40xf32>, tensor<2x40x8xf32>) outs(%y : tensor<2x5x8xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %sum = arith.addf %c, %p : f32
    linalg.yield %sum : f32
  } -> tensor<2x5x8xf32>
  return %1 : tensor<2x5x8xf32>
}

// A product whose running sum is used twice is not a plain sum of products.
// CHECK-LABEL: func.func @no_product(
// CHECK-NOT: linalg.pack
// CHECK: return
func.func @no_product(%x: tensor<4x8xf32>, %acc: tensor<4x40xf32>) -> tensor<4x40xf32> {
  %w = arith.constant dense<1.0> : tensor<8x40xf32>
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<4x8xf32>, tensor<8x40xf32>) outs(%acc : tensor<4x40xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.mulf %p, %c : f32
    %s = arith.addf %c, %q : f32
    linalg.yield %s : f32
  } -> tensor<4x40xf32>
  return %0 : tensor<4x40xf32>
}

// The planes and scales of a weight of few bits are packed, its groups and fields
// behind the columns; a factor for the whole matrix stays.
// CHECK-LABEL: func.func @few_bits(
// CHECK: linalg.pack %{{.+}} outer_dims_perm = [2, 0, 1] inner_dims_pos = [2] inner_tiles = [32]
// CHECK-SAME: tensor<3x4x40xi8> -> tensor<2x3x4x32xi8>
// CHECK: linalg.pack %{{.+}} outer_dims_perm = [1, 0] inner_dims_pos = [1] inner_tiles = [32]
// CHECK-SAME: tensor<3x40xf32> -> tensor<2x3x32xf32>
// CHECK-NOT: linalg.pack
// CHECK: return
func.func @few_bits(%x: tensor<4x3x4x2xf32>, %acc: tensor<4x40xf32>) -> tensor<4x40xf32> {
  %p = arith.constant dense<17> : tensor<3x4x40xi8>
  %s = arith.constant dense<1.0> : tensor<3x40xf32>
  %f = arith.constant dense<2.0> : tensor<f32>
  %c4 = arith.constant 4 : i32
  %mask = arith.constant 15 : i32
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, g, q, r) -> (m, g, q, r)>,
                                        affine_map<(m, n, g, q, r) -> (g, q, n)>,
                                        affine_map<(m, n, g, q, r) -> (g, n)>,
                                        affine_map<(m, n, g, q, r) -> ()>,
                                        affine_map<(m, n, g, q, r) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %p, %s, %f : tensor<4x3x4x2xf32>, tensor<3x4x40xi8>, tensor<3x40xf32>, tensor<f32>)
      outs(%acc : tensor<4x40xf32>) {
  ^bb0(%a: f32, %byte: i8, %scale: f32, %factor: f32, %c: f32):
    %r = linalg.index 4 : index
    %digit = arith.index_cast %r : index to i32
    %shift = arith.muli %digit, %c4 : i32
    %wide = arith.extui %byte : i8 to i32
    %moved = arith.shrui %wide, %shift : i32
    %field = arith.andi %moved, %mask : i32
    %number = arith.sitofp %field : i32 to f32
    %scaled = arith.mulf %number, %scale : f32
    %w = arith.mulf %scaled, %factor : f32
    %product = arith.mulf %a, %w : f32
    %sum = arith.addf %c, %product : f32
    linalg.yield %sum : f32
  } -> tensor<4x40xf32>
  return %0 : tensor<4x40xf32>
}

// As many panels as a free number of columns needs.
// CHECK-LABEL: func.func @free_columns(
// CHECK-SAME: %{{.+}}: tensor<4x8xf32>, %[[Y:.+]]: tensor<?x8xf32>,
// CHECK: %[[N:.+]] = tensor.dim %[[Y]], %c0
// CHECK: %[[P:.+]] = affine.apply #[[PANELS]]()[%[[N]]]
// CHECK: %[[E:.+]] = tensor.empty(%[[P]]) : tensor<?x8x32xf32>
// CHECK: %[[PACK:.+]] = linalg.pack %[[Y]] {{.*}} into %[[E]] : tensor<?x8xf32> -> tensor<?x8x32xf32>
// CHECK: %[[F:.+]] = tensor.empty(%[[N]]) : tensor<?x8xf32>
// CHECK: linalg.unpack %[[PACK]] {{.*}} into %[[F]]
func.func @free_columns(%x: tensor<4x8xf32>, %y: tensor<?x8xf32>, %acc: tensor<4x?xf32>) -> tensor<4x?xf32> {
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs_t, #out],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %y : tensor<4x8xf32>, tensor<?x8xf32>) outs(%acc : tensor<4x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x?xf32>
  return %0 : tensor<4x?xf32>
}
