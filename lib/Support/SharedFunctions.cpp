//===- SharedFunctions.cpp - One function for equal code ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/SharedFunctions.h"

using namespace mlir;
using namespace tacit;

static llvm::hash_code hash(func::FuncOp function) {
  llvm::hash_code code = llvm::hash_value(function.getFunctionType().getAsOpaquePointer());
  function.getBody().walk([&](Operation *op) {
    code = llvm::hash_combine(
        code, OperationEquivalence::computeHash(op, OperationEquivalence::ignoreHashValue,
                                                OperationEquivalence::ignoreHashValue,
                                                OperationEquivalence::IgnoreLocations));
  });
  return code;
}

static bool isSame(func::FuncOp a, func::FuncOp b) {
  return a.getFunctionType() == b.getFunctionType() &&
         OperationEquivalence::isRegionEquivalentTo(&a.getBody(), &b.getBody(),
                                                    OperationEquivalence::IgnoreLocations);
}

func::FuncOp SharedFunctions::find(func::FuncOp made) {
  SmallVector<func::FuncOp> &alike = byHash[hash(made)];
  for (func::FuncOp other : alike) {
    if (!isSame(made, other))
      continue;
    made.erase();
    return other;
  }
  made.setSymName((prefix + Twine(count++)).str());
  symbols.insert(made);
  alike.push_back(made);
  return made;
}
