//===- Passes.td - Passes on free dimensions ---------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_SIZES_PASSES_TD
#define TACIT_DIALECT_NN_TRANSFORMS_SIZES_PASSES_TD

include "mlir/Pass/PassBase.td"

def InferShapes : Pass<"nn-infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "Infer shapes in programs with free dimensions";
  let description = [{
    Tracks every dimension as a function of the inputs' free dimensions, through the shape
    arithmetic of the exporter. A dimension that proves to be constant becomes static, shape
    arithmetic with a constant result becomes that constant, a reshape, expansion or slice
    whose shape need not be computed becomes a plain one, and a concatenation loses its
    empty parts. Operations whose sizes must be checked at run time are kept, because the
    check is built from them. A program without free dimensions, or with a dimension that
    depends on values of the run, stays as it is.

    **Before**

    ```mlir
    func.func @main(%x: tensor<?x?x8xf32> {nn.dims = ["batch", "seq", ""], nn.name = "x"}) -> tensor<?x?x?x4xf32> {
      %shape = nn.shape_of %x : (tensor<?x?x8xf32>) -> tensor<3xi64>
      %leading = nn.slice %shape [0] to [2] step [1] : (tensor<3xi64>) -> tensor<2xi64>
      %heads = nn.constant dense<[-1, 4]> : tensor<2xi64>
      %target = nn.concat %leading, %heads axis = 0 : (tensor<2xi64>, tensor<2xi64>) -> tensor<4xi64>
      %0 = nn.dynamic_reshape %x, %target : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x?x4xf32>
      return %0 : tensor<?x?x?x4xf32>
    }
    ```

    **After**

    ```mlir
    func.func @main(%x: tensor<?x?x8xf32> {nn.dims = ["batch", "seq", ""], nn.name = "x"}) -> tensor<?x?x2x4xf32> {
      %0 = nn.reshape %x : tensor<?x?x8xf32> to tensor<?x?x2x4xf32>
      return %0 : tensor<?x?x2x4xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"refined", "refined", "values with more known dimensions">,
    Statistic<"settled", "settled",
              "computed shapes that became known, and removed empty parts">
  ];
}

def UnrollScans : Pass<"nn-unroll-scans", "::mlir::func::FuncOp"> {
  let summary = "Unroll loops whose number of steps is known";
  let description = [{
    Replaces an `nn.scan` by its body, once for each step, so that the passes and targets
    which know no loops see what it computes. A loop whose number of steps is free stays,
    and so does one that would become more than `limit` operations.

    **Before**

    ```mlir
    func.func @main(%x: tensor<2x4xf32>, %zero: tensor<4xf32>) -> tensor<4xf32> {
      %0 = nn.scan from %zero over %x : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<4xf32> {
      ^bb0(%step: tensor<i64>, %sum: tensor<4xf32>, %row: tensor<4xf32>):
        %1 = nn.add %sum, %row : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
        nn.yield %1 : tensor<4xf32>
      }
      return %0 : tensor<4xf32>
    }
    ```

    **After**

    ```mlir
    func.func @main(%x: tensor<2x4xf32>, %zero: tensor<4xf32>) -> tensor<4xf32> {
      %0 = nn.slice %x [0, 0] to [1, 4] step [1, 1] : (tensor<2x4xf32>) -> tensor<1x4xf32>
      %1 = nn.reshape %0 : tensor<1x4xf32> to tensor<4xf32>
      %2 = nn.add %zero, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      %3 = nn.slice %x [1, 0] to [2, 4] step [1, 1] : (tensor<2x4xf32>) -> tensor<1x4xf32>
      %4 = nn.reshape %3 : tensor<1x4xf32> to tensor<4xf32>
      %5 = nn.add %2, %4 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      return %5 : tensor<4xf32>
    }
    ```
  }];
  let options = [
    Option<"limit", "limit", "int64_t", "10000",
           "the most operations that a loop may become">
  ];
  let statistics = [
    Statistic<"numUnrolled", "unrolled", "loops that were unrolled">,
    Statistic<"numKept", "kept", "loops that stay">
  ];
}

def CheckIndices : Pass<"nn-check-indices", "::mlir::func::FuncOp"> {
  let summary = "Assert that lookups stay within their tables";
  let description = [{
    Puts an `nn.assert_range` in front of each lookup (`nn.gather`, `nn.gather_elements`,
    `nn.scatter_nd`) whose indices are not proved to lie within the dimension that they
    are for. Constants and the results of searches are proved; so are inputs that are
    used as indices only, which are checked before each call (`index_bound`), and the
    results of arithmetic whose range is known. If sizes alone determine the indices, as
    for positions that are counted, the condition belongs to the checks of sizes. An
    assertion that always holds is removed.

    **Before**

    ```mlir
    func.func @main(%ids: tensor<4xi64> {nn.name = "ids"}) -> tensor<4xf32> {
      %table = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
      %next = nn.add %ids, %ids : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
      %0 = nn.gather %table, %next axis = 0 : (tensor<3xf32>, tensor<4xi64>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }
    ```

    **After**

    ```mlir
    func.func @main(%ids: tensor<4xi64> {nn.name = "ids"}) -> tensor<4xf32> {
      %table = nn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
      %next = nn.add %ids, %ids : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>
      %low = nn.constant dense<-3> : tensor<i64>
      %high = nn.constant dense<2> : tensor<i64>
      %checked = nn.assert_range %next from %low to %high, "a lookup has an index outside of [-3, 2], the entries of its table" : (tensor<4xi64>, tensor<i64>, tensor<i64>) -> tensor<4xi64>
      %0 = nn.gather %table, %checked axis = 0 : (tensor<3xf32>, tensor<4xi64>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numChecked", "checked", "lookups that a run has to check">,
    Statistic<"numProved", "proved", "lookups and assertions that need no check">
  ];
}

def ResolveDims : Pass<"nn-resolve-dims", "::mlir::func::FuncOp"> {
  let summary = "Compute the sizes of free dimensions at the start of the program";
  let description = [{
    Inserts an `nn.sized` after every value with free dimensions. Its sizes are `arith`
    on the sizes of the arguments, at the start of the function, each computed once:
    two dimensions are proved equal if they have the same value. Dimensions with the same
    name take their size from the first argument that has it. Tensors of shape arithmetic
    become `tensor.from_elements` of such numbers. Conditions that must hold and cannot be
    proved become a `cf.assert`; from there on they count as known, so that a dimension
    which must be equal to another one is replaced by it.

    An `nn.dynamic_slice` gets bounds that lie within its input.

    **Before**

    ```mlir
    func.func @main(%x: tensor<?x8xf32> {nn.dims = ["rows", ""], nn.name = "x"}, %y: tensor<?x8xf32> {nn.dims = ["more", ""], nn.name = "y"}) -> tensor<?x8xf32> {
      %0 = nn.concat %x, %y axis = 0 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
      return %0 : tensor<?x8xf32>
    }
    ```

    **After**

    ```mlir
    func.func @main(%x: tensor<?x8xf32> {nn.dims = ["rows", ""], nn.name = "x"}, %y: tensor<?x8xf32> {nn.dims = ["more", ""], nn.name = "y"}) -> tensor<?x8xf32> {
      %c0 = arith.constant 0 : index
      %rows = tensor.dim %x, %c0 : tensor<?x8xf32>
      %c0_0 = arith.constant 0 : index
      %more = tensor.dim %y, %c0_0 : tensor<?x8xf32>
      %sum = arith.addi %rows, %more : index
      %0 = nn.sized %x[%rows] : tensor<?x8xf32>
      %1 = nn.sized %y[%more] : tensor<?x8xf32>
      %2 = nn.concat %0, %1 axis = 0 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
      %3 = nn.sized %2[%sum] : tensor<?x8xf32>
      return %3 : tensor<?x8xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"sized", "sized", "values with free dimensions">,
    Statistic<"checked", "checks", "conditions that are checked at run time">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif // TACIT_DIALECT_NN_TRANSFORMS_SIZES_PASSES_TD
