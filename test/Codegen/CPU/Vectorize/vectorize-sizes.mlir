// RUN: tacit-opt %s -cpu-vectorize | FileCheck %s

// Sizes that no machine can hold must still be compiled in a short time.

// One product for each of 2^62 columns. A task has no more than 65536 panels of 32.
// CHECK-LABEL: func.func @columns(
// CHECK: scf.forall {{.*}} to (3, 4611686018427387904) step (3, 2097152)
func.func @columns(%x: tensor<3x5xf32>, %w: tensor<5x4611686018427387904xf32>,
                   %e: tensor<3x4611686018427387904xf32>) -> tensor<3x4611686018427387904xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
                                        affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x5xf32>, tensor<5x4611686018427387904xf32>) outs(%e : tensor<3x4611686018427387904xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %c, %p : f32
    linalg.yield %s : f32
  } -> tensor<3x4611686018427387904xf32>
  return %0 : tensor<3x4611686018427387904xf32>
}

// Four inner loops of 2^16 steps are 2^64 terms, which in 64 bits is 0: not few enough
// to be written out.
// CHECK-LABEL: func.func @terms(
// CHECK-COUNT-5: scf.for {{.*}} step %c1
// CHECK-COUNT-3: math.fma
// CHECK-NOT: math.fma
func.func @terms(%x: tensor<3x2xf32>, %w: tensor<65536x65536x7xf32>, %v: tensor<65536x65536x7xf32>,
                 %e: tensor<3x7xf32>) -> tensor<3x7xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, g, h, i, j, k) -> (m, g)>,
                                        affine_map<(m, n, g, h, i, j, k) -> (h, i, n)>,
                                        affine_map<(m, n, g, h, i, j, k) -> (j, k, n)>,
                                        affine_map<(m, n, g, h, i, j, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction", "reduction", "reduction",
                                         "reduction", "reduction"]}
      ins(%x, %w, %v : tensor<3x2xf32>, tensor<65536x65536x7xf32>, tensor<65536x65536x7xf32>)
      outs(%e : tensor<3x7xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32):
    %q = arith.mulf %b, %c : f32
    %p = arith.mulf %a, %q : f32
    %s = arith.addf %d, %p : f32
    linalg.yield %s : f32
  } -> tensor<3x7xf32>
  return %0 : tensor<3x7xf32>
}
