//===- Package.cpp - What two parties agree on, as data -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Export/Package/Package.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Error.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::twoparty;

static Origin originOf(mpc::Origin origin) {
  switch (origin) {
  case mpc::Origin::Drawn:
    return Origin::Drawn;
  case mpc::Origin::Client:
    return Origin::Client;
  case mpc::Origin::Server:
    return Origin::Server;
  case mpc::Origin::Dealt:
    return Origin::Dealt;
  }
  llvm_unreachable("an origin that is none of those");
}

static Direction directionOf(mpc::Direction direction) {
  switch (direction) {
  case mpc::Direction::Both:
    return Direction::Both;
  case mpc::Direction::ToServer:
    return Direction::ToServer;
  case mpc::Direction::ToClient:
    return Direction::ToClient;
  }
  llvm_unreachable("a direction that is none of those");
}

static int64_t wordsOf(Value value) {
  return cast<ShapedType>(value.getType()).getNumElements();
}

static Site siteOf(mpc::PlaceAttr place) {
  if (!place)
    return {};
  return {place.getKind().str(), place.getSite().str(), place.getNode().str()};
}

/// What the dealer draws and deals, by number.
static std::vector<Material> materialsOf(func::FuncOp dealer) {
  std::map<int64_t, Material> materials;
  auto add = [&](mpc::MaterialAttr source, Value words, mpc::PlaceAttr place) {
    materials[source.getId()] = {
        source.getId(),      originOf(source.getOrigin()), wordsOf(words), source.getBits(),
        source.getBoolean(), source.getSession(),          siteOf(place)};
  };
  dealer.walk([&](Operation *op) {
    if (auto draw = dyn_cast<mpc::DrawOp>(op))
      add(draw.getSource(), draw.getInit(), draw.getSiteAttr());
    else if (auto deal = dyn_cast<mpc::DealOp>(op))
      add(deal.getSource(), deal.getInput(), deal.getSiteAttr());
  });
  std::vector<Material> result;
  for (auto &[id, material] : materials)
    result.push_back(std::move(material));
  return result;
}

static std::vector<Hop> hopsOf(func::FuncOp parties) {
  std::vector<Hop> hops;
  parties.walk([&](mpc::ExchangeOp exchange) {
    Hop hop;
    for (auto [i, input] : llvm::enumerate(exchange.getInputs())) {
      mpc::PlaceAttr place;
      if (ArrayAttr sites = exchange.getSitesAttr())
        place = cast<mpc::PlaceAttr>(sites[i]);
      hop.messages.push_back(
          {wordsOf(input), directionOf(exchange.getDirection(i)), siteOf(place)});
    }
    hops.push_back(std::move(hop));
  });
  return hops;
}

static std::string nameOr(StringAttr name, const std::string &other) {
  return name ? name.str() : other;
}

static std::vector<int64_t> sizesOf(Type type) {
  return cast<RankedTensorType>(type).getShape().vec();
}

/// The first argument, which says who runs the program, is none of the schedule's.
static std::vector<Argument> argumentsOf(func::FuncOp parties) {
  std::vector<Argument> arguments;
  for (unsigned i = 1; i < parties.getNumArguments(); ++i) {
    Argument argument;
    argument.name = nameOr(parties.getArgAttrOfType<StringAttr>(i, nn::kNameAttr),
                           "argument" + std::to_string(i));
    argument.shape = sizesOf(parties.getArgumentTypes()[i]);
    auto party = parties.getArgAttrOfType<mpc::PartyAttr>(i, mpc::kPartyAttr);
    auto mask = parties.getArgAttrOfType<IntegerAttr>(i, mpc::kMaskAttr);
    if (mask)
      argument.mask = mask.getInt();
    if (auto other = parties.getArgAttrOfType<StringAttr>(i, mpc::kStateAttr))
      argument.other = other.str();
    argument.kind = !party                                   ? Argument::Kind::State
                    : mask                                   ? Argument::Kind::Weight
                    : party.getValue() == mpc::Party::Client ? Argument::Kind::Input
                                                             : Argument::Kind::Constant;
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

static std::vector<Result> resultsOf(func::FuncOp parties) {
  std::vector<Result> results;
  for (auto [i, type] : llvm::enumerate(parties.getResultTypes())) {
    bool isState = static_cast<bool>(parties.getResultAttr(i, mpc::kStateAttr));
    results.push_back({nameOr(parties.getResultAttrOfType<StringAttr>(i, nn::kNameAttr),
                              "result" + std::to_string(i)),
                       isState ? Result::Kind::State : Result::Kind::Revealed,
                       sizesOf(type)});
  }
  return results;
}

llvm::Expected<Schedule> tacit::schedulePrograms(ModuleOp programs) {
  auto parties = programs.lookupSymbol<func::FuncOp>("party");
  auto dealer = programs.lookupSymbol<func::FuncOp>("dealer");
  if (!parties || !dealer || parties.getNumArguments() == 0)
    return fail(ErrorKind::BadInput, "start from an earlier phase",
                "the program has no functions @party and @dealer; expected the programs "
                "that phase 'messages' leaves");
  Schedule schedule;
  schedule.arguments = argumentsOf(parties);
  schedule.results = resultsOf(parties);
  schedule.materials = materialsOf(dealer);
  schedule.hops = hopsOf(parties);
  return schedule;
}
