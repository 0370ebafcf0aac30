//===- NodeBuilder.cpp - The interface for builders of nodes --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/NodeBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Verifier.h"
#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/ScopeExit.h"

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
  bool isNarrow = narrow.contains(name);
  auto elements = read(*initializer->second, name, isNarrow);
  auto location = NameLoc::get(builder.getStringAttr(name));
  // An initializer of the model may be read outside of the loop, too.
  OpBuilder::InsertionGuard guard(builder);
  if (outside)
    builder.restoreInsertionPoint(*outside);
  Value value;
  if (elements)
    value = nn::ConstantOp::create(builder, location, (*elements).getType(), *elements);
  if (value && isNarrow)
    value = nn::CastOp::create(builder, location,
                               tensorOf(value).clone(builder.getF32Type()), value);
  if (!elements)
    setInvalid(elements.takeError());
  values[name] = value;
  return value;
}

llvm::Expected<ElementsAttr> ImportState::read(const onnx::TensorProto &tensor,
                                               StringRef key, bool isNarrow) {
  MLIRContext *context = builder.getContext();
  int32_t dtype = tensor.data_type();
  Type stored = storageType(context, dtype);
  Type element = isNarrow ? stored : elementType(context, dtype);
  // Converting names without bytes would be of no use.
  bool isConverted = element != stored;
  if (auto count = countElements(tensor); !count)
    return count.takeError();
  else if (!needsWeights && isConverted && *count > kMaxInlineBytes)
    return nameTensor(element, tensor, key);
  auto bytes = file.bytesOf(tensor);
  if (bytes)
    return importTensor(element, tensor, bytes->bytes, bytes->owner, key);
  if (needsWeights || !isExternal(tensor))
    return bytes.takeError();
  llvm::consumeError(bytes.takeError());
  return nameTensor(element, tensor, key);
}

void ImportState::setInvalid(llvm::Error error) {
  llvm::handleAllErrors(std::move(error), [&](const Error &found) {
    if (!invalid.empty())
      return;
    invalid = found.getMessage();
    remedy = found.getHint();
  });
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
  if (isSequence(i))
    return invalid(fmt::format("input {} is a sequence; expected a tensor", i));
  return state.lookup(node.input(i));
}

bool NodeBuilder::isSequence(int64_t i) const {
  return hasOperand(i) && state.sequences.contains(node.input(i));
}

std::optional<SmallVector<Value>> NodeBuilder::sequence(int64_t i) {
  if (isSequence(i))
    return state.sequences[node.input(i)];
  invalid(hasOperand(i) ? fmt::format("input {} is a tensor; expected a sequence", i)
                        : fmt::format("input {} is missing", i));
  return std::nullopt;
}

SmallVector<Value> NodeBuilder::operands() {
  SmallVector<Value> values;
  for (int64_t i = 0; i < numOperands(); ++i)
    values.push_back(operand(i));
  return values;
}

void NodeBuilder::wantValue(int64_t i) {
  Value value = operand(i);
  while (value && isa_and_present<nn::CastOp, nn::ReshapeOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  auto argument = dyn_cast_if_present<BlockArgument>(value);
  if (!argument)
    return;
  auto main = dyn_cast_if_present<func::FuncOp>(argument.getOwner()->getParentOp());
  if (!main)
    return; // a value of a loop
  if (auto name = main.getArgAttrOfType<StringAttr>(argument.getArgNumber(), nn::kNameAttr))
    state.wantedValues.insert(name.getValue());
}

std::optional<std::vector<int64_t>> NodeBuilder::constantInts(int64_t i) {
  if (!hasOperand(i))
    return std::nullopt;
  return readIntegers(constantOf(operand(i)));
}

std::optional<int32_t> NodeBuilder::storedDtype(int64_t i) const {
  if (!hasOperand(i))
    return std::nullopt;
  auto found = state.initializers.find(node.input(i));
  if (found == state.initializers.end())
    return std::nullopt;
  return found->second->data_type();
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
  if (rank == 0) {
    invalid(fmt::format("axis is {}, and its input has no dimensions", axis));
    return std::nullopt;
  }
  invalid(
      fmt::format("axis is {}; expected a number from {} to {}", axis, -rank, rank - 1));
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> NodeBuilder::normalizeAxes(ArrayRef<int64_t> axes,
                                                               int64_t rank) {
  SmallVector<int64_t> normal;
  for (int64_t axis : axes) {
    if (rank == 0) {
      invalid(fmt::format("an axis is {}, and its input has no dimensions", axis));
      return std::nullopt;
    }
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

/// Returns true if a tensor of this type could exist. A free dimension counts as 1.
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
  auto tryFold = [&] { return state.builder.tryFold(op, folded); };
  // A movement that is composed with those in front of it may fold.
  auto movement = dyn_cast<nn::MovementOpInterface>(op);
  if (failed(tryFold()) && (!movement || !movement.compose() || failed(tryFold())))
    return result;
  op->erase();
  if (isLarge && size && constantOf(folded.front()))
    state.foldBudget -= *size;
  return folded.front();
}

bool NodeBuilder::spendFolded(int64_t bytes) {
  if (bytes > state.foldBudget)
    return false;
  state.foldBudget -= bytes;
  return true;
}

Value NodeBuilder::createOperation(OperationState &operation, ValueRange operands,
                                   Type type) {
  Operation *op = insertOperation(operation, operands, type);
  return op ? fold(op) : Value();
}

Operation *NodeBuilder::insertOperation(OperationState &operation, ValueRange operands,
                                        Type type) {
  auto refute = [&](const std::string &what) -> Operation * {
    invalid(what);
    return nullptr;
  };
  if (!llvm::all_of(operands, [](Value value) { return static_cast<bool>(value); }))
    return nullptr;
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
      return refute(text);
  }
  for (Type result : types)
    if (!isReasonable(cast<RankedTensorType>(result)))
      return nullptr;
  operation.addTypes(types);
  Operation *op = state.builder.create(operation);
  if (failed(verify(op, /*verifyRecursively=*/false))) {
    op->erase();
    return refute(text);
  }
  return op;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// Fills `block` with what `build` creates; nullopt after an error.
std::optional<SmallVector<Value>> NodeBuilder::buildBody(Block &block, const Loop &loop,
                                                         LoopBody build) {
  OpBuilder::InsertionGuard guard(state.builder);
  bool isOutermost = !state.outside;
  if (isOutermost)
    state.outside = state.builder.saveInsertionPoint();
  llvm::scope_exit leave([&] {
    if (isOutermost)
      state.outside.reset();
  });
  state.builder.setInsertionPointToStart(&block);
  auto arguments = ValueRange(block.getArguments());
  auto results = build(arguments.front(), arguments.slice(1, loop.states.size()),
                       arguments.drop_front(1 + loop.states.size()));
  if (!results || llvm::is_contained(*results, Value()))
    return std::nullopt;
  nn::YieldOp::create(state.builder, location, *results);
  return results;
}

/// Returns false, and the node is not imported, if a state does not keep its type.
bool NodeBuilder::keepsType(Value before, Value after) {
  auto print = [](Type type) {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return text;
  };
  if (tensorOf(before).getElementType() != tensorOf(after).getElementType()) {
    invalid(fmt::format("a state is {} before a step and {} after it",
                        print(before.getType()), print(after.getType())));
    return false;
  }
  if (nn::areCompatibleShapes(before.getType(), after.getType()))
    return true;
  refuse(fmt::format("a state is {} before a step and {} after it, and the loop is not "
                     "unrolled",
                     print(before.getType()), print(after.getType())),
         {"pin the dimensions that determine the number of steps", Setting::Dimensions});
  return false;
}

SmallVector<Value> NodeBuilder::createLoop(const Loop &loop, LoopBody build) {
  OpBuilder &builder = state.builder;
  Region region;
  Block &block = region.emplaceBlock();
  block.addArgument(RankedTensorType::get({}, builder.getI64Type()), location);
  for (Value value : loop.states)
    block.addArgument(value.getType(), location);
  int64_t steps = ShapedType::kDynamic;
  for (Value input : loop.inputs) {
    ArrayRef<int64_t> shape = tensorOf(input).getShape();
    if (!ShapedType::isDynamic(shape.front()))
      steps = shape.front();
    block.addArgument(tensorOf(input).clone(shape.drop_front()), location);
  }
  auto results = buildBody(block, loop, build);
  if (!results)
    return {};
  for (auto [before, after] : llvm::zip(loop.states, *results))
    if (!keepsType(before, after))
      return {};
  SmallVector<Type> types(ValueRange(loop.states).getTypes());
  for (Value slice : ArrayRef(*results).drop_front(loop.states.size())) {
    SmallVector<int64_t> shape(tensorOf(slice).getShape());
    shape.insert(shape.begin(), steps);
    types.push_back(tensorOf(slice).clone(shape));
    if (!isReasonable(cast<RankedTensorType>(types.back())))
      return {};
  }
  bool isReversed = llvm::is_contained(loop.reversed, true);
  auto reversed = isReversed ? builder.getDenseBoolArrayAttr(loop.reversed) : nullptr;
  auto scan = nn::ScanOp::create(builder, location, types, loop.count, loop.states,
                                 loop.inputs, reversed);
  scan.getBody().takeBody(region);
  return SmallVector<Value>(scan.getResults());
}

Value NodeBuilder::constant(ElementsAttr value) {
  return nn::ConstantOp::create(state.builder, location, value.getType(), value);
}

Value NodeBuilder::attributeConstant(ElementsAttr value) {
  Value result = constant(value);
  nn::setFromAttribute(result.getDefiningOp());
  return result;
}

Value NodeBuilder::constant(const onnx::TensorProto &tensor) {
  if (!elementType(context(), tensor.data_type()))
    return refuse("its tensor has elements of " + dtypeName(tensor.data_type()),
                  std::string("expected ") + kElementTypes);
  auto elements = state.read(tensor, node.output(0));
  if (!elements) {
    state.setInvalid(elements.takeError());
    return {};
  }
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
  return attributeConstant(
      DenseElementsAttr::get(type, FloatAttr::get(elementType, value)));
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

void NodeBuilder::defineSequence(int64_t i, SmallVector<Value> elements) {
  if (i < node.output_size() && !node.output(i).empty())
    state.sequences[node.output(i)] = std::move(elements);
}

Value NodeBuilder::refuse(const std::string &reason, const Hint &remedy) {
  UnsupportedNode found{nodeName(node), node.op_type(), node.domain(),
                        state.opset,    reason,         remedy};
  // A builder that does the same to three operands reports a problem once.
  bool isKnown = !state.refused.empty() && state.refused.back().node == found.node &&
                 state.refused.back().reason == reason;
  if (!isKnown)
    state.refused.push_back(std::move(found));
  return {};
}

Value NodeBuilder::invalid(const std::string &what) {
  if (state.invalid.empty())
    state.invalid =
        fmt::format("node {} ({}): {}", quote(nodeName(node)), node.op_type(), what);
  return {};
}
