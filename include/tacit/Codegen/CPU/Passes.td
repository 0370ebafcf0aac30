//===- Passes.td - What the CPU can run --------------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CODEGEN_CPU_PASSES_TD
#define TACIT_CODEGEN_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def CheckProgram : Pass<"cpu-check-program", "::mlir::ModuleOp"> {
  let summary = "Say whether the CPU can run a program, and describe its interface";
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
