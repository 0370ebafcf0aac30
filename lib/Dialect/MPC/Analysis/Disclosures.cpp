//===- Disclosures.cpp - Constants disclosed to the client ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/MPC/Analysis/Disclosures.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/APFloat.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::mpc;

/// The most elements of a table that are read. A larger one is not treated as a mask.
static constexpr int64_t kMaxMaskElements = int64_t(1) << 24;
/// A number as low as this excludes a score to which it is added.
static constexpr double kMasked = -1000;

//===----------------------------------------------------------------------===//
// Reasons
//===----------------------------------------------------------------------===//

/// Returns an element as a number; nullopt if it is not a float or an integer.
static std::optional<double> numberOf(Type element, int64_t bits) {
  if (element.isInteger())
    return element.isUnsignedInteger() ? static_cast<double>(static_cast<uint64_t>(bits))
                                       : static_cast<double>(bits);
  auto type = dyn_cast<FloatType>(element);
  if (!type)
    return std::nullopt;
  APFloat number(type.getFloatSemantics(), APInt(type.getWidth(), bits, /*isSigned=*/false,
                                                 /*implicitTrunc=*/true));
  bool losesInfo;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  return number.convertToDouble();
}

/// Returns true for truth values, a splat, or numbers that stand for truth values.
static bool isMask(Attribute constant) {
  auto elements = dyn_cast<ElementsAttr>(constant);
  if (!elements)
    return false;
  Type element = elements.getElementType();
  auto dense = dyn_cast<DenseElementsAttr>(constant);
  if (element.isInteger(1) || elements.getNumElements() <= 1 || (dense && dense.isSplat()))
    return true;
  auto payload = readPayload(constant, kMaxMaskElements);
  return payload && llvm::all_of(payload->values, [&](int64_t bits) {
           auto number = numberOf(element, bits);
           return number && (*number == 0 || *number == 1 || *number <= kMasked);
         });
}

static bool has(Uses uses, Uses which) { return (uses & which) != Uses::None; }

std::optional<Reason> tacit::mpc::reasonFor(Attribute constant, Uses uses) {
  if (uses == Uses::None || has(uses, Uses::Data) ||
      (has(uses, Uses::Score) && !isMask(constant)))
    return std::nullopt;
  if (has(uses, Uses::Condition | Uses::Score))
    return Reason::Mask;
  return has(uses, Uses::Index) ? Reason::Index : Reason::Shape;
}

bool tacit::mpc::isProven(Reason reason, Attribute constant, Uses uses) {
  if (reason == Reason::Attribute || reason == Reason::Listed)
    return false;
  auto found = reasonFor(constant, uses);
  // The reasons are in the order of the enum: a mask may also be an index, but not the
  // reverse.
  return uses == Uses::None || (found && *found <= reason);
}

//===----------------------------------------------------------------------===//
// Selection
//===----------------------------------------------------------------------===//

llvm::MapVector<Operation *, Reason>
tacit::mpc::chooseDisclosures(func::FuncOp function, const llvm::StringSet<> &listed) {
  llvm::MapVector<Operation *, Reason> fixed, chosen;
  SmallVector<nn::ConstantOp> open;
  function.walk([&](nn::ConstantOp constant) {
    if (nn::isFromAttribute(constant))
      fixed.insert({constant, Reason::Attribute});
    else if (listed.contains(nn::getConstantName(constant)))
      fixed.insert({constant, Reason::Listed});
    else
      open.push_back(constant);
  });
  // Which operations are products of secrets, and therefore which values are data, depends
  // on who knows what, and the reverse. Each round removes constants from the list, and
  // none comes back.
  OperationSet disclosed(open.begin(), open.end());
  for (auto [constant, reason] : fixed)
    disclosed.insert(constant);
  while (true) {
    KnowledgeInfo knowledge(function, disclosed);
    UsesInfo uses(function, knowledge);
    chosen = fixed;
    for (nn::ConstantOp constant : open)
      if (disclosed.contains(constant))
        if (auto reason = reasonFor(constant.getValue(), uses.of(constant)))
          chosen.insert({constant, *reason});
    if (chosen.size() == disclosed.size())
      return chosen;
    disclosed.clear();
    for (auto [constant, reason] : chosen)
      disclosed.insert(constant);
  }
}

//===----------------------------------------------------------------------===//
// Listing
//===----------------------------------------------------------------------===//

std::vector<std::string> tacit::mpc::constantNames(ModuleOp module) {
  std::vector<std::string> names;
  llvm::StringSet<> known;
  module.walk([&](nn::ConstantOp constant) {
    StringRef name = nn::getConstantName(constant);
    if (!name.empty() && known.insert(name).second)
      names.push_back(name.str());
  });
  return names;
}

/// Returns the numbers that are attributes of an operation.
static SmallVector<FloatAttr> numbersOf(Operation *op) {
  SmallVector<FloatAttr> numbers;
  AttrTypeWalker walker;
  walker.addWalk([&](FloatAttr number) { numbers.push_back(number); });
  for (NamedAttribute attribute : op->getAttrs())
    if (!isa<ElementsAttr>(attribute.getValue()))
      walker.walk(attribute.getValue());
  return numbers;
}

std::vector<Disclosure> tacit::mpc::disclosuresOf(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return {};
  llvm::MapVector<std::pair<StringRef, Reason>, Disclosure> found;
  llvm::DenseMap<std::pair<StringAttr, Attribute>, bool> seen;
  main.walk([&](PublicOp op) {
    StringAttr name = op.getNameAttr();
    Attribute value;
    if (auto constant = op.getInput().getDefiningOp<nn::ConstantOp>())
      value = constant.getValue();
    StringRef text = name ? name.getValue() : "";
    Disclosure &disclosure = found[{text, op.getReason()}];
    disclosure.name = text.str();
    disclosure.reason = op.getReason();
    if (value && !seen.insert({{name, value}, true}).second)
      return;
    disclosure.bytes += byteSize(cast<ShapedType>(op.getType())).value_or(0);
  });
  // What the client computes alone it computes with the numbers of the operations.
  KnowledgeInfo knowledge(main);
  main.walk([&](Operation *op) {
    if (!isa<nn::NNDialect>(op->getDialect()) || op->getNumResults() == 0 ||
        isa<nn::ConstantOp>(op) || knowledge.of(op->getResult(0)).dependsOnWeights())
      return;
    StringAttr name = op->getName().getIdentifier();
    for (FloatAttr number : numbersOf(op)) {
      StringRef text = op->getName().stripDialect();
      Disclosure &disclosure = found[{text, Reason::Attribute}];
      disclosure.name = text.str();
      disclosure.reason = Reason::Attribute;
      if (seen.insert({{name, number}, true}).second)
        disclosure.bytes += byteWidth(number.getType());
    }
  });
  std::vector<Disclosure> result;
  for (bool isAttribute : {false, true})
    for (auto &[key, disclosure] : found)
      if ((disclosure.reason == Reason::Attribute) == isAttribute)
        result.push_back(disclosure);
  return result;
}
