//===- Evaluator.cpp - Evaluates nn and mpc programs ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Reference/Evaluator.h"
#include "OpTable.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Elements.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

/// The limit of values that are alive at once: 4 GiB of doubles.
static constexpr int64_t kMaxLiveElements = int64_t(1) << 29;

Type reference::elementTypeOf(Type type) {
  if (auto secret = dyn_cast<mpc::ShareType>(type))
    return secret.getWidth() <= 64 ? IntegerType::get(type.getContext(), secret.getWidth())
                                   : Type();
  if (auto bits = dyn_cast<mpc::BitsType>(type))
    return bits.getElementType();
  if (type.isIndex())
    return type;
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && byteWidth(tensor.getElementType()) > 0 ? tensor.getElementType()
                                                          : Type();
}

Shape reference::shapeOf(Type type) {
  return type.isIndex() ? Shape() : cast<ShapedType>(type).getShape();
}

/// Returns true if `tensor` has this type. A free dimension matches every size.
static bool isOfType(const Tensor &tensor, Type type) {
  Shape shape = shapeOf(type);
  auto agrees = [](auto pair) {
    auto [found, expected] = pair;
    return ShapedType::isDynamic(expected) || found == expected;
  };
  return tensor.getElementType() == elementTypeOf(type) &&
         tensor.getRank() == static_cast<int64_t>(shape.size()) &&
         llvm::all_of(llvm::zip(tensor.getShape(), shape), agrees);
}

/// Operations of other dialects: the sizes that nn.sized reads.
static llvm::Expected<Tensor> evaluateDim(tensor::DimOp op, Operands operands) {
  const Tensor &source = *operands[0];
  int64_t axis = operands[1]->integer(0);
  if (axis < 0 || axis >= source.getRank())
    return failAt(op, "found dimension " + llvm::Twine(axis) + " of a tensor of " +
                          llvm::Twine(source.getRank()) + " dimensions");
  return Tensor::scalar(op.getType(), source.getDim(axis));
}

static llvm::Expected<Tensor> evaluateIndexConstant(arith::ConstantOp op, Operands) {
  auto value = dyn_cast<IntegerAttr>(op.getValue());
  if (!value || !op.getType().isIndex())
    return failAt(op, "the reference evaluates constants of type index only; tensors are "
                      "nn.constant");
  return Tensor::scalar(op.getType(), value.getInt());
}

static OpTable makeTable() {
  OpTable table;
  table.add(evaluateDim);
  table.add(evaluateIndexConstant);
  addNNElementwise(table);
  addNNImage(table);
  addNNIndexing(table);
  addNNMovement(table);
  addNNNormalization(table);
  addNNProducts(table);
  addNNReductions(table);
  addNNWeights(table);
  addMPCArithmetic(table);
  addMPCBorders(table);
  addMPCFunctions(table);
  addMPCMovement(table);
  return table;
}

namespace {
/// Holds the values of a block. A value is dropped after its last use. The body of a loop
/// has a scope of its own in each step, inside that of the loop.
class Scope {
public:
  explicit Scope(const Scope *outer = nullptr)
      : outer(outer), liveElements(outer ? outer->liveElements : 0) {}

  llvm::Error define(Operation *op, Value name, Tensor value);
  const Tensor &get(Value name) const {
    auto own = values.find(name);
    return own != values.end() ? own->second : outer->get(name);
  }
  /// Called after `op`, with everything in it, has read its operands.
  void release(Operation *op);

private:
  void release(Value operand);

  const Scope *outer;
  llvm::DenseMap<Value, Tensor> values;
  llvm::DenseMap<Value, int64_t> reads;
  int64_t liveElements;
};
} // namespace

llvm::Error Scope::define(Operation *op, Value name, Tensor value) {
  if (name.use_empty())
    return llvm::Error::success();
  liveElements += value.getNumElements();
  if (liveElements > kMaxLiveElements)
    return failAt(op, "the values of the program have more than 2^29 elements");
  values[name] = std::move(value);
  reads[name] = std::distance(name.use_begin(), name.use_end());
  return llvm::Error::success();
}

void Scope::release(Operation *op) {
  op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      release(operand);
  });
}

void Scope::release(Value operand) {
  // The values of other scopes are not counted here.
  auto left = reads.find(operand);
  if (left == reads.end() || --left->second > 0)
    return;
  liveElements -= values[operand].getNumElements();
  values.erase(operand);
}

/// Checks, before anything is computed, that the interpreter supports every value of the
/// function.
static llvm::Error checkTypes(func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return failAt(function, "found a function of " +
                                llvm::Twine(function.getBody().getBlocks().size()) +
                                " blocks; expected one");
  auto check = [](Operation *op, TypeRange types) -> llvm::Error {
    for (Type type : types) {
      if (elementTypeOf(type))
        continue;
      std::string text;
      llvm::raw_string_ostream(text) << type;
      return failAt(op, "the reference cannot represent values of type " + text +
                            "; expected tensors of numbers of 8 to 64 bits, and secrets of "
                            "at most 64");
    }
    return llvm::Error::success();
  };
  Block &body = function.getBody().front();
  if (auto error = check(function, body.getArgumentTypes()))
    return error;
  llvm::Error error = llvm::Error::success();
  function.getBody().walk([&](Operation *op) {
    if (auto found = check(op, op->getResultTypes())) {
      llvm::consumeError(std::move(error));
      error = std::move(found);
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return error;
}

static Results evaluateBlock(const OpTable &table, Block &block, Scope &scope,
                             Precision precision);

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// Returns slice `index` along the first dimension.
static Tensor sliceAt(const Tensor &all, int64_t index) {
  Tensor slice(all.getShape().drop_front(), all.getElementType());
  int64_t size = slice.getNumElements();
  for (int64_t k = 0; k < size; ++k) {
    if (slice.isFloat())
      slice.real(k) = all.real(index * size + k);
    else
      slice.integer(k) = all.integer(index * size + k);
  }
  return slice;
}

/// Joins slices along a new first dimension. `type` is that of the result; without slices
/// it states the whole shape.
static Results join(nn::ScanOp op, const std::vector<Tensor> &slices, bool isReversed,
                    RankedTensorType type) {
  Index shape(type.getShape());
  if (!slices.empty())
    shape.assign(slices.front().getShape().begin(), slices.front().getShape().end());
  if (!slices.empty())
    shape.insert(shape.begin(), slices.size());
  shape.front() = slices.size();
  if (llvm::is_contained(shape, ShapedType::kDynamic))
    return failAt(op, "found no steps, so that the shape of what it collects is not known");
  auto all = makeTensor(op, shape, type.getElementType());
  if (!all)
    return all.takeError();
  for (auto [step, slice] : llvm::enumerate(slices)) {
    int64_t size = slice.getNumElements();
    int64_t place = isReversed ? slices.size() - 1 - step : step;
    for (int64_t k = 0; k < size; ++k) {
      if (all->isFloat())
        all->real(place * size + k) = slice.real(k);
      else
        all->integer(place * size + k) = slice.integer(k);
    }
  }
  std::vector<Tensor> result;
  result.push_back(std::move(*all));
  return result;
}

/// Returns the number of steps; all inputs must have as many slices.
static llvm::Expected<int64_t> countSteps(nn::ScanOp op, const Scope &scope) {
  std::optional<int64_t> steps;
  if (op.getCount())
    steps = std::max<int64_t>(scope.get(op.getCount()).integer(0), 0);
  for (Value input : op.getInputs()) {
    int64_t size = scope.get(input).getDim(0);
    if (steps.value_or(size) != size)
      return failAt(op, "found an input of " + llvm::Twine(size) + " slices; expected " +
                            llvm::Twine(*steps));
    steps = size;
  }
  return *steps;
}

static Results evaluateScan(const OpTable &table, nn::ScanOp op, const Scope &scope,
                            Precision precision) {
  auto steps = countSteps(op, scope);
  if (!steps)
    return steps.takeError();
  std::vector<Tensor> states;
  for (Value state : op.getStates())
    states.push_back(scope.get(state));
  std::vector<std::vector<Tensor>> collected(op.getCollected().size());
  for (int64_t step = 0; step < *steps; ++step) {
    Scope inner(&scope);
    std::vector<Tensor> arguments{
        Tensor::scalar(elementTypeOf(op.getStep().getType()), step)};
    arguments.insert(arguments.end(), states.begin(), states.end());
    for (auto [i, input] : llvm::enumerate(op.getInputs()))
      arguments.push_back(
          sliceAt(scope.get(input), op.isInputReversed(i) ? *steps - 1 - step : step));
    for (auto [name, value] : llvm::zip(op.getBody().getArguments(), arguments))
      if (auto error = inner.define(op, name, std::move(value)))
        return std::move(error);
    Results yielded = evaluateBlock(table, op.getBody().front(), inner, precision);
    if (!yielded)
      return yielded;
    for (auto [i, value] : llvm::enumerate(*yielded)) {
      if (i < states.size())
        states[i] = std::move(value);
      else
        collected[i - states.size()].push_back(std::move(value));
    }
  }
  std::vector<Tensor> results(std::move(states));
  for (auto [i, slices, all] : llvm::enumerate(collected, op.getCollected())) {
    Results joined = join(op, slices, op.isOutputReversed(i), tensorOf(all));
    if (!joined)
      return joined;
    results.push_back(std::move(joined->front()));
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

static Results evaluateOperation(const OpTable &table, Operation *op, const Scope &scope,
                                 Precision precision) {
  SmallVector<const Tensor *> operands;
  for (Value operand : op->getOperands())
    operands.push_back(&scope.get(operand));
  auto scan = dyn_cast<nn::ScanOp>(op);
  Results results =
      scan ? evaluateScan(table, scan, scope, precision) : table.evaluate(op, operands);
  if (!results)
    return results;
  for (auto [tensor, type] : llvm::zip_equal(*results, op->getResultTypes())) {
    tensor.wrap();
    if (precision == Precision::Element)
      tensor.round();
    if (isOfType(tensor, type))
      continue;
    std::string expected;
    llvm::raw_string_ostream(expected) << type;
    return failAt(op, "found a result of " + describe(tensor) + "; expected " + expected);
  }
  return results;
}

/// Returns what the terminator of the block returns.
static Results evaluateBlock(const OpTable &table, Block &block, Scope &scope,
                             Precision precision) {
  for (Operation &op : block.without_terminator()) {
    Results results = evaluateOperation(table, &op, scope, precision);
    if (!results)
      return results.takeError();
    scope.release(&op);
    for (auto [name, value] : llvm::zip(op.getResults(), *results))
      if (auto error = scope.define(&op, name, std::move(value)))
        return std::move(error);
  }
  std::vector<Tensor> outputs;
  for (Value value : block.getTerminator()->getOperands())
    outputs.push_back(scope.get(value));
  return outputs;
}

llvm::Expected<std::vector<Tensor>>
reference::evaluate(func::FuncOp function, ArrayRef<Tensor> inputs, Precision precision) {
  static const OpTable table = makeTable();
  if (auto error = checkTypes(function))
    return std::move(error);
  Block &body = function.getBody().front();
  if (inputs.size() != body.getNumArguments())
    return failAt(function, "found " + llvm::Twine(inputs.size()) + " inputs; expected " +
                                llvm::Twine(body.getNumArguments()));
  Scope scope;
  for (auto [argument, input] : llvm::zip(body.getArguments(), inputs)) {
    if (!isOfType(input, argument.getType()))
      return failAt(function, "found an input of " + describe(input) +
                                  " that does not have the type of argument " +
                                  llvm::Twine(argument.getArgNumber()));
    if (auto error = scope.define(function, argument, input))
      return std::move(error);
  }
  return evaluateBlock(table, body, scope, precision);
}
