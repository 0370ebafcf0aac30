//===- Passes.td - Loops and scalar functions --------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CODEGEN_CPU_KERNELS_PASSES_TD
#define TACIT_CODEGEN_CPU_KERNELS_PASSES_TD

include "mlir/Pass/PassBase.td"

def OutlineKernels : Pass<"cpu-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Outline each loop into a function, shared by equal loops";
  let description = [{
    Every loop nest of @main becomes a call of a private function, which takes the
    buffers and sizes that the loops use. The layers of a model do the same with different
    buffers, so that most calls share their function: the remaining program is a list of
    calls, and machine code is generated once for each kind of loop, not once for each
    layer.

    A buffer whose type does not state its sizes and strides is not an argument. The
    function takes the buffer that it is a view of, and its sizes, and creates the view
    again.

    With `steps` the loops are those of private functions, which are to be inlined: a loop
    that several calls of a step would repeat is then a kernel already.

    **Before**
    ```mlir
    func.func @main(%weights: memref<0xi8>, %arena: memref<64xi8>, %x: memref<4xf32>, %y: memref<4xf32>) {
      %c0 = arith.constant 0 : index
      %a = memref.view %arena[%c0][] : memref<64xi8> to memref<4xf32>
      scf.forall (%i) in (4) {
        %0 = memref.load %x[%i] : memref<4xf32>
        memref.store %0, %a[%i] : memref<4xf32>
      }
      scf.forall (%i) in (4) {
        %0 = memref.load %a[%i] : memref<4xf32>
        memref.store %0, %y[%i] : memref<4xf32>
      }
      return
    }
    ```

    **After**
    ```mlir
    func.func @main(%weights: memref<0xi8>, %arena: memref<64xi8>, %x: memref<4xf32>, %y: memref<4xf32>) {
      %c0 = arith.constant 0 : index
      %a = memref.view %arena[%c0][] : memref<64xi8> to memref<4xf32>
      call @kernel_0(%x, %a) : (memref<4xf32>, memref<4xf32>) -> ()
      call @kernel_0(%a, %y) : (memref<4xf32>, memref<4xf32>) -> ()
      return
    }
    func.func private @kernel_0(%from: memref<4xf32>, %to: memref<4xf32>) attributes {no_inline} {
      scf.forall (%i) in (4) {
        %0 = memref.load %from[%i] : memref<4xf32>
        memref.store %0, %to[%i] : memref<4xf32>
      }
      return
    }
    ```
  }];
  let options = [
    Option<"steps", "steps", "bool", /*default=*/"false",
           "outline the loops of private functions, not those of @main">
  ];
  let statistics = [
    Statistic<"numCalls", "calls", "loops that became calls">,
    Statistic<"numKernels", "kernels", "functions created">,
    Statistic<"numKept", "kept", "loops left, because they use values that cannot be arguments">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def Parallelize : Pass<"cpu-parallelize", "::mlir::func::FuncOp"> {
  let summary = "Distribute parallel loops over OpenMP threads";
  let description = [{
    Each outermost `scf.forall` becomes one OpenMP work-sharing loop; nested ones run
    serially. Buffers of a task are allocated once per thread. With `threads=false` the
    outermost loops run serially as well, and the code needs no OpenMP library. So do loops
    of fewer than `min-operations`, for which it takes longer to wake threads: their sizes
    are known, and a vector counts as one operation.

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
  let options = [
    Option<"threads", "threads", "bool", /*default=*/"true",
           "use the threads of OpenMP">,
    Option<"minOperations", "min-operations", "int64_t", /*default=*/"0",
           "run loops of fewer operations serially">,
  ];
  let statistics = [
    Statistic<"numLoops", "loops", "parallel loops lowered">,
    Statistic<"numSmall", "small", "loops run serially, because they compute little">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::omp::OpenMPDialect",
                           "::mlir::scf::SCFDialect"];
}

def ExpandMath : Pass<"cpu-expand-math"> {
  let summary = "Replace exp, erf and tanh on f32 by polynomial kernels";
  let description = [{
    Replaces `math.exp`, `math.erf` and `math.tanh` on `f32` and on vectors of `f32`
    of any shape by our own kernels, written in `arith` and `math.fma`. Results are
    the same bits for scalars and vectors and on every machine, which a libm does not
    guarantee. The largest errors over all arguments are 0.87, 1.08 and 1.07 units in the
    last place; NaN stays NaN. See docs/Numerics.md.

    Other element types stay as they are, and so do tensors, which become loops over `f32`
    first. Fast-math flags are ignored, never added.

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
    Statistic<"numLeft", "num-left", "Number of such operations left because of their type">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def ExpandHalfCasts : Pass<"cpu-expand-half-casts"> {
  let summary = "Convert f16 and bf16 by integer arithmetic";
  let description = [{
    Casts between f16 or bf16 and f32, f64 or integers, of scalars and of vectors,
    become integer operations and f32 arithmetic, rounded to nearest, ties to even.
    Infinities, NaN and denormal numbers are converted as IEEE 754 defines it. No special
    instructions or library calls are needed, and every processor gives the same bits.

    The extension of f16 to f32, of which reading weights of 16 bits consists, is kept with
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

#endif // TACIT_CODEGEN_CPU_KERNELS_PASSES_TD
