//===- MPCMessages.cpp - Operations of the message level ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/MPC/IR/MPC.h"

using namespace mlir;
using namespace tacit::mpc;

namespace {
/// What the other party and the dealer see. Nothing that a program computes with is in it,
/// so that operations on tensors can move across.
struct Outside : SideEffects::Resource::Base<Outside> {
  StringRef getName() final { return "outside"; }
};

using Effects = SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>;
} // namespace

/// Adds the effects of an operation that talks to the outside, and on buffers also reads
/// `inputs` and writes `inits`.
static void addEffects(Effects &effects, MutableOperandRange inputs,
                       MutableOperandRange inits) {
  effects.emplace_back(MemoryEffects::Read::get(), Outside::get());
  effects.emplace_back(MemoryEffects::Write::get(), Outside::get());
  for (OpOperand &input : inputs)
    if (isa<MemRefType>(input.get().getType()))
      effects.emplace_back(MemoryEffects::Read::get(), &input);
  for (OpOperand &init : inits)
    if (isa<MemRefType>(init.get().getType()))
      effects.emplace_back(MemoryEffects::Write::get(), &init);
}

static MutableOperandRange noOperands(Operation *op) {
  return MutableOperandRange(op, 0, 0);
}

void MaterialOp::getEffects(Effects &effects) {
  addEffects(effects, noOperands(*this), getInitMutable());
}

void DrawOp::getEffects(Effects &effects) {
  addEffects(effects, noOperands(*this), getInitMutable());
}

void DealOp::getEffects(Effects &effects) {
  addEffects(effects, getInputMutable(), noOperands(*this));
}

void ExchangeOp::getEffects(Effects &effects) {
  addEffects(effects, getInputsMutable(), getInitsMutable());
}

LogicalResult MaterialAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t id,
                                   Origin, int64_t bits, bool, bool) {
  if (id < 0)
    return emitError() << "material has the number " << id << "; expected at least 0";
  if (bits < 1 || bits > 64)
    return emitError() << bits << " bits of a word matter; expected 1 to 64";
  return success();
}

//===----------------------------------------------------------------------===//
// mpc.exchange
//===----------------------------------------------------------------------===//

LogicalResult ExchangeOp::verify() {
  if (getInputs().size() != getInits().size() ||
      getInputs().size() != getDirections().size())
    return emitOpError() << "has " << getInputs().size() << " inputs, " << getInits().size()
                         << " outputs and " << getDirections().size()
                         << " directions; expected the same number of each";
  if (getSites() && getSites()->size() != getInputs().size())
    return emitOpError() << "has " << getInputs().size() << " messages and "
                         << getSites()->size() << " sites; expected a site for each";
  for (auto [input, init] : llvm::zip(getInputs(), getInits()))
    if (cast<ShapedType>(input.getType()).getShape() !=
        cast<ShapedType>(init.getType()).getShape())
      return emitOpError() << "sends " << input.getType() << " and receives "
                           << init.getType() << "; expected equal shapes";
  for (int32_t direction : getDirections())
    if (!symbolizeDirection(direction))
      return emitOpError() << "has direction " << direction << "; expected 0 to "
                           << getMaxEnumValForDirection();
  return success();
}
