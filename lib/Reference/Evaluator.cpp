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
  if (type.isIndex())
    return type;
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && byteWidth(tensor.getElementType()) > 0 ? tensor.getElementType()
                                                          : Type();
}

Shape reference::shapeOf(Type type) {
  if (auto secret = dyn_cast<mpc::ShareType>(type))
    return secret.getShape();
  return type.isIndex() ? Shape() : cast<RankedTensorType>(type).getShape();
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
/// Holds the values of a block. A value is dropped after its last use.
class Scope {
public:
  llvm::Error define(Operation *op, Value name, Tensor value);
  const Tensor &get(Value name) const { return values.find(name)->second; }
  /// Called after `op` has read its operands.
  void release(Operation *op);

private:
  llvm::DenseMap<Value, Tensor> values;
  llvm::DenseMap<Value, int64_t> reads;
  int64_t liveElements = 0;
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
  for (Value operand : op->getOperands()) {
    if (--reads[operand] > 0)
      continue;
    liveElements -= values[operand].getNumElements();
    values.erase(operand);
  }
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
  for (Operation &op : body)
    if (auto error = check(&op, op.getResultTypes()))
      return error;
  return llvm::Error::success();
}

static Results evaluateOperation(const OpTable &table, Operation *op, const Scope &scope,
                                 Precision precision) {
  SmallVector<const Tensor *> operands;
  for (Value operand : op->getOperands())
    operands.push_back(&scope.get(operand));
  Results results = table.evaluate(op, operands);
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
  for (Operation &op : body.without_terminator()) {
    Results results = evaluateOperation(table, &op, scope, precision);
    if (!results)
      return results.takeError();
    scope.release(&op);
    for (auto [name, value] : llvm::zip(op.getResults(), *results))
      if (auto error = scope.define(&op, name, std::move(value)))
        return std::move(error);
  }
  std::vector<Tensor> outputs;
  for (Value value : body.getTerminator()->getOperands())
    outputs.push_back(scope.get(value));
  return outputs;
}
