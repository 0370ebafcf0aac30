//===- Messages.cpp - What a program of messages sends --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Cost/Messages.h"
#include "Exact.h"
#include "tacit/Support/Error.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tacit::mpc;

namespace tacit::cost {

static constexpr int64_t kWordBytes = 8, kByteBits = 8;

static int64_t wordsOf(Value value) {
  return cast<ShapedType>(value.getType()).getNumElements();
}

namespace {
/// Adds up what the two programs state.
class Reader {
public:
  llvm::Error read(func::FuncOp party, func::FuncOp dealer);
  MessageCosts take();

private:
  /// Returns what is known of an operation of the model so far.
  SiteCosts &at(PlaceAttr site);
  void addDealer(func::FuncOp dealer);
  void addMessage(PlaceAttr site, int64_t words, Direction direction);
  void addHop(ExchangeOp exchange);
  void addDealt(DealOp deal);
  void addWeights(func::FuncOp party);
  void add(int64_t &sum, int64_t amount) { fits &= addAmount(sum, amount); }

  MessageCosts costs;
  /// The sites of what the dealer draws, by its numbers.
  llvm::DenseMap<int64_t, PlaceAttr> siteOfMaterial;
  bool fits = true, areKnown = true;
};
} // namespace

SiteCosts &Reader::at(PlaceAttr site) {
  areKnown &= static_cast<bool>(site);
  auto [entry, isNew] = costs.sites.try_emplace(site ? site.getNumber() : kUnknown);
  if (isNew)
    entry->second.charge = {0, 0, 0, 0, 0, kMessages.str(), 0};
  return entry->second;
}

void Reader::addMessage(PlaceAttr site, int64_t words, Direction direction) {
  SiteCosts &found = at(site);
  Charge &charge = found.charge;
  int64_t bytes = words * kWordBytes;
  if (direction != Direction::ToClient)
    add(charge.toServer, bytes);
  if (direction != Direction::ToServer)
    add(charge.toClient, bytes);
  int64_t hop = costs.total.hops;
  if (charge.hops == 0)
    found.start = hop;
  charge.hops = hop + 1 - found.start;
}

void Reader::addHop(ExchangeOp exchange) {
  ArrayAttr sites = exchange.getSitesAttr();
  for (auto [i, input] : llvm::enumerate(exchange.getInputs()))
    addMessage(sites ? cast<PlaceAttr>(sites[i]) : PlaceAttr(), wordsOf(input),
               exchange.getDirection(i));
  ++costs.total.hops;
}

/// The server is sent the bits that matter of all words, without gaps; the client derives
/// its share from its seed.
void Reader::addDealt(DealOp deal) {
  int64_t bits = 0;
  fits &= !llvm::MulOverflow(wordsOf(deal.getInput()),
                             static_cast<int64_t>(deal.getSource().getBits()), bits);
  add(at(deal.getSiteAttr()).charge.offline, llvm::divideCeil(bits, kByteBits));
}

/// The client is sent each weight behind a mask.
void Reader::addWeights(func::FuncOp party) {
  for (BlockArgument argument : party.getArguments()) {
    auto mask = party.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), kMaskAttr);
    if (mask)
      add(at(siteOfMaterial.lookup(mask.getInt())).charge.setup,
          wordsOf(argument) * kWordBytes);
  }
}

void Reader::addDealer(func::FuncOp dealer) {
  for (Operation &op : dealer.getBody().getOps()) {
    if (auto draw = dyn_cast<DrawOp>(op))
      siteOfMaterial[draw.getSource().getId()] = draw.getSiteAttr();
    else if (auto deal = dyn_cast<DealOp>(op))
      addDealt(deal);
  }
}

llvm::Error Reader::read(func::FuncOp party, func::FuncOp dealer) {
  addDealer(dealer);
  for (ExchangeOp exchange : party.getBody().getOps<ExchangeOp>())
    addHop(exchange);
  addWeights(party);
  for (auto &[number, site] : costs.sites) {
    add(site.charge.total, site.charge.toServer);
    add(site.charge.total, site.charge.toClient);
    fits &= addCharge(costs.total, site.charge);
  }
  if (!areKnown)
    return fail(ErrorKind::BadInput,
                "use the programs that convert-mpc-to-parties has written",
                "a message, or what is dealt, does not state the operation it is for");
  return fits ? llvm::Error::success() : tooLarge();
}

MessageCosts Reader::take() { return std::move(costs); }

llvm::Expected<MessageCosts> MessageCosts::of(ModuleOp programs) {
  auto party = programs.lookupSymbol<func::FuncOp>("party");
  auto dealer = programs.lookupSymbol<func::FuncOp>("dealer");
  if (!party || !dealer)
    return fail(ErrorKind::BadInput, "run convert-mpc-to-parties first",
                "expected the programs @party and @dealer");
  Reader reader;
  if (llvm::Error error = reader.read(party, dealer))
    return std::move(error);
  return reader.take();
}

void MessageCosts::annotate(func::FuncOp main, ArrayRef<std::string> skip) const {
  auto attributeOf = [&](const Charge &charge, int64_t start) {
    return CostAttr::get(main.getContext(), charge.total, charge.toServer, charge.toClient,
                         charge.offline, charge.setup, charge.hops, charge.rounds, start,
                         charge.basis);
  };
  int64_t number = 0;
  for (Operation &op : main.getBody().front()) {
    // This may be left from another protocol.
    op.removeDiscardableAttr(kCostAttr);
    auto found = sites.find(number++);
    if (found == sites.end())
      continue;
    const SiteCosts &site = found->second;
    bool isLeftOut =
        llvm::any_of(skip, [&](StringRef entry) { return isSkipped(&op, entry); });
    op.setDiscardableAttr(kCostAttr,
                          isLeftOut ? attributeOf({0, 0, 0, 0, 0, kSkipped.str(), 0, 0}, 0)
                                    : attributeOf(site.charge, site.start));
  }
}

} // namespace tacit::cost
