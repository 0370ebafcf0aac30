//===- Published.cpp - Suites of measured figures -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A paper says what whole functions cost for one element, and what a transformer
// block costs for one token besides. The latter is spread over the matrix products of
// the block by their multiplications.
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

/// A sum of rates times counts. Directions and the offline phase stay unknown.
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

/// What another figure pays for.
static Charge included() { return {0, 0, 0, 0, 0, "published, in another figure"}; }

llvm::Expected<std::optional<Charge>>
PublishedSuite::price(const Workload &workload) const {
  if (figures.included.count(workload.kind))
    return included();
  if (workload.kind == WorkloadKind::Matmul) {
    if (!figures.matmul)
      return std::nullopt;
    return byRates({{figures.matmul->left, {workload.batch, workload.m, workload.k}},
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
// Operations where they stand
//===----------------------------------------------------------------------===//

static std::optional<SiteAttr> siteOf(Operation *op) {
  if (auto site = op->getAttrOfType<SiteAttr>(kSiteAttr))
    return site;
  return std::nullopt;
}

/// The block of a matrix product that a figure for blocks pays for, or -1.
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

/// A product with one number of the server's: the learned factor of a residual branch or
/// of a feed-forward layer, which models of the measured family have.
static bool scalesByOneNumber(Operation *op) {
  return isa<MulOp>(op) && llvm::any_of(op->getOperands(), [](Value operand) {
           auto share = operand.getDefiningOp<ShareOp>();
           return share && share.getParty() == Party::Server &&
                  share.getResult().getType().getNumElements() == 1;
         });
}

/// An operation by itself, with what its place says.
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

llvm::Error PublishedSuite::priceBlocks(ArrayRef<Operation *> ops, Bill &bill,
                                        Notes &notes) const {
  llvm::MapVector<int64_t, BlockProducts> blocks;
  for (Operation *op : ops) {
    int64_t number = blockOf(op);
    if (number < 0)
      continue;
    BlockProducts &block = blocks[number];
    Workload workload = cast<WorkloadOpInterface>(op).getWorkload();
    auto count = multiplications(workload);
    if (!count)
      return count.takeError();
    Role role = siteOf(op)->getRole();
    // The first projection reads the tokens of the block; without one the first part
    // of the feed-forward layer does.
    bool reads = role == Role::Projection || role == Role::FeedForward;
    if (reads && block.width == 0) {
      block.width = workload.k;
      if (llvm::Error error =
              exactRatio({workload.batch, workload.m}).moveInto(block.tokens))
        return error;
    }
    bool attends = role == Role::Scores || role == Role::Values;
    if (role == Role::FeedForward)
      if (llvm::Error error =
              exactSum({block.feedForward, *count}).moveInto(block.feedForward))
        return error;
    if (attends)
      if (llvm::Error error = exactSum({block.attention, *count}).moveInto(block.attention))
        return error;
    block.products.push_back({op, role, *count});
  }
  for (auto &[number, block] : blocks)
    if (block.width > 0)
      if (llvm::Error error = priceBlock(block, bill, notes))
        return error;
  return llvm::Error::success();
}

/// The figure for a token pays for `products` squares of the width, one of them in the
/// feed-forward layer, and for scores and values. A feed-forward layer of
/// `feedForwardProducts` squares costs `feedForwardPerToken` more, others in proportion.
llvm::Error PublishedSuite::priceBlock(const BlockProducts &block, Bill &bill,
                                       Notes &notes) const {
  const BlockFigures &figure = *figures.block;
  const auto &[tokens, width, attention, feedForward, products] = block;
  auto square = exactRatio({tokens, width, width});
  if (!square)
    return square.takeError();
  auto squares = exactRatio({*square, figure.products});
  if (!squares)
    return squares.takeError();
  auto reference = exactSum({*squares, attention});
  if (!reference)
    return reference.takeError();
  auto full = exactRatio({*square, figure.feedForwardProducts});
  if (!full)
    return full.takeError();

  bool otherWidth = width != figure.width;
  bool otherShape = feedForward != 0 && feedForward != *square && feedForward != *full;
  if (otherWidth)
    notes.insert(fmt::format("the width is {}, and the figures for blocks are for {}: they "
                             "are scaled in proportion, which is an extrapolation",
                             width, figure.width));
  if (otherShape)
    notes.insert("the figure for feed-forward layers is for one of another size: it is "
                 "scaled in proportion, which is an extrapolation");
  for (const auto &[op, role, count] : products) {
    bool isFeedForward = role == Role::FeedForward;
    // Of the feed-forward layer one square is in the figure for a block.
    int64_t within = isFeedForward ? std::min(feedForward, *square) : 1;
    int64_t beyond = isFeedForward ? std::max<int64_t>(feedForward - *square, 0) : 0;
    int64_t whole = isFeedForward ? feedForward : 1;
    auto base = exactRatio({figure.perToken.millionths, tokens, width, count, within},
                           {kMillion, figure.width, *reference, whole});
    if (!base)
      return base.takeError();
    auto more =
        exactRatio({figure.feedForwardPerToken.millionths, tokens, width, count, beyond},
                   {kMillion, figure.width, *full - *square, whole});
    if (!more)
      return more.takeError();
    Charge charge;
    if (llvm::Error error = exactSum({*base, *more}).moveInto(charge.total))
      return error;
    charge.hops = figure.hops;
    charge.basis = "apportioned";
    if (otherWidth || (isFeedForward && otherShape) || role == Role::Other)
      charge.basis += ", extrapolated";
    bill.charges[op] = charge;
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// The vocabulary
//===----------------------------------------------------------------------===//

/// One figure for a token pays for the embedding and the output layer, half each.
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
