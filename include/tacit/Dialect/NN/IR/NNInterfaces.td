//===- NNInterfaces.td - Interfaces of the nn operations ---*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNINTERFACES_TD
#define TACIT_DIALECT_NN_IR_NNINTERFACES_TD

include "mlir/IR/OpBase.td"

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

def NN_SizesOpInterface : OpInterface<"SizesOpInterface"> {
  let cppNamespace = "::tacit::nn";
  let description = [{
    The sizes of an operation's results as functions of the sizes of its operands; and for
    shape arithmetic, the elements of its result. Every operation of the dialect has this
    interface.
  }];
  let methods = [
    InterfaceMethod<[{
        Returns the size of each dimension of result number `result`. Requirements on the
        operands are passed to `inference`. By default an elementwise operation broadcasts
        its operands, and any other has the shape of its first operand.
      }],
      "::tacit::nn::SizeList", "inferSizes",
      (ins "::tacit::nn::SizeInference &":$inference, "unsigned":$result), "",
      [{ return ::tacit::nn::detail::inferDefaultSizes(inference, $_op, result); }]>,
    InterfaceMethod<[{
        Returns the elements of the only result, a small tensor of whole numbers, in
        row-major order, if they follow from sizes.
      }],
      "std::optional<::tacit::nn::SizeList>", "inferElements",
      (ins "::tacit::nn::SizeInference &":$inference), "",
      [{ return ::tacit::nn::detail::inferDefaultElements(inference, $_op); }]>
  ];
}

def NN_SpanOpInterface : OpInterface<"SpanOpInterface"> {
  let cppNamespace = "::tacit::nn";
  let description = [{
    An operation whose results have a smaller range than their element type. A lookup whose
    indices are in range by this needs no check at run time.
  }];
  let methods = [
    InterfaceMethod<[{
        Returns the range of all elements of result number `result`. An end that is not
        known is null. The caller rules out that a result wraps around.
      }],
      "::tacit::nn::SizeSpan", "inferSpan",
      (ins "::tacit::nn::SizeInference &":$inference, "unsigned":$result)>
  ];
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

def NN_ElementwiseOpInterface : OpInterface<"ElementwiseOpInterface"> {
  let cppNamespace = "::tacit::nn";
  let description = [{
    An operation of one result, each element of which follows from one element of each
    operand; operands broadcast as in NumPy. The methods define that element once in each
    arithmetic: the code that is generated, numbers for folding and matchers, sizes for
    shape arithmetic. The reference has definitions of its own.
  }];
  let methods = [
    InterfaceMethod<[{
        Emits the operation on scalars, in operations of `arith` and `math`. Integers are
        signless and truth values i8 of 0 or 1, as in ConvertNNToLinalg; the types of the
        operands determine the signedness of integers. Products and sums stay separate
        operations unless the definition fuses them.
      }],
      "::mlir::Value", "buildScalar",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::ValueRange":$arguments)>,
    InterfaceMethod<[{
        Returns the result for real numbers, in double precision; nullopt if the operation
        is not defined on floats, or depends on their format.
      }],
      "std::optional<double>", "evaluateReal",
      (ins "::llvm::ArrayRef<double>":$arguments), "", [{ return std::nullopt; }]>,
    InterfaceMethod<[{
        Returns the result for integers of 64 bits, before it wraps around to the element
        type; nullopt if there is none, so that nothing is folded.
      }],
      "std::optional<int64_t>", "evaluateInteger",
      (ins "::llvm::ArrayRef<int64_t>":$arguments), "", [{ return std::nullopt; }]>,
    InterfaceMethod<[{
        Returns the result for whole numbers that follow from sizes; null if it is not known
        to be a whole number.
      }],
      "::tacit::nn::SizeExpr", "evaluateSize",
      (ins "::tacit::nn::SizeTable &":$table,
           "::llvm::ArrayRef<::tacit::nn::SizeExpr>":$arguments), "", [{ return {}; }]>
  ];
}

def NN_MovementOpInterface : OpInterface<"MovementOpInterface"> {
  let cppNamespace = "::tacit::nn";
  let description = [{
    An operation each element of whose result is an element of an operand: it reorders,
    repeats, picks or joins, and computes nothing.
  }];
  let methods = [
    InterfaceMethod<[{
        Returns the operand that all elements come from; null if there are several.
      }],
      "::mlir::Value", "getMovedOperand", (ins), "", [{ return $_op->getOperand(0); }]>,
    InterfaceMethod<[{
        Returns where the elements of the dimensions `range` of the result come from;
        nullopt if the other dimensions do not stay as they are, or if this is not known.
      }],
      "std::optional<::tacit::nn::Movement>", "trace",
      (ins "::tacit::nn::DimRange":$range), "", [{ return std::nullopt; }]>,
    InterfaceMethod<[{
        Returns true if the last `rank` dimensions of the first operand stay as they are,
        whatever happens to the others.
      }],
      "bool", "keepsLast", (ins "unsigned":$rank), "", [{ return false; }]>,
    InterfaceMethod<[{
        Returns true if the result contains every element of the operands.
      }],
      "bool", "keepsAll", (ins), "", [{ return true; }]>,
    InterfaceMethod<[{
        Makes one movement of this one and what it reads, or leaves out operands of no
        elements: in place, and without a look at constants. True if something changed.
        It is called by canonicalization and by code that builds operations one by one.
      }],
      "bool", "compose", (ins), "", [{ return false; }]>
  ];
}

//===----------------------------------------------------------------------===//
// Roles of operands
//===----------------------------------------------------------------------===//

def NN_OperandRolesOpInterface : OpInterface<"OperandRolesOpInterface"> {
  let cppNamespace = "::tacit::nn";
  let description = [{
    An operation some operands of which are not data: they steer it, or belong to it.
    All operands of an operation that does not have this interface are data.
  }];
  let methods = [
    InterfaceMethod<"What the operation does with operand number `number`.",
      "::tacit::nn::OperandRole", "getOperandRole", (ins "unsigned":$number)>
  ];
}

//===----------------------------------------------------------------------===//
// Roles in a model
//===----------------------------------------------------------------------===//

def NN_SiteOpInterface : OpInterface<"SiteOpInterface"> {
  let cppNamespace = "::tacit::nn";
  let description = [{
    A whole operation of a model that reports count, and to which transformations apply: a
    normalisation, an activation, an attention, a matrix product.
  }];
  let methods = [
    StaticInterfaceMethod<"Returns the kind of site: the mnemonic of the operation.",
      "::llvm::StringRef", "getSiteKind", (ins), "",
      [{ return ::tacit::nn::detail::mnemonicOf(ConcreteOp::getOperationName()); }]>,
    StaticInterfaceMethod<"What a site of this kind is for; its name is made of that.",
      "::tacit::nn::SiteRole", "getSiteRole", (ins), [{ return ConcreteOp::siteRole; }]>
  ];
}

def NN_MultiplierOpInterface : OpInterface<"MultiplierOpInterface"> {
  let cppNamespace = "::tacit::nn";
  let description = [{
    Products of matrices, and how each of them is computed. Without the attribute they are
    exact. The verifier applies to every such operation: other products are defined on f32.
  }];
  let methods = [
    InterfaceMethod<"Returns how products are computed; null if they are exact.",
      "::tacit::nn::MultiplierAttr", "getMultiplierAttr">,
    InterfaceMethod<"Sets how products are computed.",
      "void", "setMultiplierAttr", (ins "::tacit::nn::MultiplierAttr":$multiplier)>,
    InterfaceMethod<"Makes products exact again.",
      "::mlir::Attribute", "removeMultiplierAttr">
  ];
  let verify = [{ return ::tacit::nn::detail::verifyMultiplier($_op); }];
}

#endif // TACIT_DIALECT_NN_IR_NNINTERFACES_TD
