//===- NodeBuilder.cpp - What the builders of nodes work with -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeBuilder.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Verifier.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;
using onnx::AttributeProto;

NodeBuilder::NodeBuilder(ImportState &state, const onnx::NodeProto &node)
    : state(state), node(node),
      location(NameLoc::get(state.builder.getStringAttr(nodeName(node)))) {}

ElementsAttr onnx_import::constantOf(Value value) {
  ElementsAttr attribute;
  if (value && matchPattern(value, m_Constant(&attribute)))
    return attribute;
  return {};
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

Value ImportState::lookup(StringRef name) {
  auto known = values.find(name);
  if (known != values.end())
    return known->second;
  auto initializer = initializers.find(name);
  if (initializer == initializers.end())
    return {};
  int i = initializer->second;
  const onnx::TensorProto &tensor = file.graph().initializer(i);
  auto elements =
      tensor.data_location() == onnx::TensorProto::EXTERNAL
          ? nameTensor(builder.getContext(), tensor)
          : importTensor(builder.getContext(), tensor, file.rawData(i), file.mapping, name);
  Value value;
  if (elements)
    value = nn::ConstantOp::create(builder, NameLoc::get(builder.getStringAttr(name)),
                                   (*elements).getType(), *elements);
  else if (std::string text = llvm::toString(elements.takeError()); invalid.empty())
    invalid = text;
  values[name] = value;
  return value;
}

bool NodeBuilder::hasOperand(int64_t i) const {
  return i < node.input_size() && !node.input(i).empty();
}

bool NodeBuilder::isUsed(int64_t i) const {
  return i < node.output_size() && !node.output(i).empty() &&
         state.used.contains(node.output(i));
}

Value NodeBuilder::operand(int64_t i) {
  if (!hasOperand(i))
    return invalid(fmt::format("input {} is missing", i));
  return state.lookup(node.input(i));
}

SmallVector<Value> NodeBuilder::operands() {
  SmallVector<Value> values;
  for (int64_t i = 0; i < numOperands(); ++i)
    values.push_back(operand(i));
  return values;
}

std::optional<std::vector<int64_t>> NodeBuilder::constantInts(int64_t i) {
  if (!hasOperand(i))
    return std::nullopt;
  return readIntegers(constantOf(operand(i)));
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

bool NodeBuilder::hasAttribute(StringRef name) const {
  return llvm::any_of(node.attribute(), [&](const AttributeProto &candidate) {
    return candidate.name() == name;
  });
}

const AttributeProto *NodeBuilder::attribute(StringRef name,
                                             AttributeProto::AttributeType type) {
  for (const AttributeProto &candidate : node.attribute()) {
    if (candidate.name() != name)
      continue;
    if (candidate.type() == type)
      return &candidate;
    invalid(fmt::format("attribute '{}' is of type {}; expected {}", name.str(),
                        AttributeProto::AttributeType_Name(candidate.type()),
                        AttributeProto::AttributeType_Name(type)));
  }
  return nullptr;
}

int64_t NodeBuilder::intAttribute(StringRef name, int64_t fallback) {
  const AttributeProto *found = attribute(name, AttributeProto::INT);
  return found ? found->i() : fallback;
}

float NodeBuilder::floatAttribute(StringRef name, float fallback) {
  const AttributeProto *found = attribute(name, AttributeProto::FLOAT);
  return found ? found->f() : fallback;
}

std::string NodeBuilder::stringAttribute(StringRef name, StringRef fallback) {
  const AttributeProto *found = attribute(name, AttributeProto::STRING);
  return found ? found->s() : fallback.str();
}

std::optional<std::vector<int64_t>> NodeBuilder::intsAttribute(StringRef name) {
  const AttributeProto *found = attribute(name, AttributeProto::INTS);
  if (!found)
    return std::nullopt;
  return std::vector<int64_t>(found->ints().begin(), found->ints().end());
}

std::optional<int64_t> NodeBuilder::axisAttribute(int64_t fallback, int64_t rank) {
  int64_t axis = intAttribute("axis", fallback);
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  invalid(
      fmt::format("axis is {}; expected a number from {} to {}", axis, -rank, rank - 1));
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> NodeBuilder::normalizeAxes(ArrayRef<int64_t> axes,
                                                               int64_t rank) {
  SmallVector<int64_t> normal;
  for (int64_t axis : axes) {
    if (axis < -rank || axis >= rank) {
      invalid(fmt::format("an axis is {}; expected numbers from {} to {}", axis, -rank,
                          rank - 1));
      return std::nullopt;
    }
    normal.push_back(axis < 0 ? axis + rank : axis);
  }
  llvm::sort(normal);
  if (std::adjacent_find(normal.begin(), normal.end()) != normal.end()) {
    invalid("an axis is given twice");
    return std::nullopt;
  }
  return normal;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// Whether a tensor of this type could exist. A free dimension counts as 1.
bool NodeBuilder::isReasonable(RankedTensorType type) {
  if (type.getRank() > kMaxRank) {
    invalid(fmt::format("a tensor of {} dimensions; expected at most {}", type.getRank(),
                        kMaxRank));
    return false;
  }
  SmallVector<int64_t> shape;
  for (int64_t dim : type.getShape())
    shape.push_back(ShapedType::isDynamic(dim) ? 1 : dim);
  auto size = byteSize(RankedTensorType::get(shape, type.getElementType()));
  if (size && *size <= kMaxTensorBytes)
    return true;
  std::string text;
  llvm::raw_string_ostream(text) << type;
  invalid(fmt::format("it makes a {}, more than 2^40 bytes", text));
  return false;
}

/// Folds shape arithmetic at once, so that later nodes see constants.
Value NodeBuilder::fold(Operation *op) {
  Value result = op->getResult(0);
  auto size = byteSize(tensorOf(result));
  bool isLarge = !size || *size > kMaxInlineBytes;
  if (isLarge && state.foldBudget <= 0)
    return result;
  SmallVector<Value> folded;
  if (failed(state.builder.tryFold(op, folded)) || folded.empty())
    return result;
  op->erase();
  if (isLarge && size && constantOf(folded.front()))
    state.foldBudget -= *size;
  return folded.front();
}

Value NodeBuilder::createOperation(OperationState &operation, ValueRange operands,
                                   Type type) {
  if (!llvm::all_of(operands, [](Value value) { return static_cast<bool>(value); }))
    return {};
  operation.addOperands(operands);
  std::string text;
  ScopedDiagnosticHandler handler(context(), [&](Diagnostic &diagnostic) {
    if (text.empty())
      text = diagnostic.str();
    return success();
  });
  SmallVector<Type> types{type};
  if (!type) {
    auto *interface = operation.name.getInterface<InferTypeOpInterface>();
    types.clear();
    if (!interface || failed(interface->inferReturnTypes(
                          context(), location, operation.operands,
                          operation.attributes.getDictionary(context()),
                          operation.getRawProperties(), operation.regions, types)))
      return invalid(text);
  }
  if (!isReasonable(cast<RankedTensorType>(types.front())))
    return {};
  operation.addTypes(types);
  Operation *op = state.builder.create(operation);
  if (failed(verify(op, /*verifyRecursively=*/false))) {
    op->erase();
    return invalid(text);
  }
  return fold(op);
}

Value NodeBuilder::constant(ElementsAttr value) {
  return nn::ConstantOp::create(state.builder, location, value.getType(), value);
}

Value NodeBuilder::constant(const onnx::TensorProto &tensor) {
  if (!elementType(context(), tensor.data_type()))
    return refuse("its tensor has elements of " + dtypeName(tensor.data_type()),
                  std::string("expected ") + kElementTypes);
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
    return refuse("its tensor is in another file", "save the model with its data inside");
  const std::string &raw = tensor.raw_data();
  auto elements = importTensor(context(), tensor, ArrayRef<char>(raw.data(), raw.size()),
                               /*owner=*/nullptr, node.output(0));
  if (!elements)
    return invalid(llvm::toString(elements.takeError()));
  return constant(*elements);
}

Value NodeBuilder::intsConstant(ArrayRef<int64_t> values) {
  return constant(
      DenseIntElementsAttr::get(RankedTensorType::get({static_cast<int64_t>(values.size())},
                                                      state.builder.getI64Type()),
                                values));
}

Value NodeBuilder::scalarConstant(FloatType elementType, double value) {
  auto type = RankedTensorType::get({}, elementType);
  return constant(DenseElementsAttr::get(type, FloatAttr::get(elementType, value)));
}

IntegerAttr NodeBuilder::i64(int64_t value) {
  return state.builder.getI64IntegerAttr(value);
}

DenseI64ArrayAttr NodeBuilder::i64Array(ArrayRef<int64_t> values) {
  return state.builder.getDenseI64ArrayAttr(values);
}

//===----------------------------------------------------------------------===//
// Outcome
//===----------------------------------------------------------------------===//

void NodeBuilder::define(int64_t i, Value value) {
  if (i < node.output_size() && !node.output(i).empty())
    state.values[node.output(i)] = value;
}

Value NodeBuilder::refuse(const std::string &reason, const std::string &remedy) {
  state.refused.push_back(
      {nodeName(node), node.op_type(), node.domain(), state.opset, reason, remedy});
  return {};
}

Value NodeBuilder::invalid(const std::string &what) {
  if (state.invalid.empty())
    state.invalid =
        fmt::format("node {} ({}): {}", quote(nodeName(node)), node.op_type(), what);
  return {};
}
