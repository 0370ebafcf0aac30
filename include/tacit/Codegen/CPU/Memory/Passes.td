//===- Passes.td - From tensors to memory ------------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CODEGEN_CPU_MEMORY_PASSES_TD
#define TACIT_CODEGEN_CPU_MEMORY_PASSES_TD

include "mlir/Pass/PassBase.td"

def ExternalizeWeights : Pass<"cpu-externalize-weights", "::mlir::ModuleOp"> {
  let summary = "Replace weights by views of one mapped file";
  let description = [{
    Constants of more than 64 bytes, blobs and packed constants leave the program.
    @main gets a first argument, the packed weight file, and reads each weight
    through `memref.view`. The module attribute `cpu.weights` lists the contents and
    offsets, so that the file can be written from the IR alone. A constant that is only
    packed is stored packed.

    **Before**
    ```mlir
    func.func @main(%x: tensor<32xf32>) -> tensor<32xf32> {
      %w = arith.constant dense_resource<w> : tensor<32xf32>
      return %w : tensor<32xf32>
    }
    ```

    **After**
    ```mlir
    module attributes {cpu.weights = [#cpu.weight<value = dense_resource<w> : tensor<32xf32>, offset = 0>]} {
      func.func @main(%weights: memref<128xi8>, %x: tensor<32xf32>) -> tensor<32xf32> {
        %c0 = arith.constant 0 : index
        %view = memref.view %weights[%c0][] : memref<128xi8> to memref<32xf32>
        %w = bufferization.to_tensor %view restrict : memref<32xf32> to tensor<32xf32>
        return %w : tensor<32xf32>
      }
    }
    ```
  }];
  let statistics = [
    Statistic<"numWeights", "weights", "entries of the weight file">,
    Statistic<"numBytes", "bytes", "size of the weight file">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect", "::tacit::cpu::CPUDialect"];
}

def SeparateDestinations : Pass<"cpu-separate-destinations", "::mlir::func::FuncOp"> {
  let summary = "Give each operation an empty tensor of its own";
  let description = [{
    Empty tensors of one type are one value after `cse`. To the analysis that decides which
    tensors share memory, everything that is written to it then looks like one tensor with a
    long history, and each use is compared with every other one: the time of bufferization
    would grow with the square of the number of layers.

    **Before**
    ```mlir
    func.func @main(%x: f32, %y: f32) -> (tensor<4xf32>, tensor<4xf32>) {
      %e = tensor.empty() : tensor<4xf32>
      %0 = linalg.fill ins(%x : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
      %1 = linalg.fill ins(%y : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
      return %0, %1 : tensor<4xf32>, tensor<4xf32>
    }
    ```

    **After**
    ```mlir
    func.func @main(%x: f32, %y: f32) -> (tensor<4xf32>, tensor<4xf32>) {
      %e = tensor.empty() : tensor<4xf32>
      %0 = linalg.fill ins(%x : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
      %f = tensor.empty() : tensor<4xf32>
      %1 = linalg.fill ins(%y : f32) outs(%f : tensor<4xf32>) -> tensor<4xf32>
      return %0, %1 : tensor<4xf32>, tensor<4xf32>
    }
    ```
  }];
  let statistics = [Statistic<"numCopies", "copies", "empty tensors created">];
}

def ResultsToArguments : Pass<"cpu-results-to-arguments", "::mlir::ModuleOp"> {
  let summary = "Compute results in buffers of the caller";
  let description = [{
    @main no longer returns anything: it gets an additional argument for each result. A
    result for which a buffer was allocated, even in another shape, is computed in the
    argument; one that is an input, a weight or another result is copied.

    **Before**
    ```mlir
    func.func @main(%x: memref<6xf32>) -> memref<2x3xf32> {
      %0 = memref.alloc() : memref<6xf32>
      memref.copy %x, %0 : memref<6xf32> to memref<6xf32>
      %1 = memref.expand_shape %0 [[0, 1]] output_shape [2, 3] : memref<6xf32> into memref<2x3xf32>
      return %1 : memref<2x3xf32>
    }
    ```

    **After**
    ```mlir
    func.func @main(%x: memref<6xf32>, %y: memref<2x3xf32>) {
      %0 = memref.reinterpret_cast %y to offset: [0], sizes: [6], strides: [1] : memref<2x3xf32> to memref<6xf32>
      memref.copy %x, %0 : memref<6xf32> to memref<6xf32>
      %1 = memref.expand_shape %0 [[0, 1]] output_shape [2, 3] : memref<6xf32> into memref<2x3xf32>
      return
    }
    ```
  }];
  let statistics = [Statistic<"numCopies", "copies", "results that are copied">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def BindDimensions : Pass<"cpu-bind-dimensions", "::mlir::ModuleOp"> {
  let summary = "Turn the sizes of free dimensions into arguments";
  let description = [{
    Inputs with free dimensions become plain pointers, buffers of one element by their type,
    that are read with sizes computed from new arguments: one for each name that
    `nn.interface` lists, after all others. A query for the size of a buffer is replaced by
    the size with which it was created. A program in which every size is known stays as it
    is.

    **Before**
    ```mlir
    module attributes {nn.interface = #nn.interface<
        inputs = [<name = "x", type = tensor<?x4xf32>, dims = ["n", ""]>],
        outputs = [],
        dims = ["n"]>} {
      func.func @main(%weights: memref<0xi8>, %x: memref<?x4xf32>, %y: memref<1xf32>) -> index {
        %c0 = arith.constant 0 : index
        %n = memref.dim %x, %c0 : memref<?x4xf32>
        return %n : index
      }
    }
    ```

    **After**
    ```mlir
    module attributes {nn.interface = #nn.interface<
        inputs = [<name = "x", type = tensor<?x4xf32>, dims = ["n", ""]>],
        outputs = [],
        dims = ["n"]>} {
      func.func @main(%weights: memref<0xi8>, %x: memref<1xf32>, %y: memref<1xf32>, %n: index) -> index {
        %0 = memref.reinterpret_cast %x to offset: [0], sizes: [%n, 4], strides: [4, 1] : memref<1xf32> to memref<?x4xf32>
        return %n : index
      }
    }
    ```
  }];
  let statistics = [Statistic<"numInputs", "inputs", "inputs with free dimensions">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def PlanMemory : Pass<"cpu-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Place all intermediate buffers in one arena";
  let description = [{
    Buffers of @main whose live ranges do not overlap share memory in an arena that the
    caller provides (the second argument). Buffers that are allocated inside a parallel loop
    go to the stack of the task. Afterwards the program allocates nothing; the module
    attribute `cpu.arena_bytes` states the size of the arena.

    In a program with free dimensions sizes and offsets are computed at its beginning. There
    the arena is a view of the second argument, and its size is that of the view. An
    assertion checks that the buffers of a task fit on its stack.

    **Before**
    ```mlir
    func.func @main(%weights: memref<64xi8>, %x: memref<16xf32>, %y: memref<16xf32>) {
      %0 = memref.alloc() : memref<16xf32>
      memref.copy %x, %0 : memref<16xf32> to memref<16xf32>
      memref.copy %0, %y : memref<16xf32> to memref<16xf32>
      return
    }
    ```

    **After**
    ```mlir
    module attributes {cpu.arena_bytes = 64 : i64} {
      func.func @main(%weights: memref<64xi8>, %arena: memref<64xi8>, %x: memref<16xf32>, %y: memref<16xf32>) {
        %c0 = arith.constant 0 : index
        %0 = memref.view %arena[%c0][] : memref<64xi8> to memref<16xf32>
        memref.copy %x, %0 : memref<16xf32> to memref<16xf32>
        memref.copy %0, %y : memref<16xf32> to memref<16xf32>
        return
      }
    }
    ```
  }];
  let statistics = [
    Statistic<"numBuffers", "buffers", "buffers in the arena">,
    Statistic<"numOnStack", "on-stack", "buffers on the stack of a task">,
    Statistic<"arenaBytes", "arena-bytes", "size of the arena">,
    Statistic<"sumBytes", "sum-bytes", "size of all buffers without sharing">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
                           "::mlir::memref::MemRefDialect", "::tacit::cpu::CPUDialect"];
}

def ReturnStatus : Pass<"cpu-return-status", "::mlir::ModuleOp"> {
  let summary = "Return which assertion about values does not hold";
  let description = [{
    An assertion of @main that values of a run decide would end the process of the caller.
    Instead @main goes on and returns a number: 0, or n if the n-th sentence of the module
    attribute `cpu.value_checks` is the first that does not hold. The results
    are unspecified then, but no other memory is read or written than otherwise.
    Assertions about sizes alone stay where sizes are free: see cpu-derive-shapes.

    **Before**
    ```mlir
    func.func @main(%weights: memref<0xi8>, %arena: memref<0xi8>, %x: memref<1xi64>) {
      %c0 = arith.constant 0 : index
      %c9_i64 = arith.constant 9 : i64
      %0 = memref.load %x[%c0] : memref<1xi64>
      %ok = arith.cmpi ule, %0, %c9_i64 : i64
      cf.assert %ok, "x is not below 10"
      return
    }
    ```

    **After**
    ```mlir
    module attributes {cpu.value_checks = ["x is not below 10"]} {
      func.func @main(%weights: memref<0xi8>, %arena: memref<0xi8>, %x: memref<1xi64>) -> i64 {
        %c0 = arith.constant 0 : index
        %c9_i64 = arith.constant 9 : i64
        %0 = memref.load %x[%c0] : memref<1xi64>
        %ok = arith.cmpi ule, %0, %c9_i64 : i64
        %none = arith.constant 0 : i64
        %first = arith.constant 1 : i64
        %1 = arith.select %ok, %none, %first : i64
        return %1 : i64
      }
    }
    ```
  }];
  let statistics = [Statistic<"numChecks", "checks", "assertions that a run checks">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::tacit::cpu::CPUDialect"];
}

def DeriveShapes : Pass<"cpu-derive-shapes", "::mlir::ModuleOp"> {
  let summary = "Create the function that computes shapes from the sizes of inputs";
  let description = [{
    For a program with free dimensions, which are the last arguments of @main, a second
    function @shapes computes from them the bytes of the arena and then every dimension
    of every result, in order. It returns 0, or n if the n-th condition of the module
    attribute `cpu.checks` does not hold. The assertions of @main become such checks; the
    last one is that no size is negative or too large for its arithmetic. Nothing in @shapes
    depends on the values of a run: that would be an error.

    **Before**
    ```mlir
    module attributes {nn.interface = #nn.interface<
        inputs = [<name = "x", type = tensor<?xf32>, dims = ["n"]>],
        outputs = [<name = "y", type = tensor<?x2xf32>>],
        dims = ["n"]>} {
      func.func @main(%weights: memref<0xi8>, %arena: memref<1xi8>, %x: memref<1xf32>, %y: memref<1xf32>, %n: index) -> index {
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %positive = arith.cmpi sge, %n, %c1 : index
        cf.assert %positive, "x is empty"
        %all = memref.view %arena[%c0][%n] : memref<1xi8> to memref<?xi8>
        return %n : index
      }
    }
    ```

    **After**
    ```mlir
    module attributes {cpu.checks = ["x is empty", "the sizes of these inputs lead to a dimension that is negative or too large"],
        nn.interface = #nn.interface<
            inputs = [<name = "x", type = tensor<?xf32>, dims = ["n"]>],
            outputs = [<name = "y", type = tensor<?x2xf32>>],
            dims = ["n"]>} {
      func.func @main(%weights: memref<0xi8>, %arena: memref<1xi8>, %x: memref<1xf32>, %y: memref<1xf32>, %n: index) {
        %c0 = arith.constant 0 : index
        %all = memref.view %arena[%c0][%n] : memref<1xi8> to memref<?xi8>
        return
      }
      func.func @shapes(%dims: memref<1xi64>, %sizes: memref<3xi64>) -> i64 {
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %c2 = arith.constant 2 : index
        %ok = arith.constant 0 : i64
        %first = arith.constant 1 : i64
        %second = arith.constant 2 : i64
        %two = arith.constant 2 : i64
        %word = memref.load %dims[%c0] : memref<1xi64>
        %n = arith.index_cast %word : i64 to index
        %positive = arith.cmpi sge, %n, %c1 : index
        %fits = arith.cmpi sge, %n, %c0 : index
        %0 = arith.select %positive, %ok, %first : i64
        %1 = arith.select %fits, %0, %second : i64
        memref.store %word, %sizes[%c0] : memref<3xi64>
        memref.store %word, %sizes[%c1] : memref<3xi64>
        memref.store %two, %sizes[%c2] : memref<3xi64>
        return %1 : i64
      }
    }
    ```
  }];
  let statistics = [Statistic<"numChecks", "checks", "conditions that are checked before a run">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::tacit::cpu::CPUDialect"];
}

def SplitCopies : Pass<"cpu-split-copies", "::mlir::func::FuncOp"> {
  let summary = "Copy strided buffers block by block";
  let description = [{
    If one of the buffers of a copy is not a single block of memory, the copy becomes loops
    around copies of the largest blocks that both sides have, or of elements if they have
    none. Otherwise it would become a call of a library that is not shipped with a compiled
    model.

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
  let summary = "Split one free dimension into several";
  let description = [{
    If a dimension of a buffer becomes several of which more than one are free, the buffer
    is reinterpreted with the sizes that the operation states and the strides that follow
    from them. Other reshapes are kept, because each of their sizes follows from the others.

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

#endif // TACIT_CODEGEN_CPU_MEMORY_PASSES_TD
