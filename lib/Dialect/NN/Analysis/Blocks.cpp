//===- Blocks.cpp - The transformer block of each operation ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Analysis/Blocks.h"
#include "BlockPlan.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/NodeName.h"
#include "llvm/ADT/MapVector.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tacit::nn;

/// A skip path is followed back through this many operations.
static constexpr unsigned kMaxSteps = 16;

static bool isProduct(Operation *op) { return isa<MultiplierOpInterface, ConvOp>(op); }

static bool isNorm(Operation *op) {
  auto site = dyn_cast<SiteOpInterface>(op);
  return site && site.getSiteRole() == SiteRole::Norm;
}

namespace tacit::nn {

/// Finds the sublayers of a function, and the blocks that they form.
class BlockFinder {
public:
  BlockFinder(func::FuncOp function, Blocks &blocks);
  void run();

private:
  /// A sublayer that has no number yet.
  struct Part {
    SmallVector<Operation *> members = {};
    unsigned end = 0; ///< position of the operation with which it is complete
    /// The value that it adds to, or that it reads.
    Value source = {};
    bool isSum = false, hasAttention = false, isCross = false;
    std::optional<unsigned> previous = std::nullopt; ///< on the same stream of values
  };
  /// Whether an operation after an attention is also behind a product.
  struct Trail {
    unsigned part;
    bool isBehind;
  };
  using Trails = llvm::MapVector<Operation *, Trail>;

  bool isKnown(Value value) const { return known.contains(value.getDefiningOp()); }
  unsigned positionOf(Value value) const {
    Operation *op = value.getDefiningOp();
    return op ? positions.lookup(op) : 0;
  }
  Value onlySource(Operation *op) const;
  bool isAttention(Operation *op) const;
  void claim(Part part);

  // Sublayers that end in a residual sum.
  void addTerms(AddOp sum, SmallVectorImpl<Value> &terms,
                SmallVectorImpl<Operation *> &sums) const;
  SmallVector<Operation *> between(Value source, ArrayRef<Value> ends) const;
  bool addSublayer(Value source, ArrayRef<Value> ends, ArrayRef<Operation *> sums);
  void readSum(AddOp sum);

  // Attentions that no residual sum follows.
  Value readBack(Value value, SmallVectorImpl<Operation *> &members) const;
  void findLooseAttentions();
  Trails followLooseAttentions() const;
  void extendLooseAttentions();

  // Blocks.
  void orderParts();
  SublayerShape shapeOf(const Part &part) const;
  BlockPlan formBlocks();
  void numberOperations(const BlockPlan &plan);
  void relateToAttentions();

  Blocks &blocks;
  std::vector<Operation *> ops;
  llvm::DenseMap<Operation *, unsigned> positions;
  /// Constants, and values computed from constants alone.
  llvm::DenseSet<Operation *> known;
  std::vector<Part> parts;
  llvm::DenseMap<Operation *, unsigned> partOf;
  unsigned numSums = 0; ///< parts from this one on have no residual sum
};

} // namespace tacit::nn

/// False for operands that do not become part of the result.
static bool carriesData(OpOperand &use) { return getOperandRole(use) == OperandRole::Data; }

BlockFinder::BlockFinder(func::FuncOp function, Blocks &blocks) : blocks(blocks) {
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    // Arguments of the function are at position 0.
    positions[op] = ops.size() + 1;
    ops.push_back(op);
    if (isa_and_present<NNDialect>(op->getDialect()) &&
        llvm::all_of(op->getOperands(), [&](Value value) { return isKnown(value); }))
      known.insert(op);
  });
}

/// Returns the only operand whose elements become those of the result, if they are moved,
/// normalised or combined with constants; otherwise null.
Value BlockFinder::onlySource(Operation *op) const {
  if (!isa<MovementOpInterface, CastOp, NegOp, AddOp, SubOp, MulOp, DivOp, RotaryOp>(op) &&
      !isNorm(op))
    return {};
  Value source;
  for (OpOperand &use : op->getOpOperands()) {
    if (!carriesData(use) || isKnown(use.get()))
      continue;
    if (source && source != use.get())
      return {};
    source = use.get();
  }
  return source;
}

/// Matches an attention, and the softmax of one that was not recognised as a whole: its
/// scores are a product of two matrices that are computed.
bool BlockFinder::isAttention(Operation *op) const {
  if (isa<AttentionOp>(op))
    return true;
  auto softmax = dyn_cast<SoftmaxOp>(op);
  Value scores = softmax ? softmax.getInput() : Value();
  for (unsigned step = 0; scores && step < kMaxSteps; ++step) {
    Operation *source = scores.getDefiningOp();
    if (isa_and_present<MatmulOp>(source))
      return llvm::none_of(source->getOperands(), [&](Value v) { return isKnown(v); });
    if (!isa_and_present<MovementOpInterface, CastOp, AddOp, SubOp, MulOp, DivOp, WhereOp>(
            source))
      return false;
    // A mask or a bias may be added on either side.
    Value next;
    for (OpOperand &use : source->getOpOperands())
      if (carriesData(use) && !isKnown(use.get()) &&
          (!next || positionOf(use.get()) > positionOf(next)))
        next = use.get();
    scores = next;
  }
  return false;
}

void BlockFinder::claim(Part part) {
  llvm::erase_if(part.members, [&](Operation *op) { return partOf.contains(op); });
  for (Operation *op : part.members)
    partOf[op] = parts.size();
  parts.push_back(std::move(part));
}

//===----------------------------------------------------------------------===//
// Residual sums
//===----------------------------------------------------------------------===//

/// Collects the terms of a sum: those of a sum that has no other user are its own.
void BlockFinder::addTerms(AddOp sum, SmallVectorImpl<Value> &terms,
                           SmallVectorImpl<Operation *> &sums) const {
  sums.push_back(sum);
  for (Value operand : sum->getOperands()) {
    auto inner = operand.getDefiningOp<AddOp>();
    if (inner && inner->hasOneUse() && !isKnown(operand))
      addTerms(inner, terms, sums);
    else if (!isKnown(operand))
      terms.push_back(operand);
  }
}

/// Returns the operations through which `ends` depend on `source`, in program order.
SmallVector<Operation *> BlockFinder::between(Value source, ArrayRef<Value> ends) const {
  llvm::SmallDenseSet<Operation *> seen;
  SmallVector<Operation *> cone;
  SmallVector<Value> next(ends);
  unsigned first = positionOf(source);
  while (!next.empty()) {
    Operation *op = next.pop_back_val().getDefiningOp();
    if (!op || positions.lookup(op) <= first || known.contains(op) ||
        !seen.insert(op).second)
      continue;
    cone.push_back(op);
    for (OpOperand &use : op->getOpOperands())
      if (carriesData(use))
        next.push_back(use.get());
  }
  llvm::sort(cone, [&](Operation *a, Operation *b) {
    return positions.lookup(a) < positions.lookup(b);
  });
  llvm::SmallDenseSet<Operation *> dependent;
  for (Operation *op : cone)
    if (llvm::any_of(op->getOpOperands(), [&](OpOperand &use) {
          return carriesData(use) &&
                 (use.get() == source || dependent.contains(use.get().getDefiningOp()));
        }))
      dependent.insert(op);
  llvm::erase_if(cone, [&](Operation *op) { return !dependent.contains(op); });
  return cone;
}

/// Adds the sublayer between `source` and the sum, if there is one: a chain with a product
/// that is not part of another sublayer.
bool BlockFinder::addSublayer(Value source, ArrayRef<Value> ends,
                              ArrayRef<Operation *> sums) {
  Part part{between(source, ends), positions.lookup(sums.front()), source, /*isSum=*/true};
  auto isNew = [&](Operation *op) { return !partOf.contains(op); };
  if (llvm::none_of(part.members,
                    [&](Operation *op) { return isProduct(op) && isNew(op); }))
    return false;
  llvm::SmallDenseSet<Operation *> inside(part.members.begin(), part.members.end());
  part.isCross = true;
  for (Operation *op : part.members) {
    if (!isNew(op) || !isAttention(op))
      continue;
    part.hasAttention = true;
    auto attention = dyn_cast<AttentionOp>(op);
    part.isCross &= attention && attention.getKey() != source &&
                    !inside.contains(attention.getKey().getDefiningOp());
  }
  part.isCross &= part.hasAttention;
  llvm::append_range(part.members, sums);
  claim(std::move(part));
  return true;
}

/// Looks for a term of the sum on which another term depends: the value that the sum adds
/// to, perhaps scaled or in another layout.
void BlockFinder::readSum(AddOp sum) {
  bool isInner = sum->hasOneUse() && isa<AddOp>(*sum->user_begin());
  if (isInner || known.contains(sum))
    return;
  SmallVector<Value> terms;
  SmallVector<Operation *> sums;
  addTerms(sum, terms, sums);
  if (terms.size() < 2)
    return;
  for (auto [i, term] : llvm::enumerate(terms)) {
    SmallVector<Value> others(terms);
    others.erase(others.begin() + i);
    Value source = term;
    for (unsigned step = 0; source && step < kMaxSteps; ++step) {
      if (!source.hasOneUse() && addSublayer(source, others, sums)) {
        blocks.residualSums.insert(sums.begin(), sums.end());
        return;
      }
      Operation *op = source.getDefiningOp();
      source = op && !isa<AddOp>(op) ? onlySource(op) : Value();
    }
  }
}

//===----------------------------------------------------------------------===//
// Attentions without a residual sum
//===----------------------------------------------------------------------===//

/// Returns the value from which an operand of an attention is projected, by at most one
/// linear layer; collects the operations in between.
Value BlockFinder::readBack(Value value, SmallVectorImpl<Operation *> &members) const {
  bool isProjected = false;
  while (Operation *op = value.getDefiningOp()) {
    // The operations before another head of the same attention may be shared.
    if (auto part = partOf.find(op);
        part != partOf.end() && (part->second < numSums || part->second + 1 < parts.size()))
      return value;
    auto linear = dyn_cast<LinearOp>(op);
    Value source = linear && !isProjected ? linear.getInput() : onlySource(op);
    if (!source || (linear && isProjected))
      return value;
    isProjected |= linear != nullptr;
    members.push_back(op);
    value = source;
  }
  return value;
}

/// Attentions that read the same values are heads of one.
void BlockFinder::findLooseAttentions() {
  std::pair<Value, Value> last;
  llvm::DenseMap<Value, unsigned> latest;
  unsigned number = 0;
  for (Operation *op : ops) {
    unsigned before = 0;
    for (Value operand : op->getOperands())
      before = std::max(before, latest.lookup(operand));
    auto attention = dyn_cast<AttentionOp>(op);
    if (attention && !partOf.contains(op)) {
      SmallVector<Operation *> members;
      Value query = readBack(attention.getQuery(), members);
      Value key = readBack(attention.getKey(), members);
      readBack(attention.getValue(), members);
      if (std::pair(query, key) != last || parts.size() == numSums)
        claim({{},
               0,
               query,
               /*isSum=*/false,
               /*hasAttention=*/true,
               latest.lookup(attention.getKey()) < latest.lookup(attention.getQuery())});
      last = {query, key};
      members.push_back(op);
      parts.back().end = positions.lookup(op);
      for (Operation *member : members)
        if (partOf.try_emplace(member, parts.size() - 1).second)
          parts.back().members.push_back(member);
    }
    if (attention)
      before = ++number;
    for (Value result : op->getResults())
      latest[result] = before;
  }
}

/// Returns where the operations after these attentions belong, as far as they belong to a
/// layer: what is computed by no more than one product is part of the attention, and the
/// rest, up to the next attention or to the last product, which is the head, is not.
BlockFinder::Trails BlockFinder::followLooseAttentions() const {
  llvm::DenseSet<Operation *> beforePart, beforeProduct, beforeInner;
  for (Operation *op : llvm::reverse(ops))
    for (Operation *user : op->getUsers()) {
      if (isa<ReduceOp>(user))
        continue;
      if (partOf.contains(user) || beforePart.contains(user))
        beforePart.insert(op);
      if (isProduct(user) || beforeProduct.contains(user))
        beforeProduct.insert(op);
      if ((isProduct(op) && beforeProduct.contains(op)) || beforeInner.contains(user))
        beforeInner.insert(op);
    }
  Trails trails;
  for (Operation *op : ops) {
    if (partOf.contains(op) || known.contains(op) || isa<ReduceOp, func::ReturnOp>(op))
      continue;
    std::optional<Trail> trail;
    for (OpOperand &use : op->getOpOperands()) {
      Operation *source = use.get().getDefiningOp();
      if (!source || !carriesData(use))
        continue;
      auto part = partOf.find(source);
      if (isa<AttentionOp>(source) && part != partOf.end() && part->second >= numSums)
        trail = Trail{part->second, false};
      else if (auto found = trails.find(source); found != trails.end())
        trail = Trail{found->second.part, found->second.isBehind || isProduct(source)};
    }
    if (trail && (!trail->isBehind || beforePart.contains(op) || beforeInner.contains(op)))
      trails[op] = *trail;
  }
  return trails;
}

/// Extends these attentions by what follows them. Products after the first are a sublayer
/// of their own.
void BlockFinder::extendLooseAttentions() {
  size_t count = parts.size();
  std::vector<Part> layers(count);
  for (auto &[op, trail] : followLooseAttentions()) {
    if (trail.isBehind)
      layers[trail.part].members.push_back(op);
    else if (partOf.try_emplace(op, trail.part).second)
      parts[trail.part].members.push_back(op);
  }
  for (size_t part = numSums; part < count; ++part) {
    Part &layer = layers[part];
    if (llvm::none_of(layer.members, isProduct))
      continue;
    layer.source = parts[part].members.back()->getResult(0);
    layer.end = positions.lookup(layer.members.back());
    claim(std::move(layer));
  }
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// Sorts the sublayers, and finds for each the last one from which it is computed.
void BlockFinder::orderParts() {
  auto order = llvm::to_vector(llvm::seq<unsigned>(0, parts.size()));
  llvm::sort(order, [&](unsigned a, unsigned b) { return parts[a].end < parts[b].end; });
  std::vector<Part> sorted;
  for (unsigned number : order) {
    for (Operation *op : parts[number].members)
      partOf[op] = sorted.size();
    sorted.push_back(std::move(parts[number]));
  }
  parts = std::move(sorted);
  // The numbers begin at 1; 0 is for values that no sublayer has computed.
  llvm::DenseMap<Value, unsigned> latest;
  for (Operation *op : ops) {
    unsigned last = 0;
    for (OpOperand &use : op->getOpOperands())
      if (carriesData(use))
        last = std::max(last, latest.lookup(use.get()));
    auto part = partOf.find(op);
    if (part != partOf.end() &&
        (blocks.residualSums.contains(op) || !parts[part->second].isSum))
      last = part->second + 1;
    for (Value result : op->getResults())
      latest[result] = last;
  }
  for (auto [number, part] : llvm::enumerate(parts))
    if (unsigned last = latest.lookup(part.source); last > 0 && last <= number)
      part.previous = last - 1;
}

SublayerShape BlockFinder::shapeOf(const Part &part) const {
  auto isActivation = [](Operation *op) {
    auto site = dyn_cast<SiteOpInterface>(op);
    return site && site.getSiteRole() == SiteRole::Activation;
  };
  SublayerShape shape{part.hasAttention,
                      part.isCross,
                      llvm::any_of(part.members, isActivation),
                      part.previous,
                      {}};
  // The sum and what is shared with other layers may be of another module.
  for (Operation *op : part.members)
    if (part.hasAttention ? isAttention(op) : isProduct(op)) {
      shape.numbers = numbersInPath(nodeOf(op->getLoc()));
      break;
    }
  return shape;
}

/// Forms blocks. In a model without attention, the layers that mix tokens take its place:
/// they transpose the values before a product.
BlockPlan BlockFinder::formBlocks() {
  auto shapes = llvm::map_to_vector(parts, [&](Part &part) { return shapeOf(part); });
  auto isTransposed = [](Operation *op) { return isa<TransposeOp>(op); };
  if (llvm::none_of(shapes, [](SublayerShape &shape) { return shape.hasAttention; }))
    for (auto [part, shape] : llvm::zip(parts, shapes)) {
      shape.hasAttention = llvm::any_of(part.members, isTransposed);
      shape.hasActivation &= !shape.hasAttention;
    }
  BlockPlan plan = planBlocks(shapes);
  blocks.numBlocks = plan.count;
  if (plan.count == 0)
    llvm::fill(plan.blocks, 0);
  return plan;
}

/// Numbers the operations of sublayers, and those from which only sublayers are computed.
void BlockFinder::numberOperations(const BlockPlan &plan) {
  for (auto [number, part] : llvm::enumerate(parts)) {
    blocks.sublayers.push_back({plan.blocks[number].value_or(0), part.isCross});
    if (plan.blocks[number])
      for (Operation *op : part.members)
        blocks.numbers[op] = number;
  }
  for (Operation *op : llvm::reverse(ops)) {
    if (blocks.numbers.contains(op))
      continue;
    std::optional<unsigned> first;
    for (Operation *user : op->getUsers())
      if (auto found = blocks.numbers.find(user); found != blocks.numbers.end())
        first = std::min(first.value_or(found->second), found->second);
    if (first)
      blocks.numbers[op] = *first;
  }
}

void BlockFinder::relateToAttentions() {
  for (Operation *op : llvm::reverse(ops))
    if (llvm::any_of(op->getUsers(), [&](Operation *user) {
          return blocks.isSameSublayer(op, user) &&
                 (isa<AttentionOp>(user) ||
                  (blocks.feeding.contains(user) && !blocks.isResidualSum(user)));
        }))
      blocks.feeding.insert(op);
  for (Operation *op : ops)
    if (llvm::any_of(op->getOpOperands(), [&](OpOperand &use) {
          Operation *source = use.get().getDefiningOp();
          return source && carriesData(use) && blocks.isSameSublayer(op, source) &&
                 (isa<AttentionOp>(source) ||
                  (blocks.following.contains(source) && !isProduct(source) &&
                   !blocks.isResidualSum(source)));
        }))
      blocks.following.insert(op);
}

void BlockFinder::run() {
  for (Operation *op : ops)
    if (auto sum = dyn_cast<AddOp>(op))
      readSum(sum);
  numSums = parts.size();
  findLooseAttentions();
  extendLooseAttentions();
  orderParts();
  numberOperations(formBlocks());
  relateToAttentions();
}

Blocks::Blocks(func::FuncOp function) { BlockFinder(function, *this).run(); }

const Blocks::Sublayer *Blocks::sublayerOf(Operation *op) const {
  auto number = numbers.find(op);
  return number == numbers.end() ? nullptr : &sublayers[number->second];
}

std::optional<unsigned> Blocks::blockOf(Operation *op) const {
  const Sublayer *sublayer = sublayerOf(op);
  return sublayer ? std::optional(sublayer->block) : std::nullopt;
}

bool Blocks::isCross(Operation *op) const {
  const Sublayer *sublayer = sublayerOf(op);
  return sublayer && sublayer->isCross;
}

bool Blocks::isSameSublayer(Operation *one, Operation *other) const {
  return sublayerOf(one) == sublayerOf(other);
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
