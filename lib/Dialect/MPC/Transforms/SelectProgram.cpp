//===- SelectProgram.cpp - One of the programs of parties and dealer ------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/MPC/Transforms/Passes.h"
#include "tacit/Dialect/NN/IR/NN.h"

namespace tacit::mpc {
#define GEN_PASS_DEF_SELECTPROGRAM
#include "tacit/Dialect/MPC/Transforms/Passes.h.inc"
} // namespace tacit::mpc

using namespace mlir;
using namespace tacit;

namespace {
struct SelectProgram : tacit::mpc::impl::SelectProgramBase<SelectProgram> {
  using SelectProgramBase::SelectProgramBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto chosen = module.lookupSymbol<func::FuncOp>(name);
    if (!chosen) {
      module.emitError() << "has no function @" << name.getValue()
                         << "; expected the programs that convert-mpc-to-parties writes";
      return signalPassFailure();
    }
    for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
      if (&op != chosen)
        op.erase();
    chosen.setName("main");
    module->setAttr(nn::kInterfaceAttr, describe(chosen));
  }

  /// Tensors without a name are numbered.
  static nn::InterfaceAttr describe(func::FuncOp main) {
    MLIRContext *context = main.getContext();
    auto tensorOf = [&](StringAttr name, Type type, const Twine &number,
                        IntegerAttr bound = {}) {
      if (!name)
        name = StringAttr::get(context, number);
      return nn::TensorAttr::get(context, name, cast<RankedTensorType>(type), /*dims=*/{},
                                 bound ? bound.getInt() : 0);
    };
    SmallVector<nn::TensorAttr> inputs, outputs;
    for (auto [i, type] : llvm::enumerate(main.getArgumentTypes()))
      inputs.push_back(tensorOf(
          main.getArgAttrOfType<StringAttr>(i, nn::kNameAttr), type, "argument" + Twine(i),
          main.getArgAttrOfType<IntegerAttr>(i, mpc::kIndexBoundAttr)));
    for (auto [i, type] : llvm::enumerate(main.getResultTypes()))
      outputs.push_back(tensorOf(main.getResultAttrOfType<StringAttr>(i, nn::kNameAttr),
                                 type, "result" + Twine(i)));
    return nn::InterfaceAttr::get(context, inputs, outputs, /*dims=*/{});
  }
};
} // namespace
