//===- NNInterfaces.td - What operations say of themselves --*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNINTERFACES_TD
#define TACIT_DIALECT_NN_IR_NNINTERFACES_TD

include "mlir/IR/OpBase.td"

//===----------------------------------------------------------------------===//
// Roles in a model
//===----------------------------------------------------------------------===//

def NN_SiteOpInterface : OpInterface<"SiteOpInterface"> {
  let cppNamespace = "::tacit::nn";
  let description = [{
    A whole operation of a model that reports count, and that transformations are asked
    for: a normalisation, an activation, an attention, a matrix product.
  }];
  let methods = [
    StaticInterfaceMethod<"What kind of site it is: the mnemonic of the operation.",
      "::llvm::StringRef", "getSiteKind", (ins), "",
      [{ return ::tacit::nn::detail::mnemonicOf(ConcreteOp::getOperationName()); }]>
  ];
}

def NN_MultiplierOpInterface : OpInterface<"MultiplierOpInterface"> {
  let cppNamespace = "::tacit::nn";
  let description = [{
    Products of matrices, and how each of them is computed. No attribute means exactly.
    The verifier holds for every such operation: other products are defined on f32.
  }];
  let methods = [
    InterfaceMethod<"How products are computed; null for exactly.",
      "::tacit::nn::MultiplierAttr", "getMultiplierAttr">,
    InterfaceMethod<"Says how products are computed.",
      "void", "setMultiplierAttr", (ins "::tacit::nn::MultiplierAttr":$multiplier)>,
    InterfaceMethod<"Makes products exact again.",
      "::mlir::Attribute", "removeMultiplierAttr">
  ];
  let verify = [{ return ::tacit::nn::detail::verifyMultiplier($_op); }];
}

#endif // TACIT_DIALECT_NN_IR_NNINTERFACES_TD
