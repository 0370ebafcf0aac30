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

/// A trait of ours that has parameters in C++.
class NN_ParamTrait<string name, string params> : ParamNativeOpTrait<name, params> {
  let cppNamespace = "::tacit::nn";
}

/// Its results are constants, or their sizes are not those of the first operand: see
/// SizesOpInterface for what holds without it.
def NN_InfersSizes : DeclareOpInterfaceMethods<NN_SizesOpInterface, ["inferSizes"]>;
/// The same as NN_InfersSizes, for operations that occur in shape arithmetic.
def NN_InfersElements
    : DeclareOpInterfaceMethods<NN_SizesOpInterface, ["inferSizes", "inferElements"]>;

/// Its elements have a smaller range than their type.
def NN_InfersSpan : DeclareOpInterfaceMethods<NN_SpanOpInterface, ["inferSpan"]>;

/// Moves elements as `trace` and `keepsLast` state; the operation implements `methods`.
class NN_Moves<list<string> methods>
    : DeclareOpInterfaceMethods<NN_MovementOpInterface, methods>;

/// Computes element by element; `methods` lists what it evaluates besides real numbers:
/// "evaluateInteger" to fold on integers, "evaluateSize" to occur in shape arithmetic.
class NN_Computes<list<string> methods = []>
    : DeclareOpInterfaceMethods<NN_ElementwiseOpInterface,
                                !listconcat(["evaluateReal"], methods)>;

/// Is counted and named as a site that is, for a model, what the case `role` of SiteRole
/// says.
class NN_Site<string role>
    : TraitList<[NN_SiteOpInterface,
                 NN_ParamTrait<"HasSiteRole", "::tacit::nn::SiteRole::" # role>]>;

/// The operands have these `roles`, cases of OperandRole, in their order.
class NN_Operands<list<string> roles>
    : TraitList<[NN_OperandRolesOpInterface,
                 NN_ParamTrait<"HasOperandRoles",
                               !interleave(!foreach(role, roles,
                                                    "::tacit::nn::OperandRole::" # role),
                                           ", ")>]>;

/// Folds on floats too.
def NN_CorrectlyRounded : NativeOpTrait<"CorrectlyRounded"> {
  let cppNamespace = "::tacit::nn";
}

class NN_Op<string mnemonic, list<Trait> traits = []>
    : Op<NN_Dialect, mnemonic, !listconcat([Pure, NN_SizesOpInterface], traits)>;

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

/// The folder of every elementwise operation.
class NN_ElementwiseFolder {
  code definition = [{
    ::mlir::OpFoldResult $cppClass::fold(FoldAdaptor adaptor) {
      return detail::foldElementwise(*this, adaptor.getOperands());
    }
  }];
}
def NN_FoldElementwise : NN_ElementwiseFolder;

/// One operand. `methods` and `traits`: see NN_Computes.
class NN_UnaryOp<string mnemonic, string what, list<string> methods = [],
                 list<Trait> traits = []>
    : NN_Op<mnemonic, !listconcat([Elementwise, SameOperandsAndResultType,
                                   NN_Computes<methods>], traits)> {
  let summary = what;
  let description = "Elementwise; the result has the type of the input.";
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
  let hasFolder = 1;
  let extraClassDefinition = NN_FoldElementwise.definition;
}

class NN_FloatUnaryOp<string mnemonic, string what, list<string> methods = [],
                      list<Trait> traits = []>
    : NN_UnaryOp<mnemonic, what, methods, traits> {
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
}

/// Two operands of one element type, broadcast against each other. `methods` and
/// `traits`: see NN_Computes.
class NN_BinaryOp<string mnemonic, string what, list<string> methods = [],
                  list<Trait> traits = []>
    : NN_InferredOp<mnemonic, !listconcat([NN_Computes<methods>], traits)> {
  let summary = what;
  let description = [{
    Elementwise with NumPy broadcasting: shapes are aligned at their last
    dimension, and a dimension of 1 is repeated.
  }];
  let arguments = (ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs);
  let results = (outs AnyRankedTensor:$result);
  let hasFolder = 1;
  let extraClassDefinition = NN_FoldElementwise.definition # [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location> loc,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr, ::mlir::OpaqueProperties,
        ::mlir::RegionRange, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return detail::inferBinaryType(loc, operands, types);
    }
  }];
}

#endif // TACIT_DIALECT_NN_IR_NNOPBASE_TD
