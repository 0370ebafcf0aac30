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
include "tacit/Dialect/NN/IR/NNEnums.td"
include "tacit/Numerics/Gelu.td"
include "tacit/Numerics/Multiplier.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::tacit::nn";
  let summary = "A trained transformer with the semantics of ONNX, on plain tensors";
  let description = [{
    The `nn` dialect represents a model between its ONNX file and the target, where it
    becomes either CPU code (`linalg`) or a two-party protocol. Its values are plain
    `tensor`s. Operations follow ONNX semantics; broadcasting is NumPy's. Shape arithmetic
    on constants folds when an operation is created, so that a model whose dimensions are
    known has no shape arithmetic left.

    Weights are `dense_resource` blobs keyed by the name of their ONNX
    initializer; small constants are printed inline.

    Function arguments and results carry `nn.name`, the name of the ONNX graph
    input or output, and arguments whose dimensions are free carry `nn.dims`, the
    names of the dimensions (an empty string where a dimension is fixed).

    A module that is ready for a target carries `nn.interface`, an `#nn.interface` that
    survives the lowering of the function: names, types and index bounds of inputs and
    outputs, and the names of free dimensions.
  }];
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let useDefaultAttributePrinterParser = 1;
}

//===----------------------------------------------------------------------===//
// Enums
//===----------------------------------------------------------------------===//

class NN_EnumAttr<EnumInfo enum, string mnemonic> : EnumAttr<NN_Dialect, enum, mnemonic> {
  let cppNamespace = "::tacit::nn";
}

def NN_GeluKindAttr : NN_EnumAttr<GeluKind, "gelu_kind">;
def NN_ReduceKindAttr : NN_EnumAttr<NN_ReduceKind, "reduce_kind">;
def NN_ArgKindAttr : NN_EnumAttr<NN_ArgKind, "arg_kind">;
def NN_ScatterKindAttr : NN_EnumAttr<NN_ScatterKind, "scatter_kind">;
def NN_ComparePredicateAttr : NN_EnumAttr<NN_ComparePredicate, "compare_predicate">;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

def NN_MultiplierAttr : AttrDef<NN_Dialect, "Multiplier"> {
  let mnemonic = "multiplier";
  let summary = "how each product of a matrix product is computed";
  let description = [{
    Without the attribute products are exact. The other kinds add the bit patterns of two
    f32 numbers, which adds exponents and, roughly, multiplies mantissas; sums stay exact
    f32 sums.

    - `lmul`: linear-complexity multiplication of operands truncated to `mantissa` bits (Luo
      and Sun, arXiv 2410.00907).
    - `pam`: the piecewise-affine product (Kosson and Jaggi, arXiv 2305.17190), whose mean
      error is removed by the factor `alpha`; 1.0 is the product of the paper.
    - `shift_add`: the weight is a sum of `terms` signed powers of two
      (`nn.powers_of_two`), and each term adds to the exponent.

    `zero` = `exact` gives zero where an operand is zero or denormal and where the
    result would be; `lift` raises both operands to at least 2^-62; `ignore` does neither
    and is correct only if no zero can occur. `overflow` = `infinity` gives infinity where
    the result is too large and treats infinite operands and NaN as IEEE 754 does; `ignore`
    is correct only if neither occurs. docs/Numerics.md defines all of them bit by bit.

    ```mlir
    #nn.multiplier<lmul, mantissa = 4, zero = lift>
    ```
  }];
  let parameters = (ins EnumParameter<MultiplierKind>:$kind,
                        DefaultValuedParameter<"int64_t", "23">:$mantissa,
                        OptionalParameter<"::mlir::FloatAttr">:$alpha,
                        DefaultValuedParameter<"int64_t", "1">:$terms,
                        DefaultValuedParameter<"::tacit::numerics::ZeroPolicy",
                                               "::tacit::numerics::ZeroPolicy::Exact">:$zero,
                        DefaultValuedParameter<
                            "::tacit::numerics::OverflowPolicy",
                            "::tacit::numerics::OverflowPolicy::Infinity">:$overflow);
  let assemblyFormat = [{
    `<` $kind (`,` struct($mantissa, $alpha, $terms, $zero, $overflow)^)? `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Returns alpha, or the value that makes the mean error of a product zero.
    float getAlphaValue() const;
  }];
}

def NN_TensorAttr : AttrDef<NN_Dialect, "Tensor"> {
  let mnemonic = "tensor";
  let summary = "one input or output of a model";
  let description = [{
    The `name` and `type` that an input or output has for the caller. If dimensions are
    free, `dims` has one string for each dimension: the name of the size, or an empty one if
    it has no name because it is fixed or computed. An input that indexes a table has the
    number of its entries as `index_bound`.

    ```mlir
    #nn.tensor<name = "tokens", type = tensor<1x?xi64>, dims = ["", "n"], index_bound = 65>
    ```
  }];
  let parameters = (ins "::mlir::StringAttr":$name, "::mlir::RankedTensorType":$type,
                        OptionalArrayRefParameter<"::mlir::StringAttr">:$dims,
                        DefaultValuedParameter<"int64_t", "0">:$index_bound);
  let assemblyFormat = [{
    `<` struct($name, $type, custom<Names>($dims), $index_bound) `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Returns the name of dimension `number`, or null if it has none.
    ::mlir::StringAttr getDimName(int64_t number) const;
  }];
}

def NN_InterfaceAttr : AttrDef<NN_Dialect, "Interface"> {
  let mnemonic = "interface";
  let summary = "the inputs and outputs of a model";
  let description = [{
    The inputs and outputs of a model in order, each an `#nn.tensor`, and in `dims` the
    names of its free dimensions. Each free dimension of an input has one of these names,
    and each name is that of an input's dimension, so that the inputs determine all of
    them; a free dimension of an output may be computed.

    ```mlir
    #nn.interface<inputs = [<name = "x", type = tensor<?x4xf32>, dims = ["n", ""]>],
                  outputs = [<name = "y", type = tensor<?x2xf32>, dims = ["n", ""]>],
                  dims = ["n"]>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"::tacit::nn::TensorAttr">:$inputs,
                        ArrayRefParameter<"::tacit::nn::TensorAttr">:$outputs,
                        OptionalArrayRefParameter<"::mlir::StringAttr">:$dims);
  let assemblyFormat = [{
    `<` struct(custom<Tensors>($inputs), custom<Tensors>($outputs), custom<Names>($dims)) `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Returns the index in `dims` of the name of dimension `dim` of `tensor`; nullopt if
    /// the dimension has no name or one that is not there.
    std::optional<unsigned> getDimNumber(::tacit::nn::TensorAttr tensor, int64_t dim) const;
  }];
}

#endif // TACIT_DIALECT_NN_IR_NNDIALECT_TD
