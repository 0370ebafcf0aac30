//===- BindDimensions.cpp - Free dimensions become arguments --------------===//
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
struct BindDimensions : tacit::cpu::impl::BindDimensionsBase<BindDimensions> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    func::FuncOp main = tacit::cpu::findModel(module);
    if (!main)
      return signalPassFailure();
    if (llvm::none_of(main.getArgumentTypes(), isFree))
      return;
    auto names = readNames(main);
    if (failed(names) || failed(bind(main, *names)))
      return signalPassFailure();
    // Sizes that are asked for in many places become one.
    SmallVector<memref::DimOp> questions;
    main.walk([&](memref::DimOp op) { questions.push_back(op); });
    for (memref::DimOp op : questions)
      answer(op);
    IRRewriter rewriter(&getContext());
    DominanceInfo dominance(main);
    eliminateCommonSubExpressions(rewriter, dominance, main);
  }

  /// What the interface calls the free dimensions, by number.
  FailureOr<llvm::StringMap<unsigned>> readNames(func::FuncOp main) {
    auto interface = getOperation()->getAttrOfType<DictionaryAttr>(nn::kInterfaceAttr);
    auto dims = interface ? interface.getAs<ArrayAttr>("dims") : ArrayAttr();
    llvm::StringMap<unsigned> names;
    for (Attribute name : dims ? dims.getValue() : ArrayRef<Attribute>())
      if (auto text = dyn_cast<StringAttr>(name))
        names.try_emplace(text.getValue(), names.size());
    if (dims && !names.empty() && names.size() == dims.size())
      return names;
    return main.emitError() << "has free dimensions; expected '" << nn::kInterfaceAttr
                            << "' with a list 'dims' of their names";
  }

  /// Sizes become the last arguments, inputs plain pointers.
  LogicalResult bind(func::FuncOp main, const llvm::StringMap<unsigned> &names) {
    Type index = IndexType::get(&getContext());
    unsigned first = main.getNumArguments();
    for (unsigned i = 0; i < names.size(); ++i)
      if (failed(main.insertArgument(first + i, index, {}, main.getLoc())))
        return failure();
    OpBuilder b = OpBuilder::atBlockBegin(&main.getBody().front());
    for (BlockArgument argument : main.getArguments().take_front(first)) {
      if (!isFree(argument.getType()))
        continue;
      auto sizes = sizesOf(main, argument, first, names);
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

  /// The sizes of an input, from the arguments that begin with number `first`.
  FailureOr<SmallVector<OpFoldResult>> sizesOf(func::FuncOp main, BlockArgument argument,
                                               unsigned first,
                                               const llvm::StringMap<unsigned> &names) {
    // The weights come before the inputs.
    unsigned input = argument.getArgNumber() - 1;
    auto interface = getOperation()->getAttrOfType<DictionaryAttr>(nn::kInterfaceAttr);
    auto inputs = interface.getAs<ArrayAttr>("inputs");
    auto entry = inputs && argument.getArgNumber() > 0 && input < inputs.size()
                     ? dyn_cast<DictionaryAttr>(inputs[input])
                     : DictionaryAttr();
    auto dims = entry ? entry.getAs<ArrayAttr>("dims") : ArrayAttr();
    auto type = cast<MemRefType>(argument.getType());
    SmallVector<OpFoldResult> sizes;
    for (auto [d, size] : llvm::enumerate(type.getShape())) {
      auto text = dims && d < dims.size() ? dyn_cast<StringAttr>(dims[d]) : StringAttr();
      auto name = text ? names.find(text.getValue()) : names.end();
      if (!ShapedType::isDynamic(size))
        sizes.push_back(IntegerAttr::get(IndexType::get(&getContext()), size));
      else if (name != names.end())
        sizes.push_back(main.getArgument(first + name->second));
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
