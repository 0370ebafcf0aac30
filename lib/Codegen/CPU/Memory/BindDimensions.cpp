//===- BindDimensions.cpp - Turns free dimensions into arguments ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory/SizeArithmetic.h"
#include "Model.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "tacit/Codegen/CPU/Passes.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_BINDDIMENSIONS
#include "tacit/Codegen/CPU/Memory/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using namespace tacit;

static bool isFree(Type type) {
  auto buffer = dyn_cast<MemRefType>(type);
  return buffer && !buffer.hasStaticShape();
}

namespace {
struct BindDimensions
    : tacit::cpu::ModelPass<tacit::cpu::impl::BindDimensionsBase<BindDimensions>> {
  using ModelPass::ModelPass;

  LogicalResult runOnModel(func::FuncOp main) override {
    if (llvm::none_of(main.getArgumentTypes(), isFree)) {
      markAllAnalysesPreserved();
      return success();
    }
    auto interface = getOperation()->getAttrOfType<nn::InterfaceAttr>(nn::kInterfaceAttr);
    if (!interface || interface.getDims().empty())
      return main.emitError() << "has free dimensions; expected '" << nn::kInterfaceAttr
                              << "' with a list 'dims' of their names";
    if (failed(bind(main, interface)))
      return failure();
    // Equal sizes that are used in several places become one value.
    SmallVector<memref::DimOp> questions;
    main.walk([&](memref::DimOp op) { questions.push_back(op); });
    for (memref::DimOp op : questions)
      answer(op);
    IRRewriter rewriter(&getContext());
    DominanceInfo dominance(main);
    eliminateCommonSubExpressions(rewriter, dominance, main);
    return success();
  }

  /// The sizes become the last arguments, and inputs become plain pointers.
  LogicalResult bind(func::FuncOp main, nn::InterfaceAttr interface) {
    Type index = IndexType::get(&getContext());
    unsigned first = main.getNumArguments();
    for (unsigned i = 0; i < interface.getDims().size(); ++i)
      if (failed(main.insertArgument(first + i, index, {}, main.getLoc())))
        return failure();
    OpBuilder b = OpBuilder::atBlockBegin(&main.getBody().front());
    for (BlockArgument argument : main.getArguments().take_front(first)) {
      if (!isFree(argument.getType()))
        continue;
      auto sizes = sizesOf(main, argument, first, interface);
      if (failed(sizes))
        return failure();
      auto type = cast<MemRefType>(argument.getType());
      argument.setType(MemRefType::get({1}, type.getElementType()));
      Value shaped = tacit::cpu::castToShape(b, argument.getLoc(), argument, type, *sizes);
      argument.replaceAllUsesExcept(shaped, shaped.getDefiningOp());
      main.removeArgAttr(argument.getArgNumber(), nn::kDimsAttr);
      ++numInputs;
    }
    main.setType(FunctionType::get(&getContext(), main.getBody().getArgumentTypes(),
                                   main.getResultTypes()));
    return success();
  }

  /// Returns the sizes of an input, from the arguments that begin with number `first`.
  FailureOr<SmallVector<OpFoldResult>> sizesOf(func::FuncOp main, BlockArgument argument,
                                               unsigned first,
                                               nn::InterfaceAttr interface) {
    auto type = cast<MemRefType>(argument.getType());
    // The weights come before the inputs.
    unsigned input = argument.getArgNumber() - 1;
    auto inputs = interface.getInputs();
    auto tensor = argument.getArgNumber() > 0 && input < inputs.size() &&
                          inputs[input].getType().getRank() == type.getRank()
                      ? inputs[input]
                      : nn::TensorAttr();
    SmallVector<OpFoldResult> sizes;
    for (auto [d, size] : llvm::enumerate(type.getShape())) {
      auto number = tensor ? interface.getDimNumber(tensor, d) : std::nullopt;
      if (!ShapedType::isDynamic(size))
        sizes.push_back(IntegerAttr::get(IndexType::get(&getContext()), size));
      else if (number)
        sizes.push_back(main.getArgument(first + *number));
      else
        return main.emitError()
               << "dimension " << d << " of argument " << argument.getArgNumber()
               << " is free; expected '" << nn::kInterfaceAttr << "' to name it";
    }
    return sizes;
  }

  static void answer(memref::DimOp op) {
    auto index = op.getConstantIndex();
    if (!index || *index >= cast<MemRefType>(op.getSource().getType()).getRank())
      return;
    OpBuilder b(op);
    OpFoldResult size = tacit::cpu::sizeOfBuffer(b, op.getLoc(), op.getSource(), *index);
    Value value = getValueOrCreateConstantIndexOp(b, op.getLoc(), size);
    if (value == op.getResult() || value.getDefiningOp<memref::DimOp>())
      return;
    op.replaceAllUsesWith(value);
    op.erase();
  }
};
} // namespace
