//===- Model.h - The function of the model ----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CODEGEN_CPU_MODEL_H
#define TACIT_LIB_CODEGEN_CPU_MODEL_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace tacit::cpu {

/// Returns the function @main. Reports an error and returns null if there is none with one
/// block.
inline mlir::func::FuncOp findModel(mlir::ModuleOp module) {
  auto main = module.lookupSymbol<mlir::func::FuncOp>("main");
  if (main && !main.isExternal() && main.getBody().hasOneBlock())
    return main;
  module.emitError() << "expected a function @main with one block: the model";
  return nullptr;
}

/// A pass over the model, where `PassBase` is what TableGen made of its definition.
/// Without a model it fails.
template <typename PassBase>
class ModelPass : public PassBase {
public:
  using PassBase::PassBase;

  void runOnOperation() final {
    mlir::func::FuncOp main = findModel(this->getOperation());
    if (!main || mlir::failed(runOnModel(main)))
      this->signalPassFailure();
  }

protected:
  virtual mlir::LogicalResult runOnModel(mlir::func::FuncOp main) = 0;
};

} // namespace tacit::cpu

#endif // TACIT_LIB_CODEGEN_CPU_MODEL_H
