//===- SiteNames.cpp - Names for the sites of a model ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Analysis/SiteNames.h"
#include "tacit/Dialect/NN/Analysis/Blocks.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/StringSaver.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tacit::nn;

bool tacit::nn::isLeakyRelu(Operation *op) {
  auto maximum = dyn_cast<MaximumOp>(op);
  if (!maximum)
    return false;
  auto scales = [](Value product, Value value) {
    auto mul = product.getDefiningOp<MulOp>();
    return mul && (mul.getLhs() == value || mul.getRhs() == value);
  };
  return scales(maximum.getLhs(), maximum.getRhs()) ||
         scales(maximum.getRhs(), maximum.getLhs());
}

namespace {
/// Records what lies on the paths of a value. Before an operation this starts at the last
/// residual sum; after it, it ends at the next one, or at an attention or matrix product.
enum Trail : unsigned {
  kLinear = 1 << 0,
  kActivation = 1 << 1,
  kMatmul = 1 << 2, // a softmax counts as part of one
  kAttention = 1 << 3,
  /// An attention, with any number of residual sums in between.
  kAnyAttention = 1 << 4,
  kSum = 1 << 5,
  kEnd = 1 << 6,
  /// The operands of an attention, also through linear layers.
  kQuery = 1 << 7,
  kKey = 1 << 8,
  kValue = 1 << 9,
  kSlots = kQuery | kKey | kValue,
  /// The same without a linear layer in between.
  kDirectQuery = 1 << 10,
  kDirectKey = 1 << 11,
  kDirectValue = 1 << 12,
  kDirectSlots = kDirectQuery | kDirectKey | kDirectValue,
};
constexpr unsigned kDirectShift = 3;

class Namer {
public:
  Namer(func::FuncOp function, const Blocks &blocks);

  /// Returns an empty name for an operation that is not a site.
  std::string nameOf(Operation *op) const;

private:
  bool isKnown(Value value) const { return known.contains(value.getDefiningOp()); }
  void lookBack(Operation *op);
  void lookAhead(Operation *op);
  unsigned throughUse(OpOperand &use) const;
  void findGates(MulOp op);
  std::pair<LinearOp, bool> layerBehind(Value value) const;

  std::string attentionOf(Operation *op) const;
  std::string sectionOf(Operation *op) const;
  bool isEmbedded(Operation *op) const;
  bool isEmbedding(Operation *op) const;
  std::string linearName(LinearOp op) const;
  std::string normName(Operation *op) const;

  const Blocks &blocks;
  /// Constants, and values computed from constants alone.
  llvm::DenseSet<Operation *> known;
  llvm::DenseMap<Operation *, unsigned> before, ahead;
  llvm::DenseMap<Operation *, StringRef> gates;
};
} // namespace

static std::optional<SiteRole> roleOf(Operation *op) {
  // An activation that takes two operations.
  if (isLeakyRelu(op))
    return SiteRole::Activation;
  auto site = dyn_cast<SiteOpInterface>(op);
  return site ? std::optional(site.getSiteRole()) : std::nullopt;
}

/// False for operands that do not become part of the result: masks, indices, weights.
static bool carriesData(OpOperand &use) { return getOperandRole(use) == OperandRole::Data; }

//===----------------------------------------------------------------------===//
// Operations before and after
//===----------------------------------------------------------------------===//

static unsigned trailOf(Operation *op) {
  auto role = roleOf(op);
  if (role == SiteRole::Linear)
    return kLinear;
  if (role == SiteRole::Activation)
    return kActivation;
  return role == SiteRole::Matmul || role == SiteRole::Softmax ? kMatmul : 0;
}

void Namer::lookBack(Operation *op) {
  unsigned trail = 0;
  for (OpOperand &use : op->getOpOperands()) {
    Operation *source = use.get().getDefiningOp();
    if (!source || !carriesData(use))
      continue;
    unsigned since = before.lookup(source) | trailOf(source);
    if (isa<AttentionOp>(source))
      since = kAttention | kAnyAttention;
    // A sublayer begins anew.
    if (blocks.isResidualSum(source) || !blocks.isSameSublayer(source, op))
      since &= kAnyAttention;
    trail |= since;
  }
  before[op] = trail;
}

/// Records what a result with these uses leads to.
unsigned Namer::throughUse(OpOperand &use) const {
  Operation *user = use.getOwner();
  if (!carriesData(use))
    return 0;
  if (blocks.isResidualSum(user))
    return kSum;
  if (isa<AttentionOp>(user))
    return (kQuery | kDirectQuery) << use.getOperandNumber();
  if (isa<func::ReturnOp>(user))
    return kEnd;
  unsigned trail = trailOf(user), onward = ahead.lookup(user);
  if (trail & kMatmul)
    return kMatmul;
  return trail | (trail & kLinear ? onward & kSlots : onward);
}

void Namer::lookAhead(Operation *op) {
  unsigned trail = 0;
  for (OpOperand &use : op->getUses())
    trail |= throughUse(use);
  ahead[op] = trail;
}

/// Returns the linear layer from which `value` is computed, element by element or by
/// movement, and whether there is an activation in between.
std::pair<LinearOp, bool> Namer::layerBehind(Value value) const {
  static constexpr unsigned kMaxSteps = 16;
  bool isActivated = false;
  for (unsigned step = 0; step < kMaxSteps; ++step) {
    Operation *op = value.getDefiningOp();
    if (auto linear = dyn_cast_if_present<LinearOp>(op))
      return {linear, isActivated};
    if (!op || (trailOf(op) & kMatmul) || isa<AttentionOp>(op))
      break;
    bool isActivation = trailOf(op) & kActivation;
    isActivated |= isActivation;
    Value source;
    for (Value operand : op->getOperands()) {
      if (isKnown(operand) || operand == source)
        continue;
      // A ReLU with a slope reads its operand twice.
      if (source && !isActivation)
        return {};
      if (!source || operand.getDefiningOp<MulOp>() == nullptr)
        source = operand;
    }
    if (!source)
      break;
    value = source;
  }
  return {};
}

/// If a product of two layers has one of them behind an activation, that one is the gate.
void Namer::findGates(MulOp op) {
  auto [left, isLeftActivated] = layerBehind(op.getLhs());
  auto [right, isRightActivated] = layerBehind(op.getRhs());
  if (!left || !right || isLeftActivated == isRightActivated)
    return;
  if (left == right) {
    gates[left] = "gate_up";
    return;
  }
  gates[isLeftActivated ? left : right] = "gate";
  gates[isLeftActivated ? right : left] = "up";
}

Namer::Namer(func::FuncOp function, const Blocks &blocks) : blocks(blocks) {
  SmallVector<Operation *> ops;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : ops) {
    if (isa_and_present<NNDialect>(op->getDialect()) &&
        llvm::all_of(op->getOperands(), [&](Value value) { return isKnown(value); }))
      known.insert(op);
    lookBack(op);
  }
  for (Operation *op : llvm::reverse(ops))
    lookAhead(op);
  for (Operation *op : ops)
    if (auto product = dyn_cast<MulOp>(op))
      findGates(product);
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::string Namer::attentionOf(Operation *op) const {
  return fmt::format("layers.{}.{}", blocks.blockOf(op).value_or(0),
                     blocks.isCross(op) ? "cross_attention" : "attention");
}

/// Returns true for operations that compute the values to which the first residual sum
/// adds.
bool Namer::isEmbedded(Operation *op) const {
  return blocks.feedsAttention(op) && !(before.lookup(op) & kAnyAttention) &&
         (ahead.lookup(op) & kSum) && !(ahead.lookup(op) & kDirectSlots);
}

/// Returns the part of the model that an operation belongs to.
std::string Namer::sectionOf(Operation *op) const {
  auto block = blocks.blockOf(op);
  if (!block)
    return "final";
  if (isEmbedded(op))
    return "embedding";
  if (blocks.feedsAttention(op))
    return attentionOf(op);
  unsigned trail = before.lookup(op);
  bool isBehindLayers = (trail & kLinear) && (trail & kActivation);
  if ((trail & kAttention) && !isBehindLayers)
    return attentionOf(op);
  // A product of two computed matrices is part of an attention that was not recognised.
  if ((trail & kMatmul) || (ahead.lookup(op) & kMatmul) || (trailOf(op) & kMatmul))
    return fmt::format("layers.{}", *block);
  return fmt::format("layers.{}.ffn", *block);
}

/// Returns "query", "key_value" or "qkv": the operands of an attention that a value
/// becomes.
static std::string slotsText(unsigned trail) {
  unsigned slots = (trail >> kDirectShift | trail) & kSlots;
  // Operands that are reached without another layer in between are more specific.
  if (trail & kDirectSlots)
    slots = (trail & kDirectSlots) >> kDirectShift;
  if (slots == kSlots)
    return "qkv";
  std::string text;
  for (auto [slot, name] :
       {std::pair(kQuery, "query"), std::pair(kKey, "key"), std::pair(kValue, "value")})
    if (slots & slot)
      text += (text.empty() ? "" : "_") + std::string(name);
  return text;
}

/// Returns `leaf` with the operands that a value becomes: "query.norm".
static std::string atSlots(const std::string &slots, StringRef leaf) {
  return "." + (slots.empty() ? "" : slots + ".") + leaf.str();
}

std::string Namer::linearName(LinearOp op) const {
  if (!blocks.blockOf(op) && isHead(op))
    return "head";
  std::string section = sectionOf(op);
  unsigned trail = before.lookup(op), onward = ahead.lookup(op);
  if (section == "final" || section == "embedding")
    return section + ".linear";
  if (blocks.feedsAttention(op)) {
    std::string slots = slotsText(onward);
    if (onward & kDirectSlots)
      return section + "." + slots;
    return section + (slots == "qkv" ? ".linear" : atSlots(slots, "linear"));
  }
  if (StringRef(section).ends_with("attention"))
    return section + ".output";
  if (!StringRef(section).ends_with(".ffn"))
    return section + ".linear";
  auto gate = gates.find(op);
  if (gate != gates.end())
    return section + "." + gate->second.str();
  return section + ((trail & kLinear) ? ".down" : ".up");
}

std::string Namer::normName(Operation *op) const {
  std::string section = sectionOf(op);
  unsigned trail = before.lookup(op), onward = ahead.lookup(op);
  if (section == "final" || section == "embedding")
    return section + ".norm";
  if (blocks.feedsAttention(op)) {
    std::string slots = slotsText(onward);
    bool isMemory = blocks.isCross(op) && !(onward & kQuery);
    if (isMemory && !(onward & kDirectSlots) && !(trail & kLinear))
      return section + ".memory.norm";
    bool isInside = (onward & kDirectSlots) || (trail & kLinear);
    return section + (isInside && slots != "qkv" ? atSlots(slots, "norm") : ".norm");
  }
  if (trail & (kAttention | kLinear))
    return section + ((onward & kLinear) ? ".inner_norm" : ".post_norm");
  return (onward & kLinear) ? section + ".norm"
                            : fmt::format("layers.{}.norm", *blocks.blockOf(op));
}

/// True for what looks up features. Of other tables, such as those of angles and biases,
/// masks and rotations are made.
bool Namer::isEmbedding(Operation *op) const {
  auto gather = dyn_cast<GatherOp>(op);
  return gather && isKnown(gather.getData()) && !known.contains(op) &&
         ahead.lookup(op) != 0 && isa<FloatType>(gather.getType().getElementType());
}

std::string Namer::nameOf(Operation *op) const {
  auto role = roleOf(op);
  if (!role)
    return isEmbedding(op) ? "embedding" : "";
  switch (*role) {
  case SiteRole::Attention:
    return attentionOf(op);
  case SiteRole::Norm:
    return normName(op);
  case SiteRole::Linear:
    return linearName(cast<LinearOp>(op));
  case SiteRole::Activation:
    return sectionOf(op) + ".activation";
  case SiteRole::Softmax:
    return sectionOf(op) + ".softmax";
  case SiteRole::Matmul:
    return sectionOf(op) + ".matmul";
  case SiteRole::Rotary:
    return sectionOf(op) + atSlots(slotsText(ahead.lookup(op)), "rotary");
  }
  llvm_unreachable("a role of a site that is none");
}

SiteNames::SiteNames(func::FuncOp function, AnalysisManager &analyses) {
  Namer namer(function, analyses.getAnalysis<Blocks, func::FuncOp>());
  llvm::StringSet<> taken;
  function.walk([&](Operation *op) {
    if (StringRef name = getSiteName(op); !name.empty())
      taken.insert(name);
  });
  llvm::StringMap<unsigned> counts;
  function.walk([&](Operation *op) {
    std::string name = getSiteName(op).str();
    std::string base = name.empty() ? namer.nameOf(op) : "";
    if (!base.empty())
      for (name = base; !taken.insert(name).second;)
        name = fmt::format("{}.{}", base, ++counts[base]);
    if (!name.empty())
      names[op] = name;
  });
}

int64_t tacit::nn::nameSites(func::FuncOp function, const SiteNames &names) {
  int64_t count = 0;
  for (const auto &[op, name] : names.all()) {
    count += getSiteName(op).empty();
    setSiteName(op, name);
    op->setLoc(getSiteLocation(op));
  }
  return count;
}

//===----------------------------------------------------------------------===//
// Site patterns given by users
//===----------------------------------------------------------------------===//

/// Returns "layers.N.ffn.up" for the sites of all layers, which are mostly alike.
static std::string familyOf(StringRef name) {
  StringRef rest = name;
  if (!rest.consume_front("layers."))
    return name.str();
  return "layers.N" + rest.drop_while(llvm::isDigit).str();
}

/// Reports which names there are, and which is similar to `pattern`.
static LogicalResult refusePattern(StringRef pattern, func::FuncOp function,
                                   ArrayRef<StringRef> names, unsigned blocks) {
  auto error = function.emitError() << "no site is called '" << pattern << "'";
  if (names.empty())
    return error << "; the model has none";
  llvm::SetVector<StringRef> families;
  llvm::BumpPtrAllocator allocator;
  llvm::StringSaver saver(allocator);
  for (StringRef name : names)
    families.insert(saver.save(familyOf(name)));
  error << "; the model has " << llvm::join(families, ", ");
  if (llvm::any_of(families, [](StringRef name) { return name.starts_with("layers.N"); }))
    error << (blocks == 1 ? std::string(", with N = 0")
                          : fmt::format(", with N from 0 to {}", blocks - 1));
  return error;
}

LogicalResult tacit::nn::checkSites(const Sites &sites, func::FuncOp function,
                                    AnalysisManager &analyses) {
  const Blocks &blocks = analyses.getAnalysis<Blocks, func::FuncOp>();
  auto last = sites.lastBlock();
  if (last && *last >= blocks.count()) {
    auto error = function.emitError()
                 << "'" << sites.getText() << "' names block " << *last;
    if (blocks.count() == 1)
      return error << "; the model has block 0 alone";
    return error << "; the model has blocks 0 to " << blocks.count() - 1
                 << ", each with an attention and what follows it";
  }
  if (sites.patterns().empty())
    return success();
  auto findNames = [&] {
    SmallVector<StringRef> names;
    function.walk([&](Operation *op) {
      if (StringRef name = getSiteName(op); !name.empty())
        names.push_back(name);
    });
    return names;
  };
  SmallVector<StringRef> names = findNames();
  if (names.empty()) {
    nameSites(function, analyses.getAnalysis<SiteNames, func::FuncOp>());
    names = findNames();
  }
  for (const std::string &pattern : sites.patterns())
    if (llvm::none_of(names, [&](StringRef name) { return matchesPattern(pattern, name); }))
      return refusePattern(pattern, function, names, blocks.count());
  return success();
}
