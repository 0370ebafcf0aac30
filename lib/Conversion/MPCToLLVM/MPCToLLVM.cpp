//===- MPCToLLVM.cpp - Messages become calls ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "tacit/Conversion/Passes.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace tacit {
#define GEN_PASS_DEF_CONVERTMPCTOLLVM
#include "tacit/Conversion/Passes.h.inc"
} // namespace tacit

using namespace mlir;
using namespace tacit;

namespace {
/// Writes the calls of one operation in front of it.
class Calls {
public:
  Calls(ModuleOp module, Operation *op) : module(module), b(op), loc(op->getLoc()) {}

  Value number(int64_t value) {
    return LLVM::ConstantOp::create(b, loc, b.getI64Type(), b.getI64IntegerAttr(value));
  }

  /// Returns the address of the first word of a buffer.
  Value address(Value buffer) {
    SmallVector<int64_t> strides;
    int64_t offset = 0;
    auto type = cast<MemRefType>(buffer.getType());
    bool isKnown = succeeded(type.getStridesAndOffset(strides, offset));
    // There are thousands of buffers, and most begin where their memory does.
    Value start = isKnown && offset == 0
                      ? memref::ExtractAlignedPointerAsIndexOp::create(b, loc, buffer)
                      : startOfPart(buffer);
    Value bits = arith::IndexCastOp::create(b, loc, b.getI64Type(), start);
    return LLVM::IntToPtrOp::create(b, loc, LLVM::LLVMPointerType::get(b.getContext()),
                                    bits);
  }

  Value count(Value buffer) {
    return number(cast<MemRefType>(buffer.getType()).getNumElements());
  }

  void call(StringRef name, ValueRange arguments) {
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                            llvm::to_vector(arguments.getTypes()));
    auto function = module.lookupSymbol<LLVM::LLVMFuncOp>(name);
    if (!function) {
      OpBuilder top = OpBuilder::atBlockBegin(module.getBody());
      function = LLVM::LLVMFuncOp::create(top, loc, name, type);
    }
    LLVM::CallOp::create(b, loc, function, arguments);
  }

private:
  Value startOfPart(Value buffer) {
    auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, buffer);
    Value start =
        memref::ExtractAlignedPointerAsIndexOp::create(b, loc, metadata.getBaseBuffer());
    Value size = arith::ConstantIndexOp::create(b, loc, sizeof(int64_t));
    Value offset = arith::MulIOp::create(b, loc, metadata.getOffset(), size);
    return arith::AddIOp::create(b, loc, start, offset);
  }

  ModuleOp module;
  OpBuilder b;
  Location loc;
};

struct ConvertMPCToLLVM : tacit::impl::ConvertMPCToLLVMBase<ConvertMPCToLLVM> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    bool ok = true;
    getOperation().walk([&](Operation *op) {
      if (!isa_and_nonnull<mpc::MPCDialect>(op->getDialect()))
        return;
      ops.push_back(op);
      ok &= succeeded(check(op));
    });
    if (!ok)
      return signalPassFailure();
    llvm::SetVector<Operation *> functions;
    for (Operation *op : ops) {
      if (auto function = op->getParentOfType<func::FuncOp>())
        functions.insert(function);
      lower(op);
      op->erase();
    }
    for (Operation *function : functions)
      if (isListOfCalls(function))
        omitOptimization(function);
  }

  /// Returns true if a function computes nothing itself: its loops are in other functions.
  static bool isListOfCalls(Operation *function) {
    WalkResult result = function->walk([&](Operation *op) {
      bool isLoop = op != function && op->getNumRegions() > 0;
      return isLoop ? WalkResult::interrupt() : WalkResult::advance();
    });
    return !result.wasInterrupted();
  }

  /// A program has thousands of calls in one block, for which LLVM's scheduler and register
  /// allocator take several times as long as for all loops.
  static void omitOptimization(Operation *function) {
    Builder b(function->getContext());
    function->setAttr("passthrough", b.getStrArrayAttr({"noinline", "optnone"}));
  }

  static LogicalResult check(Operation *op) {
    if (!isa<mpc::MaterialOp, mpc::DrawOp, mpc::DealOp, mpc::ExchangeOp>(op))
      return op->emitOpError() << "is no message; expected what convert-mpc-to-parties "
                                  "writes";
    for (Value operand : op->getOperands()) {
      auto type = dyn_cast<MemRefType>(operand.getType());
      if (!type || !type.hasStaticShape() ||
          !type.areTrailingDimsContiguous(type.getRank()))
        return op->emitOpError() << "has an operand of type " << operand.getType()
                                 << "; expected words that follow one another";
    }
    return success();
  }

  void lower(Operation *op) {
    Calls calls(getOperation(), op);
    auto onMaterial = [&](StringRef name, mpc::MaterialAttr source, Value buffer) {
      calls.call(
          name, {calls.number(source.getId()), calls.address(buffer), calls.count(buffer)});
    };
    TypeSwitch<Operation *>(op)
        .Case([&](mpc::MaterialOp material) {
          onMaterial("tacit_party_material", material.getSource(), material.getInit());
        })
        .Case([&](mpc::DrawOp draw) {
          onMaterial("tacit_dealer_draw", draw.getSource(), draw.getInit());
        })
        .Case([&](mpc::DealOp deal) {
          onMaterial("tacit_dealer_deal", deal.getSource(), deal.getInput());
        })
        .Case([&](mpc::ExchangeOp exchange) {
          for (unsigned i = 0; i < exchange.getInputs().size(); ++i)
            calls.call("tacit_party_message", {calls.number(exchange.getDirections()[i]),
                                               calls.address(exchange.getInputs()[i]),
                                               calls.address(exchange.getInits()[i]),
                                               calls.count(exchange.getInits()[i])});
          calls.call("tacit_party_exchange", {});
        });
  }
};
} // namespace
