//===- Passes.td - Structured operations to vector loops ---*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CODEGEN_CPU_VECTORIZE_PASSES_TD
#define TACIT_CODEGEN_CPU_VECTORIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

def FuseElementwise : Pass<"cpu-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "Fuse elementwise operations and read transposed operands in place";
  let description = [{
    An elementwise operation is computed inside its only consumer. A reshape that
    splits leading dimensions sinks below elementwise operations, so that they can
    later be fused into the product that feeds them. A contraction reads operands
    through a transposition and writes its result in transposed order.

    **Before**
    ```mlir
    #id = affine_map<(d0, d1) -> (d0, d1)>
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
    ```

    **After**
    ```mlir
    #id = affine_map<(d0, d1) -> (d0, d1)>
    func.func @main(%a: tensor<4x8xf32>, %b: tensor<4x8xf32>) -> tensor<4x8xf32> {
      %e = tensor.empty() : tensor<4x8xf32>
      %0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
          ins(%a, %b : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
      ^bb0(%x: f32, %y: f32, %o: f32):
        %s = arith.addf %x, %y : f32
        %t = math.tanh %s : f32
        linalg.yield %t : f32
      } -> tensor<4x8xf32>
      return %0 : tensor<4x8xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def PackOperands : Pass<"cpu-pack-operands", "::mlir::func::FuncOp"> {
  let summary = "Lay out the right-hand sides of matrix products in panels";
  let description = [{
    The right side of a contraction becomes `unpack(pack(x))`: the same values, but
    the vectorised product reads the packed panels through the unpack. A panel is
    `panel-columns` columns, stored row by row, padded with zeros at the end. For a weight
    of few bits, its planes and scales are packed in this way. Weights are packed once, when
    the model is compiled; a computed right side is packed at run time if its columns are
    not contiguous, and read in place if they are.

    **Before**
    ```mlir
    #lhs = affine_map<(m, n, k) -> (m, k)>
    #rhs = affine_map<(m, n, k) -> (k, n)>
    #out = affine_map<(m, n, k) -> (m, n)>
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
    ```

    **After**
    ```mlir
    #lhs = affine_map<(m, n, k) -> (m, k)>
    #rhs = affine_map<(m, n, k) -> (k, n)>
    #out = affine_map<(m, n, k) -> (m, n)>
    func.func @main(%x: tensor<4x8xf32>, %acc: tensor<4x40xf32>) -> tensor<4x40xf32> {
      %zero = arith.constant 0.0 : f32
      %w = arith.constant dense<1.0> : tensor<8x40xf32>
      %e = tensor.empty() : tensor<2x8x32xf32>
      %pack = linalg.pack %w padding_value(%zero : f32) outer_dims_perm = [1, 0]
          inner_dims_pos = [1] inner_tiles = [32] into %e : tensor<8x40xf32> -> tensor<2x8x32xf32>
      %f = tensor.empty() : tensor<8x40xf32>
      %unpack = linalg.unpack %pack outer_dims_perm = [1, 0] inner_dims_pos = [1]
          inner_tiles = [32] into %f : tensor<2x8x32xf32> -> tensor<8x40xf32>
      %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out],
                           iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%x, %unpack : tensor<4x8xf32>, tensor<8x40xf32>) outs(%acc : tensor<4x40xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %p = arith.mulf %a, %b : f32
        %s = arith.addf %c, %p : f32
        linalg.yield %s : f32
      } -> tensor<4x40xf32>
      return %0 : tensor<4x40xf32>
    }
    ```
  }];
  let options = [Option<"panelColumns", "panel-columns", "int64_t", /*default=*/"32",
                        "columns of a panel">];
  let statistics = [
    Statistic<"numWeights", "weights", "right sides packed when the model is compiled">,
    Statistic<"numAtRunTime", "at-run-time", "right sides packed when the model runs">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def TileRows : Pass<"cpu-tile-rows", "::mlir::func::FuncOp"> {
  let summary = "Compute softmax and norms one row at a time";
  let description = [{
    A reduction along the last dimension and the elementwise operations around it
    become one parallel loop over rows, so that a row stays in the cache from the
    first pass over it to the last.

    **Before**
    ```mlir
    #row = affine_map<(d0, d1) -> (d0)>
    #id = affine_map<(d0, d1) -> (d0, d1)>
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
    ```

    **After** (the two operations, on one row each)
    ```mlir
    %0 = scf.forall (%i, %j) = (0, 0) to (4, 8) step (1, 8) shared_outs(%out = %g) -> (tensor<4x8xf32>) {
      %row = tensor.extract_slice %x[%i, 0] [1, 8] [1, 1] : tensor<4x8xf32> to tensor<1x8xf32>
      %sum = linalg.generic ... ins(%row : tensor<1x8xf32>) outs(%fill : tensor<1xf32>) ...
      %tile = tensor.extract_slice %out[%i, %j] [1, 8] [1, 1] : tensor<4x8xf32> to tensor<1x8xf32>
      %div = linalg.generic ... ins(%row, %sum : ...) outs(%tile : tensor<1x8xf32>) ...
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %div into %out[%i, %j] [1, 8] [1, 1] : ...
      }
    }
    ```
  }];
  let statistics = [Statistic<"numGroups", "groups", "loops over rows created">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

def Vectorize : Pass<"cpu-vectorize", "::mlir::func::FuncOp"> {
  let summary = "Turn structured operations into loops over vectors";
  let description = [{
    Matrix products keep `tile-rows` x `panel-columns` results in registers and absorb the
    elementwise operation that follows them. A weight of few bits is decoded in registers,
    once for the rows of a tile. Reductions over the last dimension keep 16 partial results,
    combined in halves. Elementwise operations iterate over the last dimension in vectors.
    Remainders that do not fill a vector are masked. Outer dimensions become one parallel
    loop.

    The order of every sum is fixed by this and does not depend on the tile, the
    width of the machine's vectors or the number of threads. Operations of any other form
    stay as they are and become scalar loops after bufferization.

    **Before**
    ```mlir
    #id = affine_map<(d0, d1) -> (d0, d1)>
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
    ```

    **After**
    ```mlir
    %0 = scf.forall (%i, %j) = (0, 0) to (4, 64) step (1, 64) shared_outs(%out = %e) -> (tensor<4x64xf32>) {
      %tile = tensor.extract_slice %out[%i, %j] [1, 64] [1, 1] : tensor<4x64xf32> to tensor<1x64xf32>
      %row = scf.for %v = %c0 to %c64 step %c32 iter_args(%acc = %tile) -> (tensor<1x64xf32>) {
        %a = vector.transfer_read %x[%i, %v], %pad {in_bounds = [true]} : tensor<4x64xf32>, vector<32xf32>
        %n = arith.negf %a : vector<32xf32>
        %w = vector.transfer_write %n, %acc[%c0, %v] {in_bounds = [true]} : vector<32xf32>, tensor<1x64xf32>
        scf.yield %w : tensor<1x64xf32>
      }
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %row into %out[%i, %j] [1, 64] [1, 1] : ...
      }
    }
    ```
  }];
  let options = [
    Option<"tileRows", "tile-rows", "int64_t", /*default=*/"8", "rows of a register tile">,
    Option<"panelColumns", "panel-columns", "int64_t", /*default=*/"32",
           "columns of a register tile and of a panel">
  ];
  let statistics = [
    Statistic<"numContractions", "contractions", "matrix products vectorised">,
    Statistic<"numReductions", "reductions", "row reductions vectorised">,
    Statistic<"numElementwise", "elementwise", "elementwise operations vectorised">,
    Statistic<"numPacks", "packs", "run-time packings vectorised">,
    Statistic<"numScalar", "scalar", "operations left to scalar loops">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect",
    "::mlir::vector::VectorDialect"
  ];
}

#endif // TACIT_CODEGEN_CPU_VECTORIZE_PASSES_TD
