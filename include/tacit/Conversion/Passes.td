//===- Passes.td - Conversions between dialects -------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CONVERSION_PASSES_TD
#define TACIT_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertNNToLinalg : Pass<"convert-nn-to-linalg", "::mlir::ModuleOp"> {
  let summary = "lowers nn to linalg on tensors";
  let description = [{
    A full conversion: every `nn` operation becomes `linalg`, `tensor`, `arith` and
    `math`, or the pass fails and names it. All dimensions must be known. Tensors of
    `i1` become tensors of `i8` that hold 0 or 1, and those of `ui8` tensors of `i8`:
    whether a number has a sign is then a matter of the operation.

    **Before**
    ```mlir
    func.func @main(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %0 = nn.relu %x : tensor<2x8xf32>
      return %0 : tensor<2x8xf32>
    }
    ```

    **After**
    ```mlir
    #map = affine_map<(d0, d1) -> (d0, d1)>
    func.func @main(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
      %0 = tensor.empty() : tensor<2x8xf32>
      %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
          ins(%x : tensor<2x8xf32>) outs(%0 : tensor<2x8xf32>) {
      ^bb0(%in: f32, %out: f32):
        %zero = arith.constant 0.000000e+00 : f32
        %2 = arith.maximumf %in, %zero : f32
        linalg.yield %2 : f32
      } -> tensor<2x8xf32>
      return %1 : tensor<2x8xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"
  ];
}

#endif // TACIT_CONVERSION_PASSES_TD
