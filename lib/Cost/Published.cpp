//===- Published.cpp - Suites of measured figures -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A paper states the cost of whole functions for one element, and in addition the cost of a
// transformer block for one token. The latter is distributed over the matrix products of
// the block in proportion to their multiplications.
//
//===----------------------------------------------------------------------===//

#include "Published.h"
#include "Exact.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tacit::mpc;

namespace tacit::cost {

static constexpr int64_t kMillion = 1'000'000;

//===----------------------------------------------------------------------===//
// Single operations
//===----------------------------------------------------------------------===//

/// Adds rates times counts. Directions and the offline phase stay unknown.
static llvm::Expected<std::optional<Charge>>
byRates(ArrayRef<std::pair<Rate, SmallVector<int64_t, 3>>> parts, int64_t hops) {
  int64_t total = 0;
  for (auto &[rate, factors] : parts) {
    SmallVector<int64_t> numerators(factors.begin(), factors.end());
    numerators.push_back(rate.millionths);
    auto bytes = exactRatio(numerators, {kMillion});
    if (!bytes)
      return bytes.takeError();
    if (llvm::Error error = exactSum({total, *bytes}).moveInto(total))
      return std::move(error);
  }
  Charge charge;
  charge.total = total;
  charge.hops = hops;
  charge.basis = "published";
  return charge;
}

/// The charge of operations whose cost is part of another figure.
static Charge included() {
  return {0, 0, 0, 0, 0, "published, in another figure", kUnknown, 0};
}

llvm::Expected<std::optional<Charge>>
PublishedSuite::price(const Workload &workload) const {
  if (figures.included.count(workload.kind))
    return included();
  if (workload.kind == WorkloadKind::Matmul) {
    if (!figures.matmul)
      return std::nullopt;
    SmallVector<int64_t, 3> left{workload.batch, workload.m, workload.k};
    if (workload.leftElements)
      left = {*workload.leftElements};
    return byRates({{figures.matmul->left, left},
                    {figures.matmul->right, {workload.batch, workload.k, workload.n}},
                    {figures.matmul->result, {workload.batch, workload.m, workload.n}}},
                   figures.matmul->hops);
  }
  auto it = figures.functions.find(workload.kind);
  if (it == figures.functions.end())
    return std::nullopt;
  return byRates({{it->second.perElement, {workload.elements}}}, it->second.hops);
}

//===----------------------------------------------------------------------===//
// Operations within the model
//===----------------------------------------------------------------------===//

static std::optional<SiteAttr> siteOf(Operation *op) {
  if (auto site = op->getAttrOfType<SiteAttr>(kSiteAttr))
    return site;
  return std::nullopt;
}

/// Returns the block whose figure includes the cost of a matrix product, or -1.
static int64_t blockOf(Operation *op) {
  auto site = siteOf(op);
  if (!site || !isa<MatmulOp>(op) || site->getRole() == Role::Embedding ||
      site->getRole() == Role::Head)
    return -1;
  return site->getBlock();
}

bool PublishedSuite::scalesNorm(Operation *op) const {
  if (!isa<MulOp>(op))
    return false;
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    Operation *source = operand.getDefiningOp();
    while (source && isa<TruncateOp, ReshapeOp>(source))
      source = source->getOperand(0).getDefiningOp();
    if (!source || !isa<LayerNormOp, RMSNormOp>(source))
      return false;
    auto it = figures.functions.find(cast<WorkloadOpInterface>(source).getWorkload().kind);
    return it != figures.functions.end() && it->second.includesScale;
  });
}

/// Matches a product with one number of the server: the learned factor of a residual branch
/// or of a feed-forward layer, which models of the measured family have.
static bool scalesByOneNumber(Operation *op) {
  return isa<MulOp>(op) && llvm::any_of(op->getOperands(), [](Value operand) {
           auto share = operand.getDefiningOp<ShareOp>();
           return share && share.getParty() == Party::Server &&
                  share.getResult().getType().getNumElements() == 1;
         });
}

/// Charges a single operation according to its place in the model.
llvm::Expected<std::optional<Charge>> PublishedSuite::priceInPlace(Operation *op) const {
  Workload workload = cast<WorkloadOpInterface>(op).getWorkload();
  if (scalesNorm(op) || (figures.block && scalesByOneNumber(op)))
    return included();
  auto it = figures.functions.find(workload.kind);
  if (it != figures.functions.end()) {
    const Function &function = it->second;
    if (auto gelu = dyn_cast<GeluOp>(op))
      if (!function.kinds.empty() && !llvm::is_contained(function.kinds, gelu.getKind()))
        return std::nullopt;
    auto site = siteOf(op);
    if (site && site->getBlock() < 0 && function.outsideBlocks &&
        function.outsideBlocks->millionths == 0)
      return included();
    if (site && site->getBlock() < 0 && function.outsideBlocks)
      return byRates({{*function.outsideBlocks, {workload.elements}}}, function.hops);
  }
  return price(workload);
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

static llvm::Expected<int64_t> multiplications(const Workload &workload) {
  return exactRatio({workload.batch, workload.m, workload.k, workload.n});
}

/// Adds a product to those of its block.
static llvm::Error addProduct(BlockProducts &block, Operation *op) {
  Workload workload = cast<WorkloadOpInterface>(op).getWorkload();
  auto count = multiplications(workload);
  if (!count)
    return count.takeError();
  Role role = siteOf(op)->getRole();
  block.products.push_back({op, role, *count});
  // The first projection reads the tokens of the block; if there is none, the first part of
  // the feed-forward layer does.
  bool reads = role == Role::Projection || role == Role::FeedForward;
  if (reads && block.width == 0) {
    block.width = workload.k;
    if (llvm::Error error = exactRatio({workload.batch, workload.m}).moveInto(block.tokens))
      return error;
  }
  if (role == Role::FeedForward)
    return exactSum({block.feedForward, *count}).moveInto(block.feedForward);
  if (role == Role::Scores || role == Role::Values)
    return exactSum({block.attention, *count}).moveInto(block.attention);
  return llvm::Error::success();
}

llvm::Error PublishedSuite::priceBlocks(ArrayRef<Operation *> ops, Bill &bill,
                                        Notes &notes) const {
  llvm::MapVector<int64_t, BlockProducts> blocks;
  for (Operation *op : ops)
    if (int64_t number = blockOf(op); number >= 0)
      if (llvm::Error error = addProduct(blocks[number], op))
        return error;
  for (auto &[number, block] : blocks)
    if (block.width > 0)
      if (llvm::Error error = priceBlock(block, bill, notes))
        return error;
  return llvm::Error::success();
}

namespace {
/// A block beside the one that a figure is for, in multiplications.
struct BlockScale {
  int64_t square;    ///< a product of the tokens by a square of the width
  int64_t reference; ///< what the figure for a token pays for
  int64_t full;      ///< the feed-forward layer for which a figure adds something

  static llvm::Expected<BlockScale> of(const BlockProducts &block,
                                       const BlockFigures &figure) {
    BlockScale scale{};
    int64_t squares = 0;
    if (llvm::Error error =
            exactRatio({block.tokens, block.width, block.width}).moveInto(scale.square))
      return std::move(error);
    if (llvm::Error error = exactRatio({scale.square, figure.products}).moveInto(squares))
      return std::move(error);
    if (llvm::Error error = exactSum({squares, block.attention}).moveInto(scale.reference))
      return std::move(error);
    if (llvm::Error error =
            exactRatio({scale.square, figure.feedForwardProducts}).moveInto(scale.full))
      return std::move(error);
    return scale;
  }
};
} // namespace

/// The bytes of a product: its part of the figure for a token, and of what a larger
/// feed-forward layer costs more. Of the feed-forward layer one square is in the former.
static llvm::Expected<int64_t> apportion(const BlockProducts::Product &product,
                                         const BlockProducts &block,
                                         const BlockScale &scale,
                                         const BlockFigures &figure) {
  bool isFeedForward = product.role == Role::FeedForward;
  int64_t count = product.multiplications;
  int64_t within = isFeedForward ? std::min(block.feedForward, scale.square) : 1;
  int64_t beyond =
      isFeedForward ? std::max<int64_t>(block.feedForward - scale.square, 0) : 0;
  int64_t whole = isFeedForward ? block.feedForward : 1;
  auto base =
      exactRatio({figure.perToken.millionths, block.tokens, block.width, count, within},
                 {kMillion, figure.width, scale.reference, whole});
  if (!base)
    return base.takeError();
  auto more = exactRatio(
      {figure.feedForwardPerToken.millionths, block.tokens, block.width, count, beyond},
      {kMillion, figure.width, scale.full - scale.square, whole});
  if (!more)
    return more.takeError();
  return exactSum({*base, *more});
}

/// The figure for a token includes `products` squares of the width, one of them in the
/// feed-forward layer, and the scores and values. A feed-forward layer of
/// `feedForwardProducts` squares costs `feedForwardPerToken` more, and others in
/// proportion.
llvm::Error PublishedSuite::priceBlock(const BlockProducts &block, Bill &bill,
                                       Notes &notes) const {
  const BlockFigures &figure = *figures.block;
  auto scale = BlockScale::of(block, figure);
  if (!scale)
    return scale.takeError();
  bool otherWidth = block.width != figure.width;
  bool otherShape = block.feedForward != 0 && block.feedForward != scale->square &&
                    block.feedForward != scale->full;
  if (otherWidth)
    notes.insert(fmt::format("the width is {}, and the figures for blocks are for {}: they "
                             "are scaled in proportion, which is an extrapolation",
                             block.width, figure.width));
  if (otherShape)
    notes.insert("the figure for feed-forward layers is for one of another size: it is "
                 "scaled in proportion, which is an extrapolation");
  for (const BlockProducts::Product &product : block.products) {
    Charge charge;
    if (llvm::Error error =
            apportion(product, block, *scale, figure).moveInto(charge.total))
      return error;
    charge.hops = figure.hops;
    charge.basis = "apportioned";
    if (otherWidth || (product.role == Role::FeedForward && otherShape) ||
        product.role == Role::Other)
      charge.basis += ", extrapolated";
    bill.charges[product.op] = charge;
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// The vocabulary
//===----------------------------------------------------------------------===//

/// One figure per token includes the embedding and the output layer, half each.
llvm::Error PublishedSuite::priceVocabulary(Operation *op, Bill &bill, Notes &notes) const {
  const VocabularyFigures &figure = *figures.vocabulary;
  Workload workload = cast<WorkloadOpInterface>(op).getWorkload();
  bool isHead = siteOf(op)->getRole() == Role::Head;
  int64_t width = isHead ? workload.k : workload.n, size = isHead ? workload.n : workload.k;
  auto bytes =
      exactRatio({figure.perToken.millionths, workload.batch, workload.m, size, width},
                 {kMillion, 2, figure.size, figure.width});
  if (!bytes)
    return bytes.takeError();
  bool isOther = width != figure.width || size != figure.size;
  if (isOther)
    notes.insert(
        fmt::format("a vocabulary of {} at a width of {}, and the figure is for {} "
                    "at {}: it is scaled in proportion, which is an extrapolation",
                    size, width, figure.size, figure.width));
  Charge charge;
  charge.total = *bytes;
  charge.hops = figure.hops;
  charge.basis = isOther ? "apportioned, extrapolated" : "apportioned";
  bill.charges[op] = charge;
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

static bool isVocabulary(Operation *op) {
  auto site = siteOf(op);
  return site && isa<MatmulOp>(op) &&
         (site->getRole() == Role::Embedding || site->getRole() == Role::Head);
}

llvm::Error PublishedSuite::priceAll(ArrayRef<Operation *> ops, Bill &bill) const {
  Notes notes;
  Bill blocks;
  if (figures.block)
    if (llvm::Error error = priceBlocks(ops, blocks, notes))
      return error;
  for (Operation *op : ops) {
    if (figures.vocabulary && isVocabulary(op)) {
      if (llvm::Error error = priceVocabulary(op, bill, notes))
        return error;
      continue;
    }
    if (auto it = blocks.charges.find(op); it != blocks.charges.end()) {
      bill.charges[op] = it->second;
      continue;
    }
    auto charge = priceInPlace(op);
    if (!charge)
      return charge.takeError();
    if (*charge)
      bill.charges[op] = **charge;
  }
  llvm::append_range(bill.notes, figures.notes);
  llvm::append_range(bill.notes, notes);
  return llvm::Error::success();
}

} // namespace tacit::cost
