//===- Random.cpp - Programs drawn by lot ---------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Random.h"
#include "Case.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Pass/PassManager.h"
#include "tacit/Conversion/Passes.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

/// Operations of a program, and how many are drawn for it at most.
static constexpr int kOperations = 12, kAttempts = 200;
/// The largest number that a program may compute.
static constexpr double kLargest = 64;
/// The change that rounding after each operation may cause, in parts of the largest
/// element or of 1. Compiled code may differ by five times as much.
static constexpr double kRounding = 2e-6;
static constexpr int64_t kMaxSize = 512;

/// The registered operations that are elementwise and have no attributes, in an order that
/// their names decide.
static SmallVector<RegisteredOperationName> elementwiseOperations(MLIRContext *context) {
  SmallVector<RegisteredOperationName> names;
  for (RegisteredOperationName name : context->getRegisteredOperations())
    if (name.hasInterface<nn::ElementwiseOpInterface>() &&
        name.getAttributeNames().empty() && name.hasInterface<InferTypeOpInterface>() &&
        (name.hasTrait<OpTrait::OneOperand>() ||
         name.hasTrait<OpTrait::NOperands<2>::Impl>()))
      names.push_back(name);
  return names;
}

namespace {

/// A value of the program: in double precision, and rounded after each operation.
struct Known {
  Tensor exact, rounded;
};

class Author {
public:
  Author(func::FuncOp function, uint64_t number, bool forSecrets)
      : forSecrets(forSecrets), bits(number * 0x9e3779b97f4a7c15u + 1), function(function),
        builder(function.getContext()), loc(function.getLoc()),
        names(elementwiseOperations(function.getContext())) {}

  void write();

private:
  int64_t pick(int64_t count) { return static_cast<int64_t>(bits() % count); }
  int64_t pickSize() { return ArrayRef<int64_t>{1, 2, 3, 4, 7, 16, 17, 33}[pick(8)]; }

  Type f32() { return builder.getF32Type(); }
  ArrayRef<int64_t> shapeOf(Value value) {
    return cast<RankedTensorType>(value.getType()).getShape();
  }
  RankedTensorType floats(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, f32());
  }

  Value any(Type element);
  Value any() { return any(f32()); }
  Value anyOfRank(int64_t least);
  Value weight(ArrayRef<int64_t> shape);
  Value indices(int64_t size);
  Value broadcastTo(Value other);

  // Each draws one operation on values that there are. Null if there are none. Draws are
  // statements of their own: compilers evaluate arguments in orders of their own.
  Operation *elementwise();
  Operation *gelu();
  Operation *compare();
  Operation *choose();
  Operation *reduce();
  Operation *product();
  Operation *softmax();
  Operation *norm();
  Operation *attention();
  Operation *transpose();
  Operation *reshape();
  Operation *slice();
  Operation *concat();
  Operation *gather();

  Operation *draw();
  std::optional<Known> evaluate(Operation *op);
  bool isConvertible(Operation *op);
  void addArguments();
  bool add(Operation *op);
  void finish();

  bool forSecrets;
  std::mt19937_64 bits;
  func::FuncOp function;
  OpBuilder builder;
  Location loc;
  SmallVector<RegisteredOperationName> names; ///< of elementwise operations
  std::vector<Value> values;
  llvm::DenseMap<Value, Known> known;
};

} // namespace

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

Value Author::any(Type element) {
  SmallVector<Value> found;
  for (Value value : values)
    if (getElementTypeOrSelf(value) == element)
      found.push_back(value);
  // Recent values are picked more often, so that programs are deep.
  if (found.empty())
    return {};
  int64_t recent = std::min<int64_t>(4, found.size());
  return pick(2) ? found[pick(found.size())] : found[found.size() - 1 - pick(recent)];
}

Value Author::anyOfRank(int64_t least) {
  for (int i = 0; i < 8; ++i)
    if (Value value = any(); static_cast<int64_t>(shapeOf(value).size()) >= least)
      return value;
  return {};
}

Value Author::weight(ArrayRef<int64_t> shape) {
  SmallVector<float> numbers(llvm::product_of(shape));
  for (float &number : numbers)
    number = static_cast<float>(pick(129) - 64) / 64;
  return nn::ConstantOp::create(builder, loc, floats(shape),
                                DenseElementsAttr::get(floats(shape), ArrayRef(numbers)));
}

/// Positions along a dimension, from either end.
Value Author::indices(int64_t size) {
  SmallVector<int64_t> shape, numbers;
  for (int64_t i = pick(3); i > 0; --i)
    shape.push_back(1 + pick(3));
  for (int64_t i = llvm::product_of(shape); i > 0; --i)
    numbers.push_back(pick(2 * size) - size);
  auto type = RankedTensorType::get(shape, builder.getI64Type());
  return nn::ConstantOp::create(builder, loc, type,
                                DenseElementsAttr::get(type, ArrayRef(numbers)));
}

/// A value that broadcasts with `other`; often a new constant.
Value Author::broadcastTo(Value other) {
  Value value = any();
  if (pick(3) && succeeded(nn::broadcastShapes(shapeOf(value), shapeOf(other))))
    return value;
  auto shape = llvm::to_vector(shapeOf(other).drop_front(pick(shapeOf(other).size() + 1)));
  for (int64_t &size : shape)
    if (pick(3) == 0)
      size = 1;
  return weight(shape);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

static bool isLogic(RegisteredOperationName name) {
  return llvm::is_contained({nn::AndOp::getOperationName(), nn::OrOp::getOperationName(),
                             nn::XorOp::getOperationName(), nn::NotOp::getOperationName()},
                            name.getStringRef());
}

Operation *Author::elementwise() {
  RegisteredOperationName name = names[pick(names.size())];
  Value value = pick(4) ? any() : any(builder.getI1Type());
  // Arithmetic on booleans has no meaning, and ONNX has none.
  if (!value || (getElementTypeOrSelf(value).isInteger(1) && !isLogic(name)))
    return nullptr;
  OperationState state(loc, name);
  state.addOperands(value);
  if (!name.hasTrait<OpTrait::OneOperand>())
    state.addOperands(getElementTypeOrSelf(value) == f32() ? broadcastTo(value) : value);
  SmallVector<Type> types;
  auto *inference = name.getInterface<InferTypeOpInterface>();
  if (failed(inference->inferReturnTypes(builder.getContext(), loc, state.operands,
                                         builder.getDictionaryAttr({}), nullptr, {},
                                         types)))
    return nullptr;
  state.addTypes(types);
  return builder.create(state);
}

Operation *Author::gelu() {
  auto kind = numerics::symbolizeGeluKind(pick(numerics::getMaxEnumValForGeluKind() + 1));
  return nn::GeluOp::create(builder, loc,
                            nn::GeluKindAttr::get(builder.getContext(), *kind), any(),
                            /*scale=*/FloatAttr(), /*cubic=*/FloatAttr());
}

Operation *Author::compare() {
  auto predicate =
      nn::symbolizeComparePredicate(pick(nn::getMaxEnumValForComparePredicate() + 1));
  Value value = any();
  return nn::CompareOp::create(
      builder, loc, nn::ComparePredicateAttr::get(builder.getContext(), *predicate), value,
      broadcastTo(value));
}

Operation *Author::choose() {
  Value condition = any(builder.getI1Type());
  if (!condition)
    return nullptr;
  Value yes = broadcastTo(condition);
  Value no = weight(pick(2) ? shapeOf(condition) : ArrayRef<int64_t>());
  return nn::WhereOp::create(builder, loc, condition, yes, no);
}

Operation *Author::reduce() {
  Value value = anyOfRank(1);
  if (!value)
    return nullptr;
  auto kind = nn::symbolizeReduceKind(pick(nn::getMaxEnumValForReduceKind() + 1));
  int64_t axis = pick(shapeOf(value).size());
  UnitAttr keepsDims = pick(2) ? builder.getUnitAttr() : UnitAttr();
  return nn::ReduceOp::create(builder, loc,
                              nn::ReduceKindAttr::get(builder.getContext(), *kind), value,
                              builder.getDenseI64ArrayAttr({axis}), keepsDims);
}

/// By a weight, or by another value.
Operation *Author::product() {
  Value value = anyOfRank(2);
  if (!value)
    return nullptr;
  int64_t inner = shapeOf(value).back(), columns = pickSize();
  if (pick(2)) {
    Value matrix = weight({inner, columns});
    Value bias = pick(2) ? weight({columns}) : Value();
    return nn::LinearOp::create(builder, loc, value, matrix, bias, nullptr);
  }
  for (Value other : values)
    if (getElementTypeOrSelf(other) == f32() && shapeOf(other).size() == 2 &&
        shapeOf(other)[0] == inner)
      return nn::MatmulOp::create(builder, loc, value, other, nullptr);
  return nn::MatmulOp::create(builder, loc, value, weight({inner, columns}), nullptr);
}

Operation *Author::softmax() {
  Value value = anyOfRank(1);
  if (!value)
    return nullptr;
  return nn::SoftmaxOp::create(builder, loc, value,
                               builder.getI64IntegerAttr(pick(shapeOf(value).size())));
}

Operation *Author::norm() {
  Value value = anyOfRank(1);
  if (!value)
    return nullptr;
  FloatAttr epsilon = builder.getF32FloatAttr(pick(2) ? 1e-5f : 0.1f);
  int64_t size = shapeOf(value).back();
  Value scale = pick(2) ? weight({size}) : Value();
  if (pick(2))
    return nn::RMSNormOp::create(builder, loc, value.getType(), value, scale, epsilon);
  return nn::LayerNormOp::create(builder, loc, value.getType(), value, scale,
                                 scale ? weight({size}) : Value(), epsilon);
}

Operation *Author::attention() {
  Value query = anyOfRank(2);
  if (!query)
    return nullptr;
  auto shape = llvm::to_vector(shapeOf(query));
  int64_t features = pickSize();
  shape[shape.size() - 2] = pickSize();
  Value key = weight(shape);
  shape.back() = features;
  return nn::AttentionOp::create(builder, loc, query, key, weight(shape), Value(),
                                 builder.getF32FloatAttr(0.25f), FloatAttr(), UnitAttr(),
                                 nullptr);
}

Operation *Author::transpose() {
  Value value = any();
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(value).size()));
  for (size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[pick(i)]);
  return nn::TransposeOp::create(builder, loc, value, builder.getDenseI64ArrayAttr(order));
}

/// A dimension more, or one less.
Operation *Author::reshape() {
  Value value = any();
  auto shape = llvm::to_vector(shapeOf(value));
  if (shape.size() >= 2 && pick(2)) {
    int64_t i = pick(shape.size() - 1);
    shape[i] *= shape[i + 1];
    shape.erase(shape.begin() + i + 1);
  } else {
    shape.insert(shape.begin() + pick(shape.size() + 1), 1);
  }
  return nn::ReshapeOp::create(builder, loc, floats(shape), value);
}

Operation *Author::slice() {
  Value value = anyOfRank(1);
  if (!value)
    return nullptr;
  SmallVector<int64_t> starts, ends, steps;
  for (int64_t size : shapeOf(value)) {
    int64_t first = pick(size), count = 1 + pick(size - first);
    bool isBackward = pick(4) == 0;
    starts.push_back(isBackward ? first + count - 1 : first);
    ends.push_back(isBackward ? first - 1 : first + count);
    steps.push_back((isBackward ? -1 : 1) * (1 + pick(2)));
  }
  return nn::SliceOp::create(builder, loc, value, builder.getDenseI64ArrayAttr(starts),
                             builder.getDenseI64ArrayAttr(ends),
                             builder.getDenseI64ArrayAttr(steps));
}

Operation *Author::concat() {
  Value value = anyOfRank(1);
  if (!value)
    return nullptr;
  int64_t axis = pick(shapeOf(value).size());
  auto shape = llvm::to_vector(shapeOf(value));
  shape[axis] = 1 + pick(4);
  SmallVector<Value> parts = {value, weight(shape)};
  return nn::ConcatOp::create(builder, loc, parts, builder.getI64IntegerAttr(axis));
}

Operation *Author::gather() {
  Value value = anyOfRank(1);
  if (!value)
    return nullptr;
  int64_t axis = pick(shapeOf(value).size());
  return nn::GatherOp::create(builder, loc, value, indices(shapeOf(value)[axis]),
                              builder.getI64IntegerAttr(axis));
}

Operation *Author::draw() {
  using Maker = Operation *(Author::*)();
  static constexpr Maker makers[] = {
      &Author::elementwise, &Author::elementwise, &Author::elementwise,
      &Author::elementwise, &Author::elementwise, &Author::gelu,
      &Author::compare,     &Author::choose,      &Author::reduce,
      &Author::reduce,      &Author::product,     &Author::product,
      &Author::softmax,     &Author::norm,        &Author::attention,
      &Author::transpose,   &Author::reshape,     &Author::slice,
      &Author::concat,      &Author::gather};
  if (!any())
    return nullptr;
  return (this->*makers[pick(std::size(makers))])();
}

//===----------------------------------------------------------------------===//
// What is taken
//===----------------------------------------------------------------------===//

/// A function that does what `op` does, with constants inside.
static OwningOpRef<ModuleOp> isolate(Operation *op, ArrayRef<Value> arguments) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(op->getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  SmallVector<Type> types;
  for (Value argument : arguments)
    types.push_back(argument.getType());
  auto main = func::FuncOp::create(builder, op->getLoc(), "main",
                                   builder.getFunctionType(types, op->getResultTypes()));
  Block *body = main.addEntryBlock();
  builder.setInsertionPointToStart(body);
  IRMapping map;
  for (auto [argument, value] : llvm::zip(arguments, body->getArguments()))
    map.map(argument, value);
  for (Value operand : op->getOperands())
    if (auto constant = operand.getDefiningOp<nn::ConstantOp>();
        constant && !map.contains(operand))
      builder.clone(*constant, map);
  Operation *clone = builder.clone(*op, map);
  func::ReturnOp::create(builder, op->getLoc(), clone->getResults());
  return module;
}

/// Operands that are not constants, each once.
static SmallVector<Value> inputsOf(Operation *op) {
  SmallVector<Value> inputs;
  for (Value operand : op->getOperands())
    if (!operand.getDefiningOp<nn::ConstantOp>() && !llvm::is_contained(inputs, operand))
      inputs.push_back(operand);
  return inputs;
}

static bool isSmall(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return tensor.hasStaticShape() && tensor.getNumElements() <= kMaxSize &&
         tensor.getRank() <= 4;
}

/// The result, where it is finite, not too large, and hardly depends on rounding.
std::optional<Known> Author::evaluate(Operation *op) {
  SmallVector<Value> inputs = inputsOf(op);
  OwningOpRef<ModuleOp> module = isolate(op, inputs);
  std::vector<Tensor> exact, rounded;
  for (Value input : inputs) {
    exact.push_back(known[input].exact);
    rounded.push_back(known[input].rounded);
  }
  auto main = module->lookupSymbol<func::FuncOp>("main");
  auto results = reference::evaluate(main, exact, Precision::Double);
  auto other = reference::evaluate(main, rounded, Precision::Element);
  if (!results || !other) {
    llvm::consumeError(results ? llvm::Error::success() : results.takeError());
    llvm::consumeError(other ? llvm::Error::success() : other.takeError());
    return std::nullopt;
  }
  Known value{std::move(results->front()), std::move(other->front())};
  double largest = 1, difference = 0;
  for (int64_t k = 0; k < value.exact.getNumElements(); ++k) {
    if (!value.exact.isFloat()) {
      if (value.exact.integer(k) != value.rounded.integer(k))
        return std::nullopt;
      continue;
    }
    if (!(std::abs(value.exact.real(k)) <= kLargest))
      return std::nullopt;
    largest = std::max(largest, std::abs(value.exact.real(k)));
    double change = std::abs(value.exact.real(k) - value.rounded.real(k));
    difference = std::isnan(change) ? INFINITY : std::max(difference, change);
  }
  if (difference > kRounding * largest)
    return std::nullopt;
  return value;
}

/// Makes a secret of an input: a norm with a scale that only the server knows.
static Operation *makeSecret(OpBuilder &builder, Value input) {
  auto type = cast<RankedTensorType>(input.getType());
  std::vector<float> numbers(type.getShape().back());
  for (auto [i, number] : llvm::enumerate(numbers))
    number = 1 + static_cast<float>(i % 7) / 16;
  auto rowType = type.clone(ArrayRef<int64_t>(numbers.size()));
  Value scale =
      nn::ConstantOp::create(builder, input.getLoc(), rowType,
                             DenseElementsAttr::get(rowType, ArrayRef<float>(numbers)));
  return nn::RMSNormOp::create(builder, input.getLoc(), type, input, scale,
                               builder.getF32FloatAttr(0.1f));
}

/// Asks the conversion whether it takes the operation on secrets.
bool Author::isConvertible(Operation *op) {
  OwningOpRef<ModuleOp> module = isolate(op, inputsOf(op));
  auto main = module->lookupSymbol<func::FuncOp>("main");
  OpBuilder inside = OpBuilder::atBlockBegin(&main.getBody().front());
  for (BlockArgument argument : main.getArguments()) {
    auto type = cast<RankedTensorType>(argument.getType());
    if (!type.getElementType().isF32() || type.getRank() == 0)
      return false;
    Operation *secret = makeSecret(inside, argument);
    argument.replaceAllUsesExcept(secret->getResult(0), secret);
  }
  PassManager manager(module->getContext());
  manager.addPass(createConvertNNToMPC());
  return succeeded(manager.run(*module));
}

bool Author::add(Operation *op) {
  if (!op)
    return false;
  bool isTaken = succeeded(verify(op)) && llvm::all_of(op->getResultTypes(), isSmall) &&
                 (!forSecrets || isConvertible(op));
  std::optional<Known> value = isTaken ? evaluate(op) : std::nullopt;
  if (!value) {
    op->erase();
    return false;
  }
  values.push_back(op->getResult(0));
  known[op->getResult(0)] = std::move(*value);
  return true;
}

//===----------------------------------------------------------------------===//
// Whole programs
//===----------------------------------------------------------------------===//

/// Inputs, with the values that tacit-reference draws for them.
void Author::addArguments() {
  for (int64_t i = 2 + pick(3); i > 0; --i) {
    SmallVector<int64_t> shape;
    for (int64_t rank = 1 + pick(3); rank > 0; --rank)
      shape.push_back(pickSize());
    while (llvm::product_of(shape) > kMaxSize)
      shape.pop_back();
    (void)function.insertArgument(function.getNumArguments(), floats(shape), {}, loc);
  }
  auto test = Case::make(function, /*seed=*/0);
  if (!test) {
    llvm::consumeError(test.takeError());
    return;
  }
  for (auto [argument, input] : llvm::zip(function.getArguments(), test->inputs))
    known[argument] = {input, input};
  for (BlockArgument argument : function.getArguments()) {
    if (!forSecrets)
      values.push_back(argument);
    else
      add(makeSecret(builder, argument));
  }
}

/// Returns what nobody reads.
void Author::finish() {
  SmallVector<Value> results;
  for (Value value : llvm::reverse(values))
    if (value.use_empty() && !isa<BlockArgument>(value) && results.size() < 4)
      results.push_back(value);
  func::ReturnOp::create(builder, loc, results);
  function.setType(
      builder.getFunctionType(function.getArgumentTypes(), ValueRange(results).getTypes()));
  // Erases operations that were not taken, and those that only they read.
  Block &body = function.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

void Author::write() {
  builder.setInsertionPointToEnd(function.addEntryBlock());
  addArguments();
  int taken = 0;
  for (int i = 0; i < kAttempts && taken < kOperations; ++i)
    taken += add(draw());
  finish();
}

OwningOpRef<ModuleOp> reference::makeRandomProgram(MLIRContext *context, uint64_t number,
                                                   bool forSecrets) {
  // An operation that is not taken is not an error.
  ScopedDiagnosticHandler quiet(context, [](Diagnostic &) { return success(); });
  Location loc = UnknownLoc::get(context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  std::string name = (forSecrets ? "secret_" : "random_") + std::to_string(number);
  auto function = func::FuncOp::create(builder, loc, name, builder.getFunctionType({}, {}));
  Author(function, number, forSecrets).write();
  return module;
}
