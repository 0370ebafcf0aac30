//===- Schedule.cpp - Two-party programs as JSON --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Export/Schedule/Schedule.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Cost/ProgramCosts.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/NodeName.h"
#include "llvm/ADT/TypeSwitch.h"
#include <map>

using namespace mlir;
using namespace tacit;

static llvm::json::Value text(StringRef value) { return llvm::json::fixUTF8(value); }

static llvm::json::Value amount(int64_t value) {
  return value == cost::kUnknown ? llvm::json::Value(nullptr) : llvm::json::Value(value);
}

template <typename T>
static std::string printed(T value) {
  std::string result;
  llvm::raw_string_ostream(result) << value;
  return result;
}

llvm::json::Value tacit::siteJson(StringRef name) {
  return name.empty() ? llvm::json::Value(nullptr) : llvm::json::Value(name.str());
}

/// The value of the key `format`.
static constexpr llvm::StringLiteral kFormat = "tacit-schedule";

bool tacit::isScheduleFile(llvm::StringRef contents) {
  return contents.contains(("\"format\": \"" + kFormat + "\"").str());
}

llvm::json::Object tacit::totalJson(const cost::Total &total) {
  return llvm::json::Object{{"total_bytes", amount(total.total)},
                            {"client_to_server_bytes", amount(total.toServer)},
                            {"server_to_client_bytes", amount(total.toClient)},
                            {"offline_bytes", amount(total.offline)},
                            {"setup_bytes", amount(total.setup)},
                            {"hops", amount(total.hops)},
                            {"rounds", amount(total.rounds)}};
}

llvm::json::Array tacit::disclosedJson(llvm::ArrayRef<mpc::Disclosure> disclosed) {
  llvm::json::Array array;
  for (const mpc::Disclosure &disclosure : disclosed)
    array.push_back(
        llvm::json::Object{{"name", text(disclosure.name)},
                           {"bytes", disclosure.bytes},
                           {"reason", mpc::stringifyReason(disclosure.reason)}});
  return array;
}

llvm::json::Array tacit::stateJson(llvm::ArrayRef<mpc::StateTensor> state) {
  auto nameOrNull = [](StringRef name) {
    return name.empty() ? llvm::json::Value(nullptr) : text(name);
  };
  llvm::json::Array array;
  for (const mpc::StateTensor &tensor : state)
    array.push_back(llvm::json::Object{{"name", text(tensor.name)},
                                       {"end", tensor.isInput ? "input" : "output"},
                                       {"other", nameOrNull(tensor.other)},
                                       {"bytes_per_party", tensor.bytes}});
  return array;
}

void tacit::addBasis(llvm::json::Object &object, StringRef basis) {
  StringRef word = basis.take_until([](char c) { return c == ' ' || c == ','; });
  object["basis"] = text(word);
  object["detail"] = text(basis.drop_front(word.size()).ltrim(", "));
}

namespace {
class Exporter {
public:
  Exporter(func::FuncOp main, const cost::ProgramCosts &costs)
      : main(main), costs(costs), knowledge(main) {
    for (const cost::CostedOperation &operation : costs.operations)
      priced[operation.op] = &operation;
  }

  llvm::json::Object run(const ScheduleHeader &header);

private:
  StringRef partyOf(Operation *op) const;
  llvm::json::Object describe(Value value);
  llvm::json::Array describeAll(ValueRange values,
                                function_ref<DictionaryAttr(unsigned)> attributes,
                                StringRef party);
  llvm::json::Object describe(Operation *op);
  llvm::json::Object describe(const cost::CostedOperation &operation);
  llvm::json::Value rounds();

  func::FuncOp main;
  const cost::ProgramCosts &costs;
  llvm::DenseMap<Operation *, const cost::CostedOperation *> priced;
  llvm::DenseMap<Value, int64_t> values;
  llvm::DenseMap<Operation *, int64_t> ids;
  const mpc::KnowledgeInfo knowledge;
};
} // namespace

/// Returns the party that computes: both on shares and on public values, otherwise the one
/// that knows the result.
StringRef Exporter::partyOf(Operation *op) const {
  if (auto share = dyn_cast<mpc::ShareOp>(op))
    return mpc::stringifyEnum(share.getParty());
  if (auto oneHot = dyn_cast<mpc::OneHotOp>(op))
    return mpc::stringifyEnum(oneHot.getParty());
  // A constant that is disclosed, and whose only user discloses it, is in the program of
  // both.
  auto isDisclosure = [](Operation *user) { return isa<mpc::PublicOp>(user); };
  if (isa<mpc::MPCDialect>(op->getDialect()) ||
      (!op->use_empty() && llvm::all_of(op->getUsers(), isDisclosure)))
    return "both";
  mpc::Knowledge known = knowledge.of(op->getResult(0));
  if (known == mpc::Knowledge::Public)
    return "both";
  return known == mpc::Knowledge::Client ? "client" : "server";
}

llvm::json::Object Exporter::describe(Value value) {
  llvm::json::Object object{{"value", values.lookup(value)}};
  llvm::json::Array shape;
  if (auto share = dyn_cast<mpc::ShareType>(value.getType())) {
    for (int64_t dim : share.getShape())
      shape.push_back(dim);
    object["secret"] = true;
    object["width"] = share.getWidth();
    object["fraction"] = share.getFraction();
  } else if (auto bits = dyn_cast<mpc::BitsType>(value.getType())) {
    for (int64_t dim : bits.getShape())
      shape.push_back(dim);
    object["secret"] = true;
    object["dtype"] = text("bits");
  } else {
    auto tensor = cast<RankedTensorType>(value.getType());
    for (int64_t dim : tensor.getShape())
      shape.push_back(dim);
    object["secret"] = false;
    object["dtype"] = text(printed(tensor.getElementType()));
  }
  object["shape"] = std::move(shape);
  return object;
}

llvm::json::Array Exporter::describeAll(ValueRange all,
                                        function_ref<DictionaryAttr(unsigned)> attributes,
                                        StringRef party) {
  llvm::json::Array array;
  for (auto [i, value] : llvm::enumerate(all)) {
    llvm::json::Object object = describe(value);
    DictionaryAttr known = attributes(i);
    auto name = known ? known.getAs<StringAttr>(nn::kNameAttr) : StringAttr();
    object["name"] = text(name ? name.getValue() : "");
    // Each party has a share of what is kept from one inference to the next.
    object["party"] = isa<mpc::ShareType>(value.getType()) ? StringRef("both") : party;
    array.push_back(std::move(object));
  }
  return array;
}

llvm::json::Object Exporter::describe(const cost::CostedOperation &operation) {
  const cost::Charge &charge = operation.charge;
  llvm::json::Object object =
      totalJson({charge.total, charge.toServer, charge.toClient, charge.offline,
                 charge.hops, charge.setup, charge.rounds});
  object["start"] = amount(operation.start);
  addBasis(object, charge.basis);
  return object;
}

llvm::json::Object Exporter::describe(Operation *op) {
  llvm::json::Array operands, results;
  for (Value operand : op->getOperands())
    operands.push_back(values.lookup(operand));
  StringRef party = partyOf(op);
  for (Value result : op->getResults()) {
    values.try_emplace(result, values.size());
    results.push_back(describe(result));
  }
  llvm::json::Object attributes;
  for (NamedAttribute attribute : op->getAttrDictionary())
    if (attribute.getName() != mpc::kCostAttr && attribute.getName() != nn::kSiteNameAttr)
      attributes[attribute.getName().strref()] = text(printed(attribute.getValue()));
  const cost::CostedOperation *operation = priced.lookup(op);
  llvm::json::Value charge = nullptr;
  if (operation)
    charge = describe(*operation);
  return llvm::json::Object{{"id", ids.lookup(op)},
                            {"op", op->getName().getStringRef()},
                            {"node", text(nodeOf(op->getLoc()))},
                            {"site", siteJson(nn::getSiteName(op))},
                            {"party", party},
                            {"operands", std::move(operands)},
                            {"results", std::move(results)},
                            {"attributes", std::move(attributes)},
                            {"cost", std::move(charge)}};
}

/// Lists what begins at each hop; null if the hops of some operation are not known.
llvm::json::Value Exporter::rounds() {
  if (costs.total.hops == cost::kUnknown)
    return nullptr;
  std::map<int64_t, std::pair<int64_t, llvm::json::Array>> rounds;
  for (const cost::CostedOperation &operation : costs.operations) {
    if (operation.charge.total == 0 || operation.charge.hops <= 0)
      continue;
    auto &[bytes, ops] = rounds[operation.start];
    bytes += operation.charge.total;
    ops.push_back(ids.lookup(operation.op));
  }
  llvm::json::Array array;
  for (auto &[hop, round] : rounds)
    array.push_back(llvm::json::Object{
        {"hop", hop}, {"total_bytes", round.first}, {"ops", std::move(round.second)}});
  return array;
}

llvm::json::Object Exporter::run(const ScheduleHeader &header) {
  for (BlockArgument argument : main.getArguments()) {
    values.try_emplace(argument, values.size());
  }
  llvm::json::Array inputs = describeAll(
      main.getArguments(), [&](unsigned i) { return main.getArgAttrDict(i); }, "client");
  llvm::json::Array ops;
  for (Operation &op : main.getBody().front().without_terminator()) {
    ids.try_emplace(&op, ids.size());
    ops.push_back(describe(&op));
  }
  const cost::SuiteInfo &suite = header.suite;
  return llvm::json::Object{
      {"schema", 1},
      {"format", kFormat},
      {"model", text(header.model)},
      {"protocol", llvm::json::Object{{"name", text(suite.name)},
                                      {"title", text(suite.title)},
                                      {"source", text(suite.source)},
                                      {"threat_model", text(suite.threatModel)},
                                      {"ring_bits", header.ringBits},
                                      {"fraction_bits", header.fractionBits}}},
      {"inputs", std::move(inputs)},
      {"outputs", describeAll(
                      main.getBody().front().getTerminator()->getOperands(),
                      [&](unsigned i) { return main.getResultAttrDict(i); }, "client")},
      {"total", totalJson(costs.total)},
      {"disclosed", disclosedJson(costs.disclosed)},
      {"state", stateJson(costs.state)},
      {"ops", std::move(ops)},
      {"rounds", rounds()}};
}

static bool isValue(Type type) {
  return mpc::isSecret(type) || isa<RankedTensorType>(type);
}

/// Fails unless `main` is a straight line of operations, of which one has its costs.
static llvm::Error checkSchedule(func::FuncOp main) {
  auto areValues = [](TypeRange types) { return llvm::all_of(types, isValue); };
  bool isStraight = main && main.getBody().hasOneBlock();
  bool hasCosts = false;
  if (isStraight) {
    isStraight = areValues(main.getArgumentTypes());
    for (Operation &op : main.getBody().front()) {
      isStraight &= op.getNumRegions() == 0 && areValues(op.getResultTypes());
      hasCosts |= op.hasAttr(mpc::kCostAttr);
    }
  }
  if (!isStraight || !hasCosts)
    return fail(ErrorKind::BadInput, "run the phases up to 'cost' first",
                "the program is not a schedule: {}",
                isStraight ? "no operation has a cost"
                           : "expected a function @main that is a straight line of "
                             "operations on shares and tensors");
  return llvm::Error::success();
}

llvm::Expected<llvm::json::Value> tacit::exportSchedule(ModuleOp module,
                                                        const ScheduleHeader &header) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (llvm::Error error = checkSchedule(main))
    return std::move(error);
  auto costs = cost::ProgramCosts::of(module);
  if (!costs)
    return costs.takeError();
  return Exporter(main, *costs).run(header);
}
