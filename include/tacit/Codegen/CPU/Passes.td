//===- Passes.td - From linalg to machine code --------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CODEGEN_CPU_PASSES_TD
#define TACIT_CODEGEN_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// check
//===----------------------------------------------------------------------===//

def CheckProgram : Pass<"cpu-check-program", "::mlir::ModuleOp"> {
  let summary = "says whether the CPU can run a program, and describes its interface";
  let description = [{
    Reports every value that cannot be stored and every dimension that is no function
    of the inputs' free dimensions, all at once. Floats of 16 bits are storage: they are
    moved and cast, and nothing is computed on them. What passes gets the module
    attribute `nn.interface`: name and type of every input and output, and for inputs
    used as indices the size of what they index. Where dimensions are free it lists
    their names in order of the inputs, and for each input and output which of them its
    dimensions are; a dimension without a name is called after its input, `x[1]`.

    **Before**
    ```mlir
    func.func @main(%t: tensor<4xi64> {nn.name = "tokens"}) -> (tensor<4x8xf32> {nn.name = "y"}) {
      %w = nn.constant dense<1.0> : tensor<65x8xf32>
      %0 = nn.gather %w, %t axis = 0 : (tensor<65x8xf32>, tensor<4xi64>) -> tensor<4x8xf32>
      return %0 : tensor<4x8xf32>
    }
    ```

    **After**
    ```mlir
    module attributes {nn.interface = {
        inputs = [{index_bound = 65 : i64, name = "tokens", type = tensor<4xi64>} ],
        outputs = [{name = "y", type = tensor<4x8xf32>} ]}} {
      func.func @main(%t: tensor<4xi64> {nn.name = "tokens"}) -> (tensor<4x8xf32> {nn.name = "y"}) {
        %w = nn.constant dense<1.0> : tensor<65x8xf32>
        %0 = nn.gather %w, %t axis = 0 : (tensor<65x8xf32>, tensor<4xi64>) -> tensor<4x8xf32>
        return %0 : tensor<4x8xf32>
      }
    }
    ```
  }];
}

//===----------------------------------------------------------------------===//
// schedule: tensors
//===----------------------------------------------------------------------===//

def FuseElementwise : Pass<"cpu-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "fuses elementwise operations and reads transposed operands in place";
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
  let summary = "lays right-hand sides of matrix products out in panels";
  let description = [{
    The right side of a contraction becomes `unpack(pack(x))`: the same values, but
    the vectorised product reads the packed panels through the unpack. A panel is
    `panel-columns` columns, stored row by row, filled up with zeros at the end. Of
    a weight of few bits, its planes and scales are packed so.
    Weights are packed once, when the model is compiled; a computed right side is
    packed at run time if its columns are not contiguous, and read in place if
    they are.

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
  let summary = "computes softmax and norms one row at a time";
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
  let statistics = [Statistic<"numGroups", "groups", "loops over rows made">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

def Vectorize : Pass<"cpu-vectorize", "::mlir::func::FuncOp"> {
  let summary = "turns structured operations into loops over vectors";
  let description = [{
    Matrix products keep `tile-rows` x `panel-columns` results in registers and take
    the elementwise operation that follows them along. A weight of few bits is
    decoded in registers, once for the rows of a tile. Reductions over the last
    dimension keep 16 partial results, combined in halves. Elementwise operations
    walk the last dimension in vectors. Ends that do not fill a vector are masked.
    Outer dimensions become one parallel loop.

    The order of every sum is fixed by this and does not depend on the tile, the
    width of the machine's vectors or the number of threads. What has another form
    stays as it is and becomes scalar loops after bufferization.

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

def ExpandMath : Pass<"cpu-expand-math"> {
  let summary = "replaces exp, erf and tanh on f32 by polynomial kernels";
  let description = [{
    Replaces `math.exp`, `math.erf` and `math.tanh` on `f32` and on vectors of `f32`
    of any shape by our own kernels, written in `arith` and `math.fma`. Results are
    the same bits for scalars and vectors and on every machine, which a libm does not
    promise. The largest errors over all arguments are 0.87, 1.08 and 1.07 units in
    the last place; NaN stays NaN. See docs/Numerics.md.

    Other element types stay as they are, and so do tensors: they become loops over
    `f32` first. Fast-math flags are ignored, never added.

    **Before**
    ```mlir
    func.func @exp(%x: vector<16xf32>) -> vector<16xf32> {
      %0 = math.exp %x : vector<16xf32>
      return %0 : vector<16xf32>
    }
    ```

    **After**
    ```mlir
    func.func @exp(%x: vector<16xf32>) -> vector<16xf32> {
      %high = arith.constant dense<8.900000e+01> : vector<16xf32>
      %0 = arith.cmpf ogt, %x, %high : vector<16xf32>
      %1 = arith.select %0, %high, %x : vector<16xi1>, vector<16xf32>
      // the same from below, then x = n ln 2 + r
      %n = arith.subf %t, %magic : vector<16xf32>
      %r0 = math.fma %n, %minus_ln2_high, %x1 : vector<16xf32>
      %r = math.fma %n, %minus_ln2_low, %r0 : vector<16xf32>
      // a polynomial of degree 6 in r
      %p = math.fma %p1, %r, %one : vector<16xf32>
      // times 2^n in two factors, so that denormal results are right
      %y0 = arith.mulf %p, %factor0 : vector<16xf32>
      %y = arith.mulf %y0, %factor1 : vector<16xf32>
      return %y : vector<16xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numExp", "num-exp", "Number of exp operations expanded">,
    Statistic<"numErf", "num-erf", "Number of erf operations expanded">,
    Statistic<"numTanh", "num-tanh", "Number of tanh operations expanded">,
    Statistic<"numLeft", "num-left", "Number of such operations left for their type">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def ExpandHalfCasts : Pass<"cpu-expand-half-casts"> {
  let summary = "converts f16 and bf16 by integer arithmetic";
  let description = [{
    Casts between f16 or bf16 and f32, f64 or integers, of scalars and of vectors,
    become integer operations and f32 arithmetic, rounded to nearest, ties to even.
    Infinities, NaN and denormal numbers are converted as IEEE 754 says. No processor
    needs instructions or library calls for them, and every one gives the same bits.

    Extension of f16 to f32, which reading weights of 16 bits consists of, stays with
    `keep-f16-extension`: x86-64 with F16C has an instruction that gives these bits.

    **Before**
    ```mlir
    func.func @extend(%x: vector<16xbf16>) -> vector<16xf32> {
      %0 = arith.extf %x : vector<16xbf16> to vector<16xf32>
      return %0 : vector<16xf32>
    }
    ```

    **After**
    ```mlir
    func.func @extend(%x: vector<16xbf16>) -> vector<16xf32> {
      %c16 = arith.constant dense<16> : vector<16xi32>
      %0 = arith.bitcast %x : vector<16xbf16> to vector<16xi16>
      %1 = arith.extui %0 : vector<16xi16> to vector<16xi32>
      %2 = arith.shli %1, %c16 : vector<16xi32>
      %3 = arith.bitcast %2 : vector<16xi32> to vector<16xf32>
      return %3 : vector<16xf32>
    }
    ```
  }];
  let options = [
    Option<"keepF16Extension", "keep-f16-extension", "bool", /*default=*/"false",
           "leave f16 to f32 to the processor">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

//===----------------------------------------------------------------------===//
// bufferize
//===----------------------------------------------------------------------===//

include "tacit/Codegen/CPU/MemoryPasses.td"

//===----------------------------------------------------------------------===//
// llvm
//===----------------------------------------------------------------------===//

def SplitCopies : Pass<"cpu-split-copies", "::mlir::func::FuncOp"> {
  let summary = "copies strided buffers block by block";
  let description = [{
    A copy between buffers of which one is no single block of memory becomes loops
    around copies of the largest blocks that both sides have, or of elements where
    they have none. Otherwise it would become a call of a library that a compiled
    model does not come with.

    **Before**
    ```mlir
    func.func @main(%x: memref<3x5xf32>, %y: memref<3x8xf32>) {
      %left = memref.subview %y[0, 0] [3, 5] [1, 1] : memref<3x8xf32> to memref<3x5xf32, strided<[8, 1]>>
      memref.copy %x, %left : memref<3x5xf32> to memref<3x5xf32, strided<[8, 1]>>
      return
    }
    ```

    **After**
    ```mlir
    func.func @main(%x: memref<3x5xf32>, %y: memref<3x8xf32>) {
      %left = memref.subview %y[0, 0] [3, 5] [1, 1] : memref<3x8xf32> to memref<3x5xf32, strided<[8, 1]>>
      %c0 = arith.constant 0 : index
      %c3 = arith.constant 3 : index
      %c1 = arith.constant 1 : index
      scf.for %i = %c0 to %c3 step %c1 {
        %from = memref.subview %x[%i, 0] [1, 5] [1, 1] : memref<3x5xf32> to memref<5xf32, strided<[1], offset: ?>>
        %to = memref.subview %left[%i, 0] [1, 5] [1, 1] : memref<3x5xf32, strided<[8, 1]>> to memref<5xf32, strided<[1], offset: ?>>
        memref.copy %from, %to : memref<5xf32, strided<[1], offset: ?>> to memref<5xf32, strided<[1], offset: ?>>
      }
      return
    }
    ```
  }];
  let statistics = [Statistic<"numCopies", "copies", "copies split">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

def LowerReshapes : Pass<"cpu-lower-reshapes", "::mlir::func::FuncOp"> {
  let summary = "splits one free dimension into several";
  let description = [{
    Where a dimension of a buffer becomes several of which more than one are free, the
    buffer is reinterpreted with the sizes that the operation names and the strides
    that follow from them. Other reshapes stay: there each size follows from the rest.

    **Before**
    ```mlir
    func.func @main(%x: memref<?xf32>, %b: index, %s: index) -> memref<?x?xf32> {
      %0 = memref.expand_shape %x [[0, 1]] output_shape [%b, %s] : memref<?xf32> into memref<?x?xf32>
      return %0 : memref<?x?xf32>
    }
    ```

    **After**
    ```mlir
    func.func @main(%x: memref<?xf32>, %b: index, %s: index) -> memref<?x?xf32> {
      %base, %offset, %size, %stride = memref.extract_strided_metadata %x : memref<?xf32> -> memref<f32>, index, index, index
      %0 = memref.reinterpret_cast %base to offset: [0], sizes: [%b, %s], strides: [%s, 1] : memref<f32> to memref<?x?xf32>
      return %0 : memref<?x?xf32>
    }
    ```
  }];
  let statistics = [Statistic<"numReshapes", "reshapes", "reshapes lowered">];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::memref::MemRefDialect"];
}

def Parallelize : Pass<"cpu-parallelize", "::mlir::func::FuncOp"> {
  let summary = "gives parallel loops to OpenMP threads";
  let description = [{
    Each outermost `scf.forall` becomes one OpenMP work-sharing loop; nested ones run
    serially. Buffers of a task are allocated once per thread.

    **Before**
    ```mlir
    func.func @main(%x: memref<8xf32>) {
      %one = arith.constant 1.0 : f32
      scf.forall (%i) in (8) {
        memref.store %one, %x[%i] : memref<8xf32>
      }
      return
    }
    ```

    **After**
    ```mlir
    func.func @main(%x: memref<8xf32>) {
      %one = arith.constant 1.0 : f32
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c1 = arith.constant 1 : index
      omp.parallel {
        omp.wsloop nowait {
          omp.loop_nest (%i) : index = (%c0) to (%c8) step (%c1) {
            memref.store %one, %x[%i] : memref<8xf32>
            omp.yield
          }
        }
        omp.terminator
      }
      return
    }
    ```
  }];
  let statistics = [Statistic<"numLoops", "loops", "parallel loops lowered">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::omp::OpenMPDialect",
                           "::mlir::scf::SCFDialect"];
}

#endif // TACIT_CODEGEN_CPU_PASSES_TD
