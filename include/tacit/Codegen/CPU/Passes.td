//===- Passes.td - Passes for the CPU ----------------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CODEGEN_CPU_PASSES_TD
#define TACIT_CODEGEN_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def CheckProgram : Pass<"cpu-check-program", "::mlir::ModuleOp"> {
  let summary = "Check that the CPU can run a program, and describe its interface";
  let description = [{
    Reports every value that cannot be stored and every dimension that is not a function of
    the inputs' free dimensions, all at once. Floats of 16 bits are for storage only: they
    are moved and cast, and nothing is computed on them. A valid program gets the module
    attribute `nn.interface`: name and type of every input and output, and for inputs used
    as indices the size of what they index. For free dimensions it lists their names in the
    order of the inputs, and for each input and output which of them its dimensions are; a
    dimension without a name is named after its input, `x[1]`.

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
    module attributes {nn.interface = #nn.interface<
        inputs = [<name = "tokens", type = tensor<4xi64>, index_bound = 65>],
        outputs = [<name = "y", type = tensor<4x8xf32>>]>} {
      func.func @main(%t: tensor<4xi64> {nn.name = "tokens"}) -> (tensor<4x8xf32> {nn.name = "y"}) {
        %w = nn.constant dense<1.0> : tensor<65x8xf32>
        %0 = nn.gather %w, %t axis = 0 : (tensor<65x8xf32>, tensor<4xi64>) -> tensor<4x8xf32>
        return %0 : tensor<4x8xf32>
      }
    }
    ```
  }];
}

#endif // TACIT_CODEGEN_CPU_PASSES_TD
