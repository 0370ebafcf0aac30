//===- BuildSequence.cpp - Builders: sequences of tensors -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exporters write chunk, unbind and stack with sequences. A sequence is a list of values
// while a model is imported, and no operation: its length and the positions that are
// asked for have to be known.
//
//===----------------------------------------------------------------------===//

#include "Ops/Compose.h"
#include "Ops/NodeBuilder.h"
#include "Ops/OpTable.h"
#include "Ops/Shapes.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

static Hint decideBefore() {
  return {"export by tracing, so that positions and sizes are constants, or pin the "
          "dimensions or inputs that determine them",
          Setting::DimensionsOrInputs};
}

/// Returns the one integer that operand `i` holds. If it is computed from the inputs, the
/// node is refused.
static std::optional<int64_t> constantPosition(NodeBuilder &node, int64_t i) {
  auto numbers = node.constantInts(i);
  if (numbers && numbers->size() == 1)
    return numbers->front();
  if (node.operand(i))
    node.refuse("its position is not a constant", decideBefore());
  return std::nullopt;
}

/// Returns `position` as a number from 0 to `end` - 1; it may count from the end of the
/// sequence, which has `size` elements.
static std::optional<int64_t> normalizePosition(NodeBuilder &node, int64_t position,
                                                int64_t size, int64_t end) {
  if (-size <= position && position < end)
    return position < 0 ? position + size : position;
  node.invalid(fmt::format("its position is {} in a sequence of {}", position, size));
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Lists
//===----------------------------------------------------------------------===//

Value onnx_import::buildSequenceEmpty(NodeBuilder &node) {
  node.defineSequence(0, {});
  return {};
}

Value onnx_import::buildSequenceConstruct(NodeBuilder &node) {
  SmallVector<Value> elements = node.operands();
  if (llvm::all_of(elements, [](Value value) { return bool(value); }))
    node.defineSequence(0, std::move(elements));
  return {};
}

Value onnx_import::buildSequenceAt(NodeBuilder &node) {
  auto sequence = node.sequence(0);
  auto position = sequence ? constantPosition(node, 1) : std::nullopt;
  if (position)
    position = normalizePosition(node, *position, sequence->size(), sequence->size());
  return position ? (*sequence)[*position] : Value();
}

Value onnx_import::buildSequenceLength(NodeBuilder &node) {
  auto sequence = node.sequence(0);
  return sequence ? i64Scalar(node, sequence->size()) : Value();
}

/// Without a position the element is appended.
Value onnx_import::buildSequenceInsert(NodeBuilder &node) {
  auto sequence = node.sequence(0);
  Value element = sequence ? node.operand(1) : Value();
  if (!element)
    return {};
  std::optional<int64_t> position = sequence->size();
  if (node.hasOperand(2) && (position = constantPosition(node, 2)))
    position = normalizePosition(node, *position, sequence->size(), sequence->size() + 1);
  if (!position)
    return {};
  sequence->insert(sequence->begin() + *position, element);
  node.defineSequence(0, std::move(*sequence));
  return {};
}

/// Without a position the last element is removed.
Value onnx_import::buildSequenceErase(NodeBuilder &node) {
  auto sequence = node.sequence(0);
  if (!sequence)
    return {};
  std::optional<int64_t> position = -1;
  if (node.hasOperand(1))
    position = constantPosition(node, 1);
  if (position)
    position = normalizePosition(node, *position, sequence->size(), sequence->size());
  if (!position)
    return {};
  sequence->erase(sequence->begin() + *position);
  node.defineSequence(0, std::move(*sequence));
  return {};
}

//===----------------------------------------------------------------------===//
// Tensors to sequences, and back
//===----------------------------------------------------------------------===//

/// Returns the sizes of the parts of a dimension of `dim` elements: 1 each without operand
/// 1; the one number that it holds, where the last part may be smaller; or its list.
static std::optional<std::vector<int64_t>> partSizes(NodeBuilder &node, int64_t dim) {
  std::vector<int64_t> sizes{1};
  if (node.hasOperand(1)) {
    auto given = node.constantInts(1);
    if (!given) {
      if (node.operand(1))
        node.refuse("the sizes of its parts are not constants", decideBefore());
      return std::nullopt;
    }
    sizes = *given;
    if (tensorOf(node.operand(1)).getRank() == 1) {
      int64_t sum = 0;
      for (int64_t size : sizes)
        if (size < 0 || __builtin_add_overflow(sum, size, &sum))
          sum = -1;
      if (sum == dim)
        return sizes;
      node.invalid(
          fmt::format("it cannot split {} elements into parts of the given sizes", dim));
      return std::nullopt;
    }
  }
  if (sizes.size() != 1 || sizes.front() < 1) {
    node.invalid("the size of its parts is not one positive number");
    return std::nullopt;
  }
  int64_t size = sizes.front(), parts = llvm::divideCeil(dim, size);
  if (!node.spend(parts))
    return std::nullopt;
  sizes.assign(parts, size);
  if (parts > 0)
    sizes.back() = dim - (parts - 1) * size;
  return sizes;
}

Value onnx_import::buildSplitToSequence(NodeBuilder &node) {
  Value input = node.operand(0);
  auto axis = input ? node.axisAttribute(0, tensorOf(input).getRank()) : std::nullopt;
  if (!axis)
    return {};
  auto type = tensorOf(input);
  if (type.isDynamicDim(*axis))
    return node.refuse(
        fmt::format("it splits dimension {}, whose size is not known", *axis),
        {"pin it", Setting::Dimensions});
  auto sizes = partSizes(node, type.getDimSize(*axis));
  if (!sizes)
    return {};
  // Without sizes, a part may be an element of the dimension rather than a slice of it.
  bool dropsAxis = !node.hasOperand(1) && node.intAttribute("keepdims", 1) == 0;
  SmallVector<int64_t> dims(type.getShape());
  dims.erase(dims.begin() + *axis);
  SmallVector<Value> parts;
  int64_t start = 0;
  for (int64_t size : *sizes) {
    Value part = slice(node, input, *axis, start, start + size);
    parts.push_back(dropsAxis ? reshape(node, part, dims) : part);
    if (!parts.back())
      return {};
    start += size;
  }
  node.defineSequence(0, std::move(parts));
  return {};
}

Value onnx_import::buildConcatFromSequence(NodeBuilder &node) {
  auto sequence = node.sequence(0);
  if (!sequence)
    return {};
  if (sequence->empty())
    return node.invalid("its sequence is empty; expected at least one tensor");
  if (!node.hasAttribute("axis"))
    return node.invalid("attribute 'axis' is missing");
  for (Value element : *sequence)
    if (tensorOf(element).getRank() != tensorOf(sequence->front()).getRank())
      return node.invalid(fmt::format("its tensors have {} and {} dimensions; expected the "
                                      "same number",
                                      tensorOf(sequence->front()).getRank(),
                                      tensorOf(element).getRank()));
  bool isNew = node.intAttribute("new_axis", 0) != 0;
  int64_t rank = tensorOf(sequence->front()).getRank() + isNew;
  auto axis = node.axisAttribute(0, rank);
  if (!axis)
    return {};
  if (isNew)
    for (Value &element : *sequence)
      element = insertDim(node, element, *axis);
  return concat(node, *sequence, *axis);
}
