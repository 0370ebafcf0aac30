//===- ProgramCosts.cpp - The costs of an annotated program ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Cost/ProgramCosts.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/NodeName.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace tacit::cost {

/// The dimensions of the first result.
static ArrayRef<int64_t> shapeOf(Operation *op) {
  if (op->getNumResults() == 0)
    return {};
  Type type = op->getResult(0).getType();
  if (auto share = dyn_cast<mpc::ShareType>(type))
    return share.getShape();
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? tensor.getShape() : ArrayRef<int64_t>();
}

/// Matches a product with a weight that is not a matrix: the scale of a norm.
static bool isScale(Operation *op) {
  return isa<mpc::MulOp>(op) && llvm::any_of(op->getOperands(), [](Value operand) {
           auto share = operand.getDefiningOp<mpc::ShareOp>();
           return share && share.getParty() == mpc::Party::Server;
         });
}

std::string kindOf(Operation *op) {
  auto site = op->getAttrOfType<mpc::SiteAttr>(mpc::kSiteAttr);
  if (site && site.getRole() != mpc::Role::Other)
    return mpc::stringifyEnum(site.getRole()).str();
  if (site && !site.getOf().empty())
    return site.getOf().str();
  return isScale(op) ? "scale" : op->getName().stripDialect().str();
}

/// Returns the block of an operation: that of its site, or of the site it is named after.
static int64_t blockOf(mpc::SiteAttr site, StringRef name) {
  if (site)
    return site.getBlock();
  int64_t block;
  return name.consume_front("layers.") && !name.consumeInteger(10, block) ? block : -1;
}

/// Reads the costs that the program states for an operation.
static CostedOperation readCosts(Operation *op, mpc::CostAttr attr) {
  auto site = op->getAttrOfType<mpc::SiteAttr>(mpc::kSiteAttr);
  Charge charge{attr.getTotal(),   attr.getToServer(), attr.getToClient(),
                attr.getOffline(), attr.getHops(),     attr.getBasis().str(),
                attr.getSetup(),   attr.getRounds()};
  return {op,
          std::move(charge),
          attr.getStart(),
          op->getName().getStringRef().str(),
          nodeOf(op->getLoc()),
          nn::getSiteName(op).str(),
          shapeOf(op).vec(),
          kindOf(op),
          blockOf(site, nn::getSiteName(op))};
}

/// Adds an operation to what the program sends, the end of the last of its hops included.
/// False where a figure is negative or leaves 64 bits.
static bool addOperation(Total &sum, const CostedOperation &operation) {
  int64_t end = operation.start;
  if (operation.charge.total < 0 || !addCharge(sum, operation.charge) ||
      !addAmount(end, operation.charge.hops))
    return false;
  // An operation that sends nothing does not end a chain.
  if (end == kUnknown && operation.charge.total > 0)
    sum.hops = kUnknown;
  if (sum.hops != kUnknown)
    sum.hops = std::max(sum.hops, end);
  return true;
}

llvm::Expected<ProgramCosts> ProgramCosts::of(ModuleOp module) {
  ProgramCosts costs;
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return costs;
  costs.disclosed = mpc::disclosuresOf(module);
  costs.state = mpc::stateOf(module);
  costs.truncations = mpc::TruncationSites::of(main);
  bool fits = true;
  main.walk([&](Operation *op) {
    if (auto attr = op->getAttrOfType<mpc::CostAttr>(mpc::kCostAttr)) {
      costs.operations.push_back(readCosts(op, attr));
      fits &= addOperation(costs.total, costs.operations.back());
    }
  });
  // The programs of the parties are what runs: their hops are its rounds.
  if (llvm::any_of(costs.operations, [](const CostedOperation &operation) {
        return operation.charge.basis == kMessages;
      }))
    costs.total.rounds = costs.total.hops;
  if (!fits)
    return fail(ErrorKind::BadInput, "use smaller dimensions",
                "the costs of the program are negative, or more than 2^63 bytes");
  return costs;
}

std::vector<KindCosts> ProgramCosts::byKind() const {
  std::vector<KindCosts> kinds;
  llvm::StringMap<size_t> known;
  for (const CostedOperation &operation : operations) {
    auto [entry, isNew] = known.try_emplace(operation.kind, kinds.size());
    if (isNew)
      kinds.push_back({operation.kind, 0, {}});
    KindCosts &kind = kinds[entry->second];
    ++kind.count;
    // Parts of a sum that fits. The hops of a chain could be any number.
    if (!addCharge(kind.total, operation.charge) ||
        !addAmount(kind.total.hops, operation.charge.hops))
      kind.total.hops = kUnknown;
  }
  llvm::sort(kinds, [](const KindCosts &a, const KindCosts &b) {
    return std::make_pair(-a.total.total, a.kind) < std::make_pair(-b.total.total, b.kind);
  });
  return kinds;
}

} // namespace tacit::cost
