//===- State.cpp - Caches that stay shares --------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/MPC/Analysis/State.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::mpc;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

static StringRef nameOf(DictionaryAttr attributes) {
  auto name = attributes ? attributes.getAs<StringAttr>(nn::kNameAttr) : StringAttr();
  return name ? name.getValue() : StringRef();
}

static StringRef inputName(func::FuncOp function, unsigned number) {
  return nameOf(function.getArgAttrDict(number));
}

static StringRef outputName(func::FuncOp function, unsigned number) {
  return nameOf(function.getResultAttrDict(number));
}

/// Returns the words of a name: past_key_values.0.key has past, key, values, 0 and key.
static SmallVector<std::string> wordsOf(StringRef name) {
  SmallVector<std::string> words(1);
  for (char c : name.lower()) {
    if (llvm::isAlnum(c))
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty())
    words.pop_back();
  return words;
}

static bool isNamed(StringRef name, ArrayRef<StringRef> any) {
  return llvm::any_of(wordsOf(name), [&](const std::string &word) {
    return llvm::is_contained(any, StringRef(word));
  });
}

/// Returns a name without the words that tell the ends of a cache apart.
static std::string nameOfPair(StringRef name) {
  std::string text;
  for (const std::string &word : wordsOf(name))
    if (!llvm::is_contained({"past", "present", "key", "values", "input", "output"},
                            word) ||
        (word == "key" && !text.empty()))
      text += word + ".";
  return text;
}

//===----------------------------------------------------------------------===//
// Uses
//===----------------------------------------------------------------------===//

static bool isFloat(Type type) { return getElementTypeOrSelf(type).isF32(); }

static bool isCacheType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && isFloat(type) && tensor.getRank() >= 3;
}

/// Matches operations whose results hold elements of their operands.
static bool moves(Operation *op) {
  return isa<nn::MovementOpInterface, nn::WhereOp, nn::RotaryOp, nn::CastOp, nn::PadOp>(
             op) ||
         op->getName().stripDialect().starts_with("scatter");
}

/// Returns true if an attention reads the value as keys or values.
static bool isReadByAttention(Value value) {
  llvm::SmallDenseSet<Value> seen{value};
  SmallVector<Value> next{value};
  while (!next.empty())
    for (OpOperand &use : next.pop_back_val().getUses()) {
      Operation *user = use.getOwner();
      if (nn::getOperandRole(use) != nn::OperandRole::Data)
        continue;
      if (isa<nn::AttentionOp>(user) && use.getOperandNumber() > 0)
        return true;
      if (moves(user))
        for (Value result : user->getResults())
          if (seen.insert(result).second)
            next.push_back(result);
    }
  return false;
}

/// Returns true if `result` consists of elements of `argument`, perhaps with others that
/// follow or replace some.
static bool holds(Value result, Value argument) {
  llvm::SmallDenseSet<Value> seen{result};
  SmallVector<Value> next{result};
  while (!next.empty()) {
    Value value = next.pop_back_val();
    if (value == argument)
      return true;
    Operation *op = value.getDefiningOp();
    if (!op || !moves(op))
      continue;
    // What is new comes after what is kept.
    bool isFirst = !isa<nn::WhereOp>(op);
    for (OpOperand &use : op->getOpOperands())
      if (nn::getOperandRole(use) == nn::OperandRole::Data &&
          (!isFirst || use.getOperandNumber() == 0) && seen.insert(use.get()).second)
        next.push_back(use.get());
  }
  return false;
}

/// Returns true if `result` is `argument`, perhaps in another layout: a model that gets
/// keys may return them.
static bool isMoved(Value result, Value argument) {
  while (result != argument) {
    Operation *op = result.getDefiningOp();
    if (!op || op->getNumOperands() == 0 || !moves(op) || isa<nn::ConcatOp>(op) ||
        tensorOf(result).getNumElements() != tensorOf(op->getOperand(0)).getNumElements())
      return false;
    result = op->getOperand(0);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Marks
//===----------------------------------------------------------------------===//

static void mark(func::FuncOp function, std::optional<unsigned> input,
                 std::optional<unsigned> output) {
  Builder b(function.getContext());
  if (input)
    function.setArgAttr(
        *input, kStateAttr,
        b.getStringAttr(output ? outputName(function, *output) : StringRef()));
  if (output)
    function.setResultAttr(
        *output, kStateAttr,
        b.getStringAttr(input ? inputName(function, *input) : StringRef()));
}

/// Returns the output that replaces an input, if there is one among those that are left.
static std::optional<unsigned> findOutput(func::FuncOp function, unsigned input,
                                          ArrayRef<unsigned> left, bool isPast) {
  Operation *end = function.getBody().front().getTerminator();
  BlockArgument argument = function.getArgument(input);
  for (unsigned output : left)
    if (Value result = end->getOperand(output);
        holds(result, argument) && (isPast || !isMoved(result, argument)))
      return output;
  if (!isPast)
    return std::nullopt;
  std::string name = nameOfPair(inputName(function, input));
  for (unsigned output : left)
    if (isNamed(outputName(function, output), {"present", "cache"}) &&
        nameOfPair(outputName(function, output)) == name)
      return output;
  return std::nullopt;
}

static void findCaches(func::FuncOp function) {
  SmallVector<unsigned> left;
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    if (isCacheType(type))
      left.push_back(i);
  for (BlockArgument argument : function.getArguments()) {
    unsigned input = argument.getArgNumber();
    if (!isCacheType(argument.getType()))
      continue;
    bool isPast = isNamed(inputName(function, input), {"past", "cache"});
    auto output = isPast || isReadByAttention(argument)
                      ? findOutput(function, input, left, isPast)
                      : std::nullopt;
    if (!isPast && !output)
      continue;
    mark(function, input, output);
    if (output)
      llvm::erase(left, *output);
  }
  for (unsigned output : left)
    if (isNamed(outputName(function, output), {"present"}))
      mark(function, std::nullopt, output);
}

LogicalResult tacit::mpc::markState(func::FuncOp function, ArrayRef<std::string> pairs) {
  if (pairs.empty()) {
    findCaches(function);
    return success();
  }
  if (pairs.size() == 1 && pairs.front() == kNoCaches)
    return success();
  for (const std::string &pair : pairs) {
    auto [in, out] = StringRef(pair).split('=');
    std::optional<unsigned> input, output;
    for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
      if (inputName(function, i) == in && isFloat(type))
        input = i;
    for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
      if (outputName(function, i) == out && isFloat(type))
        output = i;
    if (!input || !output)
      return function.emitError() << "the cache '" << pair << "' names no f32 "
                                  << (input ? "output" : "input") << "; expected IN=OUT";
    if (function.getArgAttr(*input, kStateAttr) ||
        function.getResultAttr(*output, kStateAttr))
      return function.emitError()
             << "the cache '" << pair << "' names an input or an output that is in another "
             << "pair; expected each once";
    mark(function, input, output);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Listing
//===----------------------------------------------------------------------===//

static StateTensor describe(DictionaryAttr attributes, ShareType type, bool isInput) {
  auto other = attributes.getAs<StringAttr>(kStateAttr);
  return {nameOf(attributes).str(), other ? other.getValue().str() : "", isInput,
          type.getNumElements() * ((type.getWidth() + 7) / 8)};
}

std::vector<StateTensor> tacit::mpc::stateOf(ModuleOp module) {
  std::vector<StateTensor> state;
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return state;
  for (auto [i, type] : llvm::enumerate(main.getArgumentTypes()))
    if (auto share = dyn_cast<ShareType>(type); share && main.getArgAttr(i, kStateAttr))
      state.push_back(describe(main.getArgAttrDict(i), share, /*isInput=*/true));
  for (auto [i, type] : llvm::enumerate(main.getResultTypes()))
    if (auto share = dyn_cast<ShareType>(type); share && main.getResultAttr(i, kStateAttr))
      state.push_back(describe(main.getResultAttrDict(i), share, /*isInput=*/false));
  return state;
}
