//===- InputPlan.cpp - What each input is given in an evaluation ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InputPlan.h"
#include "InputRoles.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"

using namespace tacit;
using namespace tacit::driver;

const InputSource *InputPlan::find(llvm::StringRef input) const {
  for (const auto &[name, source] : sources)
    if (name == input)
      return &source;
  return nullptr;
}

namespace {

/// One number, in the forms that types and messages need.
struct Filling {
  std::vector<double> values; ///< repeated until the input is full
  std::string text;           ///< as a report shows it
  std::string constant = {};  ///< as --value takes it, if all are equal
};

class Planner {
public:
  Planner(const EvalOptions &options, llvm::ArrayRef<OnnxValue> inputs, bool isModel,
          const GivenData &given)
      : options(options), inputs(inputs), isModel(isModel), given(given),
        roles(findRoles(inputs)) {
    plan.bindings = options.bindings;
  }

  llvm::Expected<InputPlan> run();

private:
  // Sizes, in this order.
  void bindShapes();
  llvm::Error checkTokens() const;
  llvm::Error bindGiven();
  llvm::Error bindArray(const OnnxValue &input, const HostTensor &array);
  llvm::Error bindWindow();
  void bindBatch();
  void bindCaches();
  llvm::Error bindRest();
  int64_t sizeOfDim(size_t input, size_t dim) const;
  int64_t guess(const OnnxDim &dim);
  std::optional<int64_t> readSum(llvm::StringRef name) const;

  // Values.
  llvm::Error addSource(size_t index);
  void fill(const OnnxValue &input, std::vector<int64_t> shape, Filling filling);
  std::optional<Filling> fillingFor(size_t index, llvm::ArrayRef<int64_t> shape) const;
  Filling maskFor(const OnnxValue &input, llvm::ArrayRef<int64_t> shape) const;

  bool isPinned(const OnnxValue &input) const {
    return options.bindings.constants.count(input.name) > 0;
  }
  bool hasRole(InputRole role) const { return llvm::is_contained(roles, role); }
  int64_t sizeOf(const OnnxValue &input, size_t dim) const;
  void bind(const OnnxDim &dim, int64_t size);

  const EvalOptions &options;
  llvm::ArrayRef<OnnxValue> inputs;
  bool isModel;
  const GivenData &given;
  std::vector<InputRole> roles;
  int64_t past = 0;
  bool usesWindow = false; ///< some size follows from the window
  InputPlan plan;
};

} // namespace

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// Returns the size of a dimension, or -1 if it is not known yet.
int64_t Planner::sizeOf(const OnnxValue &input, size_t dim) const {
  auto shape = plan.bindings.shapes.find(input.name);
  if (shape != plan.bindings.shapes.end() && dim < shape->second.size())
    return shape->second[dim];
  if (input.dims[dim].size >= 0)
    return input.dims[dim].size;
  auto size = plan.bindings.dims.find(input.dims[dim].name);
  return size == plan.bindings.dims.end() ? -1 : size->second;
}

void Planner::bind(const OnnxDim &dim, int64_t size) {
  if (dim.size < 0)
    plan.bindings.dims.try_emplace(dim.name, size);
}

/// A name has one size: what --shape says of one input holds for the others.
void Planner::bindShapes() {
  for (const OnnxValue &input : inputs) {
    auto shape = plan.bindings.shapes.find(input.name);
    if (shape == plan.bindings.shapes.end() || shape->second.size() != input.dims.size())
      continue;
    for (auto [dim, size] : llvm::zip(input.dims, shape->second))
      bind(dim, size);
  }
}

/// Returns true if the first dimension of an input counts independent sequences.
static bool hasBatch(const OnnxValue &input, InputRole role) {
  if (input.dims.empty())
    return false;
  if (mentions(input.dims[0].name, {"batch"}) || role == InputRole::LastIndex)
    return true;
  return input.dims.size() >= 2 && !(role == InputRole::Cache && input.dims.size() > 4);
}

llvm::Error Planner::bindArray(const OnnxValue &input, const HostTensor &array) {
  size_t rank = input.dims.size(), found = array.shape.size();
  bool isWholeCall = input.hasShape && found == rank + 1;
  if (array.dtype != input.dtype)
    return fail(ErrorKind::BadInput, "convert the array",
                "the array of input '{}' has type {}; expected {}", input.name,
                dtypeName(array.dtype).str(), input.dtypeName);
  if (!isWholeCall && (!input.hasShape || found != rank))
    return fail(ErrorKind::BadInput, "tacit inspect lists names, types and shapes",
                "the array of input '{}' has shape {}; expected {} dimensions, or one more "
                "for examples",
                input.name, shapeText(array.shape), rank);
  if (found == 0 || given.tokens)
    isWholeCall = false;
  else if (array.shape[0] == 0)
    return fail(ErrorKind::BadInput, "give at least one example",
                "the array of input '{}' holds no examples", input.name);
  else if (int64_t examples = array.shape[0]; plan.examples == 0)
    plan.examples = examples;
  else if (plan.examples != examples)
    return fail(ErrorKind::BadInput, "give each input as many examples",
                "the array of input '{}' has {} examples, and another has {}", input.name,
                examples, plan.examples);
  bool isBatches = !isWholeCall && !given.tokens && found > 0;
  for (size_t i = isBatches ? 1 : 0; i < rank; ++i) {
    int64_t size = array.shape[isWholeCall ? i + 1 : i];
    bind(input.dims[i], size);
    if (sizeOf(input, i) != size)
      return fail(
          ErrorKind::BadInput, "tacit inspect lists names, types and shapes",
          "the array of input '{}' has shape {}, but dimension {} of the input is {}",
          input.name, shapeText(array.shape), i, sizeOf(input, i));
  }
  return llvm::Error::success();
}

llvm::Error Planner::bindGiven() {
  for (const OnnxValue &input : inputs)
    if (const HostTensor *array = findTensor(given.arrays, input.name))
      if (auto error = bindArray(input, *array))
        return error;
  return llvm::Error::success();
}

/// The window is the length of the tokens, or else of whatever is a sequence.
llvm::Error Planner::bindWindow() {
  auto found = llvm::find(roles, InputRole::Tokens);
  int64_t size = -1;
  const OnnxValue *input = nullptr;
  if (found != roles.end()) {
    input = &inputs[found - roles.begin()];
    if (!input->dims.empty())
      size = sizeOf(*input, input->dims.size() - 1);
  }
  if (size >= 0 && options.window > 0 && options.window != size) {
    bool isFixed = input->dims.back().size >= 0;
    return fail(ErrorKind::InvalidArgument, "leave --window out",
                "--window {} does not fit: the model's sequence has {} tokens{}",
                options.window, size, isFixed ? "" : " by another option");
  }
  plan.window = size >= 0 ? size : options.window > 0 ? options.window : kDefaultWindow;
  usesWindow = input != nullptr;
  plan.hasFreeWindow = input && size < 0;
  if (input && !input->dims.empty())
    bind(input->dims.back(), plan.window);
  return llvm::Error::success();
}

void Planner::bindBatch() {
  bool hasAny = false;
  std::optional<int64_t> batch;
  auto consider = [&](size_t i, bool isBatch) {
    hasAny |= isBatch;
    if (!batch && isBatch && sizeOf(inputs[i], 0) >= 0)
      batch = sizeOf(inputs[i], 0);
  };
  // What is given decides, then the tokens, then any input.
  for (size_t i = 0; i < inputs.size(); ++i)
    if (const HostTensor *array = findTensor(given.arrays, inputs[i].name))
      consider(i, !given.tokens && array->shape.size() > 0 &&
                      array->shape.size() == inputs[i].dims.size());
  for (size_t i = 0; i < inputs.size(); ++i)
    if (roles[i] == InputRole::Tokens)
      consider(i, hasBatch(inputs[i], roles[i]));
  for (size_t i = 0; i < inputs.size(); ++i)
    if (!isPinned(inputs[i]) && !hasAny)
      consider(i, hasBatch(inputs[i], roles[i]));
  int64_t most = kFreeBatch;
  if (given.tokens && plan.window > 0)
    most = (static_cast<int64_t>(given.tokens->size()) - 1) / plan.window;
  else if (plan.examples > 0)
    most = plan.examples;
  plan.batch = batch ? *batch : hasAny ? std::clamp<int64_t>(most, 1, kFreeBatch) : 1;
  for (auto [input, role] : llvm::zip(inputs, roles))
    if (hasBatch(input, role) && sizeOf(input, 0) < 0)
      bind(input.dims[0], plan.batch);
}

/// Caches that are free are empty. Those of a fixed size hold positions before the tokens,
/// unless lengths say how much of them is in use.
void Planner::bindCaches() {
  for (auto [input, role] : llvm::zip(inputs, roles)) {
    if (role != InputRole::Cache)
      continue;
    bool isEncoder =
        mentions(input.name, {"encoder"}) && !mentions(input.name, {"decoder"});
    for (auto [i, dim] : llvm::enumerate(input.dims))
      if (sizeOf(input, i) < 0)
        bind(dim, mentions(dim.name, {"batch"})                          ? plan.batch
                  : isEncoder || mentions(dim.name, {"encoder", "enc_"}) ? plan.window
                                                                         : 0);
    if (!isEncoder && input.dims.size() >= 3 && !hasRole(InputRole::LastIndex))
      past = sizeOf(input, input.dims.size() - 2);
  }
}

/// Reads names such as "past_sequence_length + sequence_length" and "past + 1".
std::optional<int64_t> Planner::readSum(llvm::StringRef name) const {
  if (!name.contains('+'))
    return std::nullopt;
  int64_t sum = 0;
  for (llvm::StringRef part : llvm::split(name, '+')) {
    part = part.trim();
    int64_t number;
    if (auto size = plan.bindings.dims.find(part); size != plan.bindings.dims.end())
      sum += size->second;
    else if (!part.getAsInteger(10, number))
      sum += number;
    else
      return std::nullopt;
  }
  return sum;
}

/// Returns the size that the role of an input gives to one of its dimensions; -1 if it
/// gives none.
int64_t Planner::sizeOfDim(size_t index, size_t i) const {
  const OnnxValue &input = inputs[index];
  const std::string &name = input.dims[i].name;
  size_t fromEnd = input.dims.size() - 1 - i;
  if (auto sum = readSum(name))
    return *sum;
  switch (roles[index]) {
  case InputRole::Mask:
    if (fromEnd == 0)
      return mentions(input.name, {"encoder", "enc_"}) ||
                     mentions(name, {"encoder", "enc_"})
                 ? plan.window
                 : past + plan.window;
    return fromEnd == 1 ? plan.window : 1;
  case InputRole::Positions:
  case InputRole::TokenTypes:
  case InputRole::Context:
    return fromEnd == 0 ? plan.window : 1;
  case InputRole::LastIndex:
  case InputRole::TotalLength:
  case InputRole::PastLength:
  case InputRole::Switch:
    return 1;
  default:
    break;
  }
  bool isHidden =
      input.dims.size() == 3 && i == 1 && mentions(input.name, {"hidden", "emb"});
  return isHidden || mentions(name, {"seq", "len", "token"}) ? plan.window : -1;
}

/// What no role sizes is taken to be a sequence, or a cache if its name says so.
int64_t Planner::guess(const OnnxDim &dim) {
  bool isPast = mentions(dim.name, {"past"}) || llvm::StringRef(dim.name).lower() == "p";
  int64_t size = isPast ? 0 : plan.window;
  plan.assumptions.push_back({"dimension " + dim.name, std::to_string(size)});
  return size;
}

llvm::Error Planner::bindRest() {
  for (auto [index, input] : llvm::enumerate(inputs)) {
    if (!input.hasShape && !plan.bindings.shapes.count(input.name))
      return fail(ErrorKind::InvalidArgument,
                  fmt::format("--shape {}=1x128, for example", input.name),
                  "the file does not say which shape the input '{}' has", input.name);
    for (auto [i, dim] : llvm::enumerate(input.dims)) {
      if (sizeOf(input, i) >= 0)
        continue;
      int64_t size = sizeOfDim(index, i);
      if (size < 0)
        size = guess(dim);
      bind(dim, size);
      bool isWindow = size >= plan.window;
      usesWindow |= isWindow;
      plan.hasFreeWindow |= isWindow;
    }
  }
  if (options.window > 0 && !usesWindow)
    return fail(ErrorKind::InvalidArgument, "leave it out",
                "--window has no effect: no input has a sequence of free length");
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static std::string numberText(double value) { return fmt::format("{}", value); }

static Filling splat(double value) {
  return {{value}, numberText(value), numberText(value)};
}

/// Everything may be seen, except that a mask with a row for each position is causal and
/// what lies before the first token is empty.
Filling Planner::maskFor(const OnnxValue &input, llvm::ArrayRef<int64_t> shape) const {
  // A mask of floats with a row for each position is added to the logits.
  bool isAdded = isFloat(input) && shape.size() >= 3;
  double seen = isAdded ? 0 : 1, hidden = isAdded ? -1e4 : 0;
  int64_t columns = shape.empty() ? 1 : shape.back();
  int64_t rows = shape.size() >= 3 ? shape[shape.size() - 2] : 1;
  int64_t before = columns == past + plan.window ? past : 0;
  bool isCausal = rows > 1 && rows + before == columns;
  if (!isCausal && before == 0)
    return splat(seen);
  Filling filling{
      {}, isCausal ? "causal" : fmt::format("{} for the cache, else {}", hidden, seen)};
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      filling.values.push_back(
          column < before || (isCausal && column > row + before) ? hidden : seen);
  return filling;
}

/// Returns what an exporter means an input to hold, where that is the same in each call.
std::optional<Filling> Planner::fillingFor(size_t index,
                                           llvm::ArrayRef<int64_t> shape) const {
  switch (roles[index]) {
  case InputRole::Mask:
    return maskFor(inputs[index], shape);
  case InputRole::Positions: {
    // Where a mask hides the cache, positions count what is not hidden.
    int64_t first = hasRole(InputRole::Mask) ? 0 : past;
    int64_t count = shape.empty() ? 1 : shape.back();
    Filling filling{{}, fmt::format("{} to {}", first, first + count - 1)};
    if (count == 1)
      return splat(first);
    for (int64_t i = 0; i < count; ++i)
      filling.values.push_back(first + i);
    return filling;
  }
  case InputRole::Cache:
    if (llvm::is_contained(shape, 0))
      return Filling{{0}, "empty, " + shapeText(shape)};
    return splat(0);
  case InputRole::TokenTypes:
  case InputRole::PastLength:
  case InputRole::Switch:
    return splat(roles[index] == InputRole::PastLength ? past : 0);
  case InputRole::LastIndex:
    return splat(past + plan.window - 1);
  case InputRole::TotalLength:
    return splat(past + plan.window);
  default:
    return std::nullopt;
  }
}

/// Gives an input the same values in each call. In a model they become constants: what
/// follows from them is computed once, and is known to both parties.
void Planner::fill(const OnnxValue &input, std::vector<int64_t> shape, Filling filling) {
  InputSource source{InputSource::Kind::Constant, {input.dtype, std::move(shape), {}}};
  HostTensor &value = source.value;
  value.data.resize(tensorBytes(value.dtype, value.shape).value_or(0));
  size_t count = value.data.size() / std::max<int64_t>(1, dtypeBytes(value.dtype));
  for (size_t i = 0; i < count; ++i)
    setValueAt(value, i, filling.values[i % filling.values.size()]);
  plan.assumptions.push_back({input.name, filling.text});
  static constexpr size_t kMostConstants = 1 << 20;
  if (isModel && count > 0 && count <= kMostConstants) {
    if (filling.constant.empty())
      plan.bindings.values[input.name] = {value.dtype, value.shape, value.data};
    else
      plan.bindings.constants[input.name] = filling.constant;
  }
  plan.sources.emplace_back(input.name, std::move(source));
}

llvm::Error Planner::addSource(size_t index) {
  const OnnxValue &input = inputs[index];
  std::vector<int64_t> shape;
  for (size_t i = 0; i < input.dims.size(); ++i)
    shape.push_back(sizeOf(input, i));
  HostTensor value{input.dtype, shape, {}};
  if (tensorBytes(input.dtype, shape).value_or(kMaxTensorBytes + 1) > kMaxTensorBytes)
    return fail(ErrorKind::Unsupported, "pin smaller dimensions",
                "input '{}' of type {} and shape {} cannot be held in memory", input.name,
                input.dtypeName, shapeText(shape));
  auto add = [&](InputSource source) {
    plan.sources.emplace_back(input.name, std::move(source));
    return llvm::Error::success();
  };
  using Kind = InputSource::Kind;
  if (const HostTensor *array = findTensor(given.arrays, input.name)) {
    if (given.tokens || array->shape.empty())
      return add({Kind::Constant, *array});
    bool isCall = array->shape.size() == shape.size() + 1;
    return add({isCall ? Kind::Calls : Kind::Batches, std::move(value), *array});
  }
  if (given.tokens && roles[index] == InputRole::Tokens)
    return add({Kind::Tokens, std::move(value)});
  if (auto filling = fillingFor(index, shape)) {
    fill(input, std::move(shape), std::move(*filling));
    return llvm::Error::success();
  }
  bool isContext =
      given.tokens && roles[index] == InputRole::Context && shape.back() == plan.window;
  plan.assumptions.push_back(
      {input.name, isContext ? "the window before"
                             : fmt::format("random, seed {}", options.seed.value_or(0))});
  return add({isContext ? Kind::Context : Kind::Random, std::move(value)});
}

/// Rejects an array for the input that takes the tokens: they would be compared with what
/// the model makes of the array.
llvm::Error Planner::checkTokens() const {
  const OnnxValue *replaced = nullptr;
  for (auto [input, role] : llvm::zip(inputs, roles)) {
    if (role != InputRole::Tokens)
      continue;
    if (!findTensor(given.arrays, input.name))
      return llvm::Error::success();
    replaced = &input;
  }
  if (!given.tokens || !replaced)
    return llvm::Error::success();
  return fail(ErrorKind::InvalidArgument, "leave out one of them",
              "'{}' has an array for the input '{}', which takes the --tokens",
              options.inputsPath, replaced->name);
}

llvm::Expected<InputPlan> Planner::run() {
  if (given.tokens && !hasRole(InputRole::Tokens))
    return fail(ErrorKind::Unsupported,
                "leave --tokens out to evaluate on --inputs, or on random inputs",
                "no input takes the tokens: expected one integer input [batch, sequence]");
  if (auto error = checkTokens())
    return std::move(error);
  bindShapes();
  if (auto error = bindGiven())
    return std::move(error);
  if (auto error = bindWindow())
    return std::move(error);
  bindBatch();
  bindCaches();
  if (auto error = bindRest())
    return std::move(error);
  for (size_t i = 0; i < inputs.size(); ++i)
    if (!isPinned(inputs[i]))
      if (auto error = addSource(i))
        return std::move(error);
  return std::move(plan);
}

llvm::Expected<InputPlan> driver::planInputs(const EvalOptions &options,
                                             llvm::ArrayRef<OnnxValue> inputs, bool isModel,
                                             const GivenData &given) {
  return Planner(options, inputs, isModel, given).run();
}
