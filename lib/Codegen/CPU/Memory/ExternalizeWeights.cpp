//===- ExternalizeWeights.cpp - Moves weights out of the program ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Dialect/CPU/IR/CPU.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/MapVector.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_EXTERNALIZEWEIGHTS
#include "tacit/Codegen/CPU/Memory/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using namespace tacit;

/// Constants up to this size (scalars, tiny tables) stay in the program, unless they are
/// packed: then code to pack them would be generated for them alone.
static constexpr int64_t kMaxConstantBytes = 64;
/// Each weight starts on a cache line.
static constexpr int64_t kAlignment = 64;

/// Small constants stay in the program, but blobs never do: LLVM cannot take all of them.
static bool leavesProgram(ElementsAttr value, int64_t size) {
  return size > kMaxConstantBytes || isa<DenseResourceElementsAttr>(value);
}

/// Returns `user` if it packs a constant in a way that #cpu.weight can describe: into
/// panels along one dimension, padded with zeros.
static linalg::PackOp asPanels(Operation *user) {
  auto pack = dyn_cast<linalg::PackOp>(user);
  if (!pack || pack.getInnerDimsPos().size() != 1)
    return nullptr;
  int64_t panel = pack.getStaticInnerTiles().front();
  bool isZeroFilled = !pack.getPaddingValue() ||
                      matchPattern(pack.getPaddingValue(), m_Zero()) ||
                      matchPattern(pack.getPaddingValue(), m_AnyZeroFloat());
  return isZeroFilled && 0 < panel && panel <= cpu::kMaxPanelColumns ? pack : nullptr;
}

namespace {
struct ExternalizeWeights
    : tacit::cpu::ModelPass<tacit::cpu::impl::ExternalizeWeightsBase<ExternalizeWeights>> {
  using ModelPass::ModelPass;

  /// Maps each constant and layout to the values that it replaces, so that a table that is
  /// used twice is stored once.
  using Weights = llvm::MapVector<cpu::WeightAttr, SmallVector<Value>>;

  LogicalResult runOnModel(func::FuncOp main) override {
    Weights weights;
    SmallVector<arith::ConstantOp> constants;
    main.walk([&](arith::ConstantOp op) {
      if (addUses(op, weights))
        constants.push_back(op);
    });
    int64_t size = 0;
    SmallVector<int64_t> offsets = writeManifest(getOperation(), weights, size);
    auto file = MemRefType::get({size}, IntegerType::get(&getContext(), 8));
    if (failed(main.insertArgument(0, file, {}, main.getLoc())))
      return failure();
    OpBuilder b = OpBuilder::atBlockBegin(&main.getBody().front());
    for (auto [entry, offset] : llvm::zip(weights, offsets)) {
      Value tensor = viewOf(b, entry.second.front(), main.getArgument(0), offset);
      for (Value use : entry.second)
        replace(use, tensor);
    }
    // A dead constant would become a global during bufferization.
    for (arith::ConstantOp op : constants)
      if (op.use_empty())
        op.erase();
    return success();
  }

  /// Adds the layouts in which a constant is read; returns false if it is not a tensor of
  /// known size.
  static bool addUses(arith::ConstantOp op, Weights &weights) {
    auto value = dyn_cast<ElementsAttr>(op.getValue());
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (!value || !type || !byteSize(type))
      return false;
    MLIRContext *context = op.getContext();
    bool isUsedPlain = false;
    for (Operation *user : op->getUsers()) {
      linalg::PackOp pack = asPanels(user);
      if (!pack) {
        isUsedPlain = leavesProgram(value, *byteSize(type));
        continue;
      }
      SmallVector<int64_t> permutation(pack.getOuterDimsPerm());
      if (permutation.empty())
        permutation = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
      auto weight = cpu::WeightAttr::get(context, value, 0, pack.getStaticInnerTiles()[0],
                                         pack.getInnerDimsPos()[0], permutation);
      weights[weight].push_back(pack->getResult(0));
    }
    if (isUsedPlain)
      weights[cpu::WeightAttr::get(context, value, 0, 0, -1, {})].push_back(op.getResult());
    return true;
  }

  /// Records what the file holds; returns the offset of each weight, and the size of the
  /// file in `size`.
  SmallVector<int64_t> writeManifest(ModuleOp module, const Weights &weights,
                                     int64_t &size) {
    SmallVector<Attribute> manifest;
    SmallVector<int64_t> offsets;
    size = 0;
    for (auto &[weight, uses] : weights) {
      manifest.push_back(cpu::WeightAttr::get(&getContext(), weight.getValue(), size,
                                              weight.getPanel(), weight.getPosition(),
                                              weight.getPermutation()));
      offsets.push_back(size);
      size = llvm::alignTo(size + weight.getByteSize(), kAlignment);
    }
    numWeights = manifest.size();
    numBytes = size;
    module->setAttr(cpu::kWeightsAttr, ArrayAttr::get(&getContext(), manifest));
    return offsets;
  }

  /// Returns a part of the file as a tensor of the type of `like`.
  static Value viewOf(OpBuilder &b, Value like, Value file, int64_t offset) {
    Location loc = like.getLoc();
    auto type = cast<RankedTensorType>(like.getType());
    auto memref = MemRefType::get(type.getShape(), type.getElementType());
    Value start = arith::ConstantIndexOp::create(b, loc, offset);
    Value view = memref::ViewOp::create(b, loc, memref, file, start, ValueRange());
    // The argument is marked `restrict` because nothing else aliases it, and not writable
    // because results are never placed there.
    return bufferization::ToTensorOp::create(b, loc, type, view, /*restrict=*/true,
                                             /*writable=*/false);
  }

  /// The packing operations read the constant. They are removed, and the other uses are
  /// redirected.
  static void replace(Value old, Value tensor) {
    if (Operation *pack = old.getDefiningOp<linalg::PackOp>()) {
      pack->replaceAllUsesWith(ValueRange{tensor});
      pack->erase();
      return;
    }
    old.replaceUsesWithIf(tensor, [](OpOperand &use) { return !asPanels(use.getOwner()); });
  }
};
} // namespace
