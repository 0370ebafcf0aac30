//===- CPUDialect.td - The cpu dialect ----------------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_CPU_IR_CPUDIALECT_TD
#define TACIT_DIALECT_CPU_IR_CPUDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"

def CPU_Dialect : Dialect {
  let name = "cpu";
  let cppNamespace = "::tacit::cpu";
  let summary = "Attributes that describe the memory of code for the CPU";
  let description = [{
    The `cpu` dialect has attributes and no operations: the operations of a program for
    the CPU are those of `linalg`, `vector`, `memref` and the other dialects of MLIR. Its
    attributes are attached to the module:

    - `cpu.weights` lists the weights that have left the IR, an array of `#cpu.weight`. The
      packed weight file is written from it.
    - `cpu.arena_bytes` is the size of the working memory that a bufferized program takes
      from its caller.
    - `cpu.checks` holds one message for each condition that @shapes checks when a program
      with free dimensions runs.
    - `cpu.value_checks` holds one message for each condition on values that is checked
      during a run: @main returns the number of the first that does not hold, or 0.
    - `cpu.output_sizes` says for every dimension of every output of a program with free
      dimensions how it follows from those of the inputs: "past + seq", or nothing for a
      known one. The header of a library quotes it; nothing is computed from it.
  }];
  let hasOperationAttrVerify = 1;
  let useDefaultAttributePrinterParser = 1;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

def CPU_WeightAttr : AttrDef<CPU_Dialect, "Weight"> {
  let mnemonic = "weight";
  let summary = "one entry of the packed weight file";
  let description = [{
    The bytes of `value` lie at `offset` of the file, unchanged if no panel is given.
    Otherwise dimension `position` is split into panels of `panel` elements (at most 1024),
    padded with zeros, and the layout is that of `linalg.pack` with `outer_dims_perm` =
    `permutation`, `inner_dims_pos` = [position], `inner_tiles` = [panel].

    ```mlir
    #cpu.weight<value = dense_resource<w> : tensor<128x65xf32>, offset = 0, panel = 32,
                position = 1, permutation = [1, 0]>
    ```
  }];
  let parameters = (ins "::mlir::ElementsAttr":$value, "int64_t":$offset,
                        DefaultValuedParameter<"int64_t", "0">:$panel,
                        DefaultValuedParameter<"int64_t", "-1">:$position,
                        OptionalArrayRefParameter<"int64_t">:$permutation);
  let assemblyFormat = [{
    `<` `value` `=` $value `,` `offset` `=` $offset
    (`,` `panel` `=` $panel^ `,` `position` `=` $position
     `,` `permutation` `=` `[` $permutation `]`)? `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Returns the number of bytes in the file.
    int64_t getByteSize() const;
  }];
}

#endif // TACIT_DIALECT_CPU_IR_CPUDIALECT_TD
