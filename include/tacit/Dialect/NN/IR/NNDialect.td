//===- NNDialect.td - The nn dialect ------------------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNDIALECT_TD
#define TACIT_DIALECT_NN_IR_NNDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::tacit::nn";
  let summary = "A trained transformer as ONNX means it, on plain tensors";
  let description = [{
    The `nn` dialect holds a model between its ONNX file and the fork of the
    road, where it becomes either CPU code (`linalg`) or a two-party protocol.
    Its values are plain `tensor`s. Operations follow ONNX semantics; broadcasting
    is NumPy's. Shape arithmetic on constants folds when an operation is created,
    so that a model whose dimensions are known has no shape arithmetic left.

    Weights are `dense_resource` blobs keyed by the name of their ONNX
    initializer; small constants are printed inline.

    Function arguments and results carry `nn.name`, the name of the ONNX graph
    input or output, and arguments whose dimensions are free carry `nn.dims`, the
    names of the dimensions (an empty string where a dimension is fixed).

    A module that is ready for a target carries `nn.interface`, which survives the
    lowering of the function: names, types and index bounds of inputs and outputs.
    Once weights have left the IR, `nn.weights` lists them: an array of
    `#nn.weight`, from which the packed weight file is written. `nn.arena_bytes` is
    the working memory that a bufferized program wants from its caller.
  }];
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    /// A blob over `bytes`, which lie in the file `owner`. The context keeps the
    /// file as long as it lives.
    ::mlir::AsmResourceBlob makeBlob(::llvm::ArrayRef<char> bytes,
                                     std::shared_ptr<::llvm::MemoryBuffer> owner);

    /// True if `bytes` lie in a file that is mapped, not copied: their pages can be
    /// dropped and will be read again.
    bool isMapped(::llvm::ArrayRef<char> bytes) const;

  private:
    std::vector<std::shared_ptr<::llvm::MemoryBuffer>> files;

  public:
  }];
}

//===----------------------------------------------------------------------===//
// Enums
//===----------------------------------------------------------------------===//

def NN_GeluKind : I32EnumAttr<"GeluKind", "which function is meant by GELU", [
  I32EnumAttrCase<"Erf", 0, "erf">,
  I32EnumAttrCase<"Tanh", 1, "tanh">
]> {
  let cppNamespace = "::tacit::nn";
  let genSpecializedAttr = 0;
}
def NN_GeluKindAttr : EnumAttr<NN_Dialect, NN_GeluKind, "gelu_kind">;

def NN_ReduceKind : I32EnumAttr<"ReduceKind", "how a reduction combines", [
  I32EnumAttrCase<"Sum", 0, "sum">,
  I32EnumAttrCase<"Mean", 1, "mean">,
  I32EnumAttrCase<"Max", 2, "max">,
  I32EnumAttrCase<"Min", 3, "min">
]> {
  let cppNamespace = "::tacit::nn";
  let genSpecializedAttr = 0;
}
def NN_ReduceKindAttr : EnumAttr<NN_Dialect, NN_ReduceKind, "reduce_kind">;

def NN_ComparePredicate : I32EnumAttr<"ComparePredicate", "which comparison", [
  I32EnumAttrCase<"Equal", 0, "eq">,
  I32EnumAttrCase<"Less", 1, "lt">,
  I32EnumAttrCase<"LessOrEqual", 2, "le">,
  I32EnumAttrCase<"Greater", 3, "gt">,
  I32EnumAttrCase<"GreaterOrEqual", 4, "ge">
]> {
  let cppNamespace = "::tacit::nn";
  let genSpecializedAttr = 0;
}
def NN_ComparePredicateAttr
    : EnumAttr<NN_Dialect, NN_ComparePredicate, "compare_predicate">;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

def NN_WeightAttr : AttrDef<NN_Dialect, "Weight"> {
  let mnemonic = "weight";
  let summary = "one entry of the packed weight file";
  let description = [{
    The bytes of `value` lie at `offset` of the file, as they are where no panel is
    given. Otherwise dimension `position` is cut into panels of `panel` elements (at
    most 1024), filled up with zeros, and the layout is that of
    `linalg.pack` with `outer_dims_perm` = `permutation`,
    `inner_dims_pos` = [position], `inner_tiles` = [panel].

    ```mlir
    #nn.weight<value = dense_resource<w> : tensor<128x65xf32>, offset = 0, panel = 32,
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
    /// Bytes in the file.
    int64_t getByteSize() const;
  }];
}

#endif // TACIT_DIALECT_NN_IR_NNDIALECT_TD
