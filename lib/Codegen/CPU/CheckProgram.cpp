//===- CheckProgram.cpp - Checks that the CPU can run a program -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"
#include "mlir/IR/BuiltinOps.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Dialect/CPU/IR/CPU.h"
#include "tacit/Dialect/NN/Analysis/Dims.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Elements.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_CHECKPROGRAM
#include "tacit/Codegen/CPU/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using namespace tacit;

/// Whether an index fits a free dimension is checked at run time.
static bool isStored(RankedTensorType type) {
  if (byteWidth(type.getElementType()) == 0)
    return false;
  return !type.hasStaticShape() ||
         byteSize(type).value_or(kMaxTensorBytes + 1) <= kMaxTensorBytes;
}

/// Floats of 16 bits are for storage only: arithmetic on them would become calls of a
/// library that is not shipped with a model. Smaller floats are not even stored.
static bool isNarrowFloat(Type element) {
  auto type = dyn_cast<FloatType>(element);
  return type && type.getWidth() < 32;
}

static bool isStorage(Type element) { return element.isF16() || element.isBF16(); }

/// Returns true for operations that move numbers without looking at them.
static bool isMovement(Operation *op) {
  return isa<nn::ConstantOp, nn::CastOp, nn::GatherOp, nn::GatherElementsOp, nn::SliceOp,
             nn::DynamicSliceOp, nn::ConcatOp, nn::ReshapeOp, nn::DynamicReshapeOp,
             nn::TransposeOp, nn::ExpandOp, nn::DynamicExpandOp, nn::PadOp, nn::ShapeOfOp,
             nn::AssertRangeOp>(op);
}

/// Returns the type with every dimension filled in that `dims` knows.
static RankedTensorType knownType(Value value, nn::Dims &dims) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape;
  for (nn::SizeExpr size : dims.sizesOf(value))
    shape.push_back(dims.table().asConstant(size).value_or(ShapedType::kDynamic));
  return type.clone(shape);
}

namespace {
struct CheckProgram
    : tacit::cpu::ModelPass<tacit::cpu::impl::CheckProgramBase<CheckProgram>> {
  using ModelPass::ModelPass;

  LogicalResult runOnModel(func::FuncOp main) override {
    // A single message is reported if --from named the wrong phase.
    for (Operation &op : main.getBody().front())
      if (!isa_and_present<nn::NNDialect>(op.getDialect()) && !isa<func::ReturnOp>(op))
        return op.emitOpError() << "is not an operation of the nn dialect; expected a "
                                   "program as the phase 'raise' leaves it";
    auto &dims = getChildAnalysis<nn::Dims>(main);
    bool ok = checkInputs(main);
    ok &= checkOperations(main, dims);
    nn::InterfaceAttr interface = ok ? describe(main, dims) : nn::InterfaceAttr();
    if (!interface)
      return failure();
    getOperation()->setAttr(nn::kInterfaceAttr, interface);
    if (!interface.getDims().empty())
      getOperation()->setAttr(tacit::cpu::kOutputSizesAttr, describeSizes(main, dims));
    // Nothing that is asked about a program follows from its interface.
    markAllAnalysesPreserved();
    return success();
  }

  bool checkInputs(func::FuncOp main) {
    bool ok = true;
    for (BlockArgument argument : main.getArguments()) {
      unsigned i = argument.getArgNumber();
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      auto name = main.getArgAttrOfType<StringAttr>(i, nn::kNameAttr);
      if (!type || !name) {
        main.emitError() << "argument " << i << " has type " << argument.getType()
                         << "; expected a tensor with an '" << nn::kNameAttr
                         << "' attribute";
        ok = false;
        continue;
      }
      if (!isStored(type)) {
        main.emitError() << "input '" << name.getValue() << "' is " << type
                         << ", which the CPU cannot store";
        ok = false;
      }
    }
    return ok;
  }

  /// Checks the element types and shapes of every value. A dimension that does not follow
  /// from the dimensions of the inputs is reported once, at the operation that introduces
  /// it.
  bool checkOperations(func::FuncOp main, nn::Dims &dims) {
    bool ok = true;
    main.walk([&](Operation *op) {
      for (Value result : op->getResults()) {
        auto type = dyn_cast<RankedTensorType>(result.getType());
        Type element = type ? type.getElementType() : Type();
        if (!type || !isStored(type) || (isNarrowFloat(element) && !isStorage(element))) {
          op->emitOpError() << "gives " << result.getType()
                            << ", which the CPU cannot store";
          ok = false;
        }
      }
      ok &= checkArithmetic(op);
      ok &= checkShiftAdd(op);
    });
    for (const nn::SizeProblem &problem : dims.problems()) {
      (problem.op ? problem.op : main.getOperation())->emitOpError() << problem.text;
      ok = false;
    }
    return ok;
  }

  static bool checkArithmetic(Operation *op) {
    if (!isa_and_present<nn::NNDialect>(op->getDialect()) || isMovement(op))
      return true;
    for (Type type : op->getOperandTypes())
      if (isStorage(getElementTypeOrSelf(type))) {
        op->emitOpError()
            << "computes on " << type
            << ", which the CPU can only store; convert it to f32 with nn.cast first";
        return false;
      }
    return true;
  }

  /// Multiplier and weight are set together, but somebody may have edited one of them.
  static bool checkShiftAdd(Operation *op) {
    auto linear = dyn_cast<nn::LinearOp>(op);
    nn::MultiplierAttr multiplier = linear ? linear.getMultiplierAttr() : nullptr;
    if (!multiplier || multiplier.getKind() != nn::MultiplierKind::ShiftAdd)
      return true;
    auto powers = linear.getWeight().getDefiningOp<nn::PowersOfTwoOp>();
    int64_t found =
        powers ? cast<ShapedType>(powers.getCodes().getType()).getDimSize(0) : 0;
    if (found == multiplier.getTerms())
      return true;
    InFlightDiagnostic error = op->emitOpError() << "multiplies by shift_add a weight ";
    if (powers)
      error << "of " << found << " powers of two; expected " << multiplier.getTerms()
            << ", as its multiplier says";
    else
      error << "that is not the result of nn.powers_of_two";
    error.attachNote() << "nn-set-multiplier{kind=shift_add} creates both";
    return false;
  }

  /// Returns null after reporting an error if a name cannot be that of an input, output or
  /// dimension.
  nn::InterfaceAttr describe(func::FuncOp main, nn::Dims &dims) {
    Builder b(&getContext());
    auto emitError = [&] { return main.emitError(); };
    bool ok = true;
    auto describeValue = [&](StringAttr name, Value value, int64_t bound) {
      auto type = knownType(value, dims);
      SmallVector<StringAttr> names;
      if (!type.hasStaticShape())
        names = dimNames(b, value, dims);
      auto tensor = nn::TensorAttr::getChecked(emitError, &getContext(), name, type,
                                               ArrayRef(names), bound);
      ok &= static_cast<bool>(tensor);
      return tensor;
    };
    SmallVector<nn::TensorAttr> inputs, outputs;
    for (BlockArgument argument : main.getArguments())
      inputs.push_back(describeValue(
          main.getArgAttrOfType<StringAttr>(argument.getArgNumber(), nn::kNameAttr),
          argument, nn::indexBound(argument)));
    for (auto [i, value] :
         llvm::enumerate(main.getBody().front().getTerminator()->getOperands())) {
      auto name = main.getResultAttrOfType<StringAttr>(i, nn::kNameAttr);
      if (!name)
        name = b.getStringAttr("output_" + Twine(i));
      outputs.push_back(describeValue(name, value, /*bound=*/0));
    }
    SmallVector<StringAttr> free;
    for (const nn::FreeDim &dim : nn::freeDims(main))
      free.push_back(b.getStringAttr(dim.name));
    return ok ? nn::InterfaceAttr::getChecked(emitError, &getContext(), ArrayRef(inputs),
                                              ArrayRef(outputs), ArrayRef(free))
              : nn::InterfaceAttr();
  }

  /// Returns how every dimension of every output follows from those of the inputs, for the
  /// header of a library; "" for a known one.
  ArrayAttr describeSizes(func::FuncOp main, nn::Dims &dims) {
    SmallVector<Attribute> sizes;
    Builder b(&getContext());
    for (Value value : main.getBody().front().getTerminator()->getOperands())
      for (auto [dim, size] :
           llvm::zip(knownType(value, dims).getShape(), dims.sizesOf(value)))
        sizes.push_back(b.getStringAttr(
            ShapedType::isDynamic(dim) ? dims.table().print(size) : std::string()));
    return b.getArrayAttr(sizes);
  }

  /// Returns the name of each dimension that is a dimension of an input, and "" for the
  /// others. The dimensions of an input keep their own names.
  static SmallVector<StringAttr> dimNames(Builder &b, Value value, nn::Dims &dims) {
    SmallVector<StringAttr> names;
    auto argument = dyn_cast<BlockArgument>(value);
    auto type = cast<RankedTensorType>(value.getType());
    for (auto [i, size] : llvm::enumerate(dims.sizesOf(value))) {
      std::string name = dims.table().asSymbol(size).str();
      if (argument && type.isDynamicDim(i))
        name = nn::freeDimName(cast<func::FuncOp>(argument.getOwner()->getParentOp()),
                               argument.getArgNumber(), i);
      names.push_back(b.getStringAttr(name));
    }
    return names;
  }
};
} // namespace
