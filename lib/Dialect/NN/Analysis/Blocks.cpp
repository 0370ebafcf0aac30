//===- Blocks.cpp - The transformer block of each operation ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Analysis/Blocks.h"
#include "tacit/Support/Error.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tacit::nn;

/// The goals of the search: the number of an attention, this plus the block of a residual
/// sum, or the end. The smallest one that can be reached decides.
static constexpr uint64_t kSum = uint64_t(1) << 32;
static constexpr uint64_t kEnd = ~uint64_t(0);

/// A value with more origins than this counts as an origin itself.
static constexpr size_t kMaxOrigins = 8;

/// Returns true if the elements of the result do not correspond to those of the operands.
static bool isOrigin(Operation *op) {
  return !isa_and_present<NNDialect>(op->getDialect()) ||
         isa<MultiplierOpInterface, GatherOp>(op);
}

Blocks::Origins Blocks::originsOf(Value value) const {
  auto found = origins.find(value);
  return found == origins.end() ? Origins{value} : found->second;
}

/// Counts attentions and finds residual sums, in program order. A constant, and a value
/// that is computed from constants alone, has no origin.
void Blocks::classify(Operation *op) {
  if (isa<AttentionOp>(op))
    stops[op] = numAttentions++;
  if (isOrigin(op))
    return;
  Origins merged;
  for (Value operand : op->getOperands())
    for (Value origin : originsOf(operand))
      if (!llvm::is_contained(merged, origin))
        merged.push_back(origin);
  if (isa<AddOp>(op)) {
    Origins lhs = originsOf(op->getOperand(0)), rhs = originsOf(op->getOperand(1));
    if (!lhs.empty() && !rhs.empty() && merged.size() == lhs.size() + rhs.size()) {
      residualSums.insert(op);
      stops[op] = kSum + (numAttentions == 0 ? 0 : numAttentions - 1);
      return;
    }
  }
  if (merged.size() > kMaxOrigins)
    return;
  for (Value result : op->getResults())
    origins[result] = merged;
}

/// Returns the first goal that is reached from the results of `op`, given those of its
/// users.
uint64_t Blocks::goalBehind(Operation *op) const {
  uint64_t goal = kEnd;
  for (Operation *user : op->getUsers()) {
    auto stop = stops.find(user), onward = goals.find(user);
    if (stop != stops.end())
      goal = std::min(goal, stop->second);
    else if (onward != goals.end())
      goal = std::min(goal, onward->second);
  }
  return goal;
}

Blocks::Blocks(func::FuncOp function) {
  SmallVector<Operation *> ops;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : ops)
    classify(op);
  for (Operation *op : llvm::reverse(ops))
    goals[op] = goalBehind(op);
}

std::optional<unsigned> Blocks::blockOf(Operation *op) const {
  auto goal = goals.find(op);
  if (goal == goals.end() || goal->second == kEnd)
    return std::nullopt;
  return static_cast<unsigned>(goal->second % kSum);
}

bool Blocks::feedsAttention(Operation *op) const {
  auto goal = goals.find(op);
  return goal != goals.end() && goal->second < kSum;
}

bool tacit::nn::isHead(LinearOp op) {
  SmallVector<Value> values{op.getResult()};
  while (!values.empty())
    for (Operation *user : values.pop_back_val().getUsers()) {
      if (isa<func::ReturnOp>(user))
        return true;
      if (auto reshape = dyn_cast<ReshapeOp>(user))
        values.push_back(reshape.getResult());
    }
  return false;
}

std::string tacit::nn::describe(std::optional<unsigned> block) {
  return block ? fmt::format("block {}", *block) : "final";
}

LogicalResult tacit::nn::parseSites(StringRef text, MLIRContext *context, Sites &sites) {
  auto parsed = Sites::parse(text);
  if (!parsed)
    return emitError(UnknownLoc::get(context)) << llvm::toString(parsed.takeError());
  sites = std::move(*parsed);
  return success();
}
