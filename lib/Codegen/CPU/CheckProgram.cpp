//===- CheckProgram.cpp - May the CPU run this program? -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Elements.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_CHECKPROGRAM
#include "tacit/Codegen/CPU/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using namespace tacit;

/// n if `argument` indexes a dimension of size n, the smallest one of several; 0
/// if it is no index. Looks through reshapes and casts of integers.
static int64_t indexBound(Value argument) {
  int64_t bound = 0;
  // A list and no recursion: chains can be as long as a file.
  SmallVector<Value> values{argument};
  while (!values.empty()) {
    for (OpOperand &use : values.pop_back_val().getUses()) {
      if (isa<nn::ReshapeOp, nn::CastOp>(use.getOwner()) &&
          isa<IntegerType>(getElementTypeOrSelf(use.get()))) {
        values.push_back(use.getOwner()->getResult(0));
        continue;
      }
      auto gather = dyn_cast<nn::GatherOp>(use.getOwner());
      if (!gather || gather.getIndices() != use.get())
        continue;
      int64_t size =
          cast<RankedTensorType>(gather.getData().getType()).getDimSize(gather.getAxis());
      if (size > 0 && (bound == 0 || size < bound))
        bound = size;
    }
  }
  return bound;
}

/// Free dimensions are another matter.
static bool isStored(RankedTensorType type) {
  if (byteWidth(type.getElementType()) == 0)
    return false;
  return !type.hasStaticShape() ||
         byteSize(type).value_or(nn::kMaxTensorBytes + 1) <= nn::kMaxTensorBytes;
}

/// Operations that follow a value of the run. The shape of the result may be known all
/// the same (only 4x4 can be made of 4x4), but not whether the value agrees.
static bool isDynamic(Operation *op) {
  return isa<nn::DynamicSliceOp, nn::DynamicReshapeOp, nn::DynamicExpandOp>(op);
}

/// Floats of 16 bits and less: each conversion would be a call of a library that a
/// model does not come with.
static bool isNarrowFloat(Type element) {
  auto type = dyn_cast<FloatType>(element);
  return type && type.getWidth() < 32;
}

namespace {
struct CheckProgram : tacit::cpu::impl::CheckProgramBase<CheckProgram> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !main.getBody().hasOneBlock()) {
      module.emitError() << "expected a function @main with one block: the model";
      return signalPassFailure();
    }
    // One message, where --from named the wrong phase.
    for (Operation &op : main.getBody().front())
      if (!isa_and_present<nn::NNDialect>(op.getDialect()) && !isa<func::ReturnOp>(op)) {
        op.emitOpError() << "is no operation of the nn dialect; expected a program as the phase "
                            "raise leaves it";
        return signalPassFailure();
      }
    bool ok = checkInputs(main);
    ok &= checkOperations(main);
    if (!ok)
      return signalPassFailure();
    module->setAttr(nn::kInterfaceAttr, describe(main));
  }

  /// Every free dimension, by name, with the option that pins it.
  bool checkInputs(func::FuncOp main) {
    bool ok = true;
    for (BlockArgument argument : main.getArguments()) {
      unsigned i = argument.getArgNumber();
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      auto name = main.getArgAttrOfType<StringAttr>(i, nn::kNameAttr);
      if (!type || !name) {
        main.emitError() << "argument " << i << " has type " << argument.getType()
                         << "; expected a tensor with an '" << nn::kNameAttr << "' attribute";
        ok = false;
        continue;
      }
      auto dims = main.getArgAttrOfType<ArrayAttr>(i, nn::kDimsAttr);
      if (type.hasStaticShape() && !isStored(type)) {
        main.emitError() << "input '" << name.getValue() << "' is " << type
                         << ", which the CPU cannot store";
        ok = false;
      }
      for (int64_t d = 0; d < type.getRank(); ++d) {
        if (!type.isDynamicDim(d))
          continue;
        StringRef dim = dims ? cast<StringAttr>(dims[d]).getValue() : StringRef();
        InFlightDiagnostic error = main.emitError()
                                   << "dimension " << d << " of input '" << name.getValue()
                                   << "' is free; the CPU needs every dimension known";
        if (!dim.empty())
          error.attachNote() << "try --dim " << dim << "=N";
        else
          error.attachNote() << "try --shape " << name.getValue() << "=...";
        ok = false;
      }
    }
    return ok;
  }

  /// Element types and shapes of every value. A free dimension is reported once,
  /// where it enters.
  bool checkOperations(func::FuncOp main) {
    bool ok = true;
    main.walk([&](Operation *op) {
      for (Value result : op->getResults()) {
        auto type = dyn_cast<RankedTensorType>(result.getType());
        bool inputsKnown = llvm::all_of(op->getOperandTypes(), [](Type operand) {
          auto tensor = dyn_cast<RankedTensorType>(operand);
          return tensor && tensor.hasStaticShape();
        });
        if (!type || !isStored(type) || isNarrowFloat(type.getElementType())) {
          op->emitOpError() << "gives " << result.getType()
                            << ", which the CPU cannot store";
          ok = false;
        } else if (isDynamic(op) || (!type.hasStaticShape() && inputsKnown)) {
          op->emitOpError() << "gives " << type
                            << ": its shape depends on values that are known only at run time";
          ok = false;
        }
      }
      ok &= checkShiftAdd(op);
    });
    return ok;
  }

  /// Multiplier and weight are set together; a hand may have changed one of them.
  static bool checkShiftAdd(Operation *op) {
    auto linear = dyn_cast<nn::LinearOp>(op);
    nn::MultiplierAttr multiplier = linear ? linear.getMultiplierAttr() : nullptr;
    if (!multiplier || multiplier.getKind() != nn::MultiplierKind::ShiftAdd)
      return true;
    auto powers = linear.getWeight().getDefiningOp<nn::PowersOfTwoOp>();
    int64_t found = powers ? cast<ShapedType>(powers.getCodes().getType()).getDimSize(0) : 0;
    if (found == multiplier.getTerms())
      return true;
    InFlightDiagnostic error = op->emitOpError() << "multiplies by shift_add a weight ";
    if (powers)
      error << "of " << found << " powers of two; expected " << multiplier.getTerms()
            << ", as its multiplier says";
    else
      error << "that is no nn.powers_of_two";
    error.attachNote() << "nn-set-multiplier{kind=shift_add} makes both";
    return false;
  }

  DictionaryAttr describe(func::FuncOp main) {
    Builder b(&getContext());
    auto entry = [&](StringAttr name, Type type, int64_t bound) -> Attribute {
      SmallVector<NamedAttribute> fields{b.getNamedAttr("name", name),
                                         b.getNamedAttr("type", TypeAttr::get(type))};
      if (bound > 0)
        fields.push_back(b.getNamedAttr("index_bound", b.getI64IntegerAttr(bound)));
      return b.getDictionaryAttr(fields);
    };
    SmallVector<Attribute> inputs, outputs;
    for (BlockArgument argument : main.getArguments())
      inputs.push_back(
          entry(main.getArgAttrOfType<StringAttr>(argument.getArgNumber(), nn::kNameAttr),
                argument.getType(), indexBound(argument)));
    for (auto [i, type] : llvm::enumerate(main.getResultTypes())) {
      auto name = main.getResultAttrOfType<StringAttr>(i, nn::kNameAttr);
      if (!name)
        name = b.getStringAttr("output_" + Twine(i));
      outputs.push_back(entry(name, type, 0));
    }
    return b.getDictionaryAttr({b.getNamedAttr("inputs", b.getArrayAttr(inputs)),
                                b.getNamedAttr("outputs", b.getArrayAttr(outputs))});
  }
};
} // namespace
