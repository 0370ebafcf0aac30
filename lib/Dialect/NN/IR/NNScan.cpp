//===- NNScan.cpp - The loop over a sequence ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Matchers.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/SizeInference.h"
#include "tacit/Support/Elements.h"
#include <set>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

bool ScanOp::isInputReversed(unsigned input) {
  auto flags = getReversed();
  return flags && (*flags)[input];
}

bool ScanOp::isOutputReversed(unsigned output) {
  auto flags = getReversed();
  return flags && (*flags)[getInputs().size() + output];
}

Value ScanOp::getSliceOf(OpOperand &use) {
  auto [first, size] = getODSOperandIndexAndLength(2);
  unsigned number = use.getOperandNumber();
  bool isInput =
      use.getOwner() == getOperation() && number >= first && number < first + size;
  return isInput ? getSliceArguments()[number - first] : Value();
}

std::optional<int64_t> ScanOp::getKnownSteps() {
  Attribute constant;
  if (Value count = getCount(); count && matchPattern(count, m_Constant(&constant)))
    if (auto known = readIntegers(constant))
      return std::max<int64_t>(known->front(), 0);
  for (Value input : getInputs())
    if (!tensorOf(input).isDynamicDim(0))
      return tensorOf(input).getDimSize(0);
  return std::nullopt;
}

/// Returns the type of the slices of a tensor, or of the tensor of all slices.
static RankedTensorType sliceOf(RankedTensorType type) {
  return type.clone(type.getShape().drop_front());
}

static LogicalResult verifyType(ScanOp op, const Twine &what, Type found, Type expected) {
  if (areCompatibleShapes(found, expected))
    return success();
  return op.emitOpError() << "has " << what << " of type " << found << "; expected "
                          << expected;
}

/// The arguments of the body are the step, the states and the slices.
static LogicalResult verifyArguments(ScanOp op) {
  auto arguments = op.getBody().getArguments();
  size_t expected = 1 + op.getStates().size() + op.getInputs().size();
  if (arguments.size() != expected)
    return op.emitOpError() << "has a body of " << arguments.size()
                            << " arguments; expected " << expected
                            << ": the step, the states and the slices of the inputs";
  auto step = RankedTensorType::get({}, IntegerType::get(op.getContext(), 64));
  if (failed(verifyType(op, "a number of the step", op.getStep().getType(), step)))
    return failure();
  for (auto [i, state, init] : llvm::enumerate(op.getStateArguments(), op.getStates()))
    if (failed(verifyType(op, "a state " + Twine(i), state.getType(), init.getType())))
      return failure();
  for (auto [i, slice, input] : llvm::enumerate(op.getSliceArguments(), op.getInputs())) {
    if (tensorOf(input).getRank() == 0)
      return op.emitOpError() << "has an input " << i
                              << " without dimensions; expected a first dimension, along "
                                 "which it is cut";
    if (failed(verifyType(op, "a slice of input " + Twine(i), slice.getType(),
                          sliceOf(tensorOf(input)))))
      return failure();
  }
  return success();
}

/// The body returns the next states and one slice of each output.
static LogicalResult verifyResults(ScanOp op) {
  size_t numYielded = op.getYielded().size();
  if (numYielded != op.getNumResults() || numYielded < op.numStates())
    return op.emitOpError() << "has " << op.getNumResults() << " results and "
                            << op.numStates() << " states, and its body returns "
                            << numYielded << " values; expected one for each result";
  for (auto [i, next, init, last] :
       llvm::enumerate(op.getNextStates(), op.getStates(), op.getLastStates()))
    if (failed(
            verifyType(op, "a next state " + Twine(i), next.getType(), init.getType())) ||
        failed(verifyType(op, "a last state " + Twine(i), last.getType(), init.getType())))
      return failure();
  for (auto [i, slice, all] : llvm::enumerate(op.getSlices(), op.getCollected())) {
    if (tensorOf(all).getRank() == 0)
      return op.emitOpError() << "has an output " << i
                              << " without dimensions; expected a first dimension, along "
                                 "which it is collected";
    if (failed(verifyType(op, "a slice of output " + Twine(i), slice.getType(),
                          sliceOf(tensorOf(all)))))
      return failure();
  }
  return success();
}

LogicalResult ScanOp::verify() {
  if (!isa<YieldOp>(getBody().front().getTerminator()))
    return emitOpError() << "has a body that ends with "
                         << getBody().front().getTerminator()->getName()
                         << "; expected nn.yield";
  if (!getCount() && getInputs().empty())
    return emitOpError() << "has no number of steps; expected 'count', or inputs to scan";
  if (failed(verifyArguments(*this)) || failed(verifyResults(*this)))
    return failure();
  size_t expected = getInputs().size() + getCollected().size();
  if (auto flags = getReversed(); flags && flags->size() != expected)
    return emitOpError() << "has " << flags->size() << " entries in 'reversed'; expected "
                         << expected << ", one for each input and collected output";
  return success();
}

SizeList ScanOp::inferSizes(SizeInference &inference, unsigned result) {
  if (result < numStates())
    return inference.sizesOf(getStates()[result]);
  SizeList sizes{inferSteps(inference)};
  llvm::append_range(sizes, inference.sizesOf(getYielded()[result]));
  return sizes;
}

SizeExpr ScanOp::inferSteps(SizeInference &inference) {
  if (Value count = getCount()) {
    auto known = inference.elementsOf(count);
    return known ? inference.table.maximum(known->front(), inference.table.constant(0))
                 : SizeExpr();
  }
  return inference.sizesOf(getInputs().front()).front();
}

/// Returns the atoms of which `size` is made, also within quotients and the like. Those of
/// a choice do not count: a state that is broadcast keeps its size if the choice is right.
static std::set<unsigned> atomsOf(const SizeTable &table, SizeExpr size) {
  std::set<unsigned> found;
  SmallVector<SizeExpr> open{size};
  while (!open.empty())
    for (const SizeTerm &term : table.terms(open.pop_back_val()))
      for (unsigned number : term.atoms)
        if (found.insert(number).second &&
            table.atom(number).kind != SizeAtom::Kind::Choice)
          llvm::append_range(open, table.atom(number).operands);
  return found;
}

/// Returns true if a step makes another size out of `before`. Sizes that have nothing in
/// common may well be equal in a run; N and 2 * N are only if there is nothing.
static bool isChanged(SizeTable &table, SizeExpr before, SizeExpr after) {
  SmallVector<std::pair<SizeExpr, SizeExpr>> limits;
  if (!before || !after ||
      table.withoutLimits(before, limits) == table.withoutLimits(after, limits))
    return false;
  std::set<unsigned> atoms = atomsOf(table, before);
  return llvm::any_of(atomsOf(table, after),
                      [&](unsigned number) { return atoms.count(number) > 0; });
}

void ScanOp::requireSizes(SizeInference &inference) {
  SizeTable &table = inference.table;
  SizeExpr steps = inferSteps(inference);
  for (Value input : getInputs())
    inference.require(inference.sizesOf(input).front(), steps);
  for (auto [next, init] : llvm::zip(getNextStates(), getStates()))
    for (auto [axis, after, before] :
         llvm::enumerate(inference.sizesOf(next), inference.sizesOf(init))) {
      if (isChanged(table, before, after))
        inference.fail("dimension " + Twine(axis) + " of a state is " +
                       table.print(before) + " before a step and " + table.print(after) +
                       " after it; expected the same, unless the dimensions that determine "
                       "the number of steps are pinned, so that the loop is unrolled");
      else
        inference.require(after, before);
    }
}
