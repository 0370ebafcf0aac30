//===- NNOpBase.td - Base classes of the operations --------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNOPBASE_TD
#define TACIT_DIALECT_NN_IR_NNOPBASE_TD

include "tacit/Dialect/NN/IR/NNDialect.td"
include "tacit/Dialect/NN/IR/NNInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class NN_Op<string mnemonic, list<Trait> traits = []>
    : Op<NN_Dialect, mnemonic, !listconcat([Pure], traits)>;

/// An operation whose result type follows from its operands and attributes.
/// The stated type may be a refinement of the inferred one, or the reverse: only
/// two dimensions that are both known and differ are an error.
class NN_InferredOp<string mnemonic, list<Trait> traits = []>
    : NN_Op<mnemonic, !listconcat(traits, [DeclareOpInterfaceMethods<
          InferTypeOpInterface>])> {
  let extraClassDeclaration = [{
    static bool isCompatibleReturnTypes(::mlir::TypeRange lhs, ::mlir::TypeRange rhs) {
      return areCompatibleShapes(lhs, rhs);
    }
  }];
  let assemblyFormat = [{
    operands attr-dict `:` functional-type(operands, results)
  }];
}

class NN_UnaryOp<string mnemonic, string what, list<Trait> traits = []>
    : NN_Op<mnemonic, !listconcat([Elementwise, SameOperandsAndResultType], traits)> {
  let summary = what;
  let description = "Elementwise; the result has the type of the input.";
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
  let hasFolder = 1;
}

class NN_FloatUnaryOp<string mnemonic, string what, list<Trait> traits = []>
    : NN_UnaryOp<mnemonic, what, traits> {
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
}

/// Two operands of one element type, broadcast against each other.
class NN_BinaryOp<string mnemonic, string what>
    : NN_InferredOp<mnemonic> {
  let summary = what;
  let description = [{
    Elementwise with NumPy broadcasting: shapes are aligned at their last
    dimension, and a dimension of 1 is repeated.
  }];
  let arguments = (ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs);
  let results = (outs AnyRankedTensor:$result);
  let hasFolder = 1;
}

#endif // TACIT_DIALECT_NN_IR_NNOPBASE_TD
