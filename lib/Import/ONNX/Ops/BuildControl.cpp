//===- BuildControl.cpp - Builders: If, Loop and Scan ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A program has no branches: the one that is taken is imported in place of the node. So is
// the body of a loop, as often as it runs. Exporters write such nodes where a condition or
// a count follows from shapes, which are known at import. A loop whose number of steps
// follows from sizes that are free, and that has no other end, becomes an nn.scan.
//
//===----------------------------------------------------------------------===//

#include "Ops/Compose.h"
#include "Ops/NodeBuilder.h"
#include "Ops/OpTable.h"
#include "tacit/Support/Elements.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;
using onnx::AttributeProto;

/// The advice if the inputs decide what is computed.
static Hint decideBefore() {
  return {"export by tracing with fixed options, so that no control flow is left, or pin "
          "the dimensions or inputs that determine it",
          Setting::DimensionsOrInputs};
}

bool NodeBuilder::spend(int64_t nodes) {
  state.unrollBudget = std::max<int64_t>(state.unrollBudget, 0) - nodes;
  if (state.unrollBudget >= 0)
    return true;
  refuse("its graphs have more than 10000 nodes after loops are unrolled", decideBefore());
  return false;
}

bool NodeBuilder::canSpend(int64_t nodes, int64_t times) const {
  return times <= std::max<int64_t>(state.unrollBudget, 0) / std::max<int64_t>(nodes, 1);
}

std::optional<SmallVector<Value>> NodeBuilder::subgraph(StringRef name, ValueRange inputs) {
  const AttributeProto *found = attribute(name, AttributeProto::GRAPH);
  if (!found) {
    invalid(fmt::format("attribute '{}' is missing", name.str()));
    return std::nullopt;
  }
  // Every iteration counts, even one without nodes.
  if (!spend(found->g().node_size() + 1))
    return std::nullopt;
  if (found->g().input_size() != static_cast<int>(inputs.size())) {
    invalid(fmt::format("the graph in '{}' has {} inputs; expected {}", name.str(),
                        found->g().input_size(), inputs.size()));
    return std::nullopt;
  }
  return state.subgraphs->importSubgraph(found->g(), inputs);
}

/// Returns the one integer or truth value that a constant holds.
static std::optional<int64_t> constantNumber(Value value) {
  auto known = readIntegers(constantOf(value));
  return known && known->size() == 1 ? std::optional(known->front()) : std::nullopt;
}

/// Returns the results of one branch; nullopt after an error.
static std::optional<SmallVector<Value>> importBranch(NodeBuilder &node, StringRef branch) {
  auto results = node.subgraph(branch, {});
  if (!results || static_cast<int64_t>(results->size()) == node.numOutputs())
    return results;
  node.invalid(fmt::format("the graph in '{}' has {} outputs; expected {}", branch.str(),
                           results->size(), node.numOutputs()));
  return std::nullopt;
}

/// Returns true if a branch computes nothing: it only names constants, or values from
/// outside.
static bool isChoice(NodeBuilder &node, StringRef branch) {
  const AttributeProto *found = node.attribute(branch, AttributeProto::GRAPH);
  return found && llvm::all_of(found->g().node(), [](const onnx::NodeProto &inner) {
           return isDefaultDomain(inner.domain()) &&
                  (inner.op_type() == "Constant" || inner.op_type() == "Identity");
         });
}

/// Builds an If whose condition is known only at run time, and both of whose branches are
/// values of one known shape: for example tables of angles for short and for long
/// sequences.
static Value choose(NodeBuilder &node, Value condition) {
  auto decide = [&]() -> Value {
    return node.refuse("its condition is computed from the inputs", decideBefore());
  };
  if (tensorOf(condition).getNumDynamicDims() > 0 ||
      tensorOf(condition).getNumElements() != 1 || !isChoice(node, "then_branch") ||
      !isChoice(node, "else_branch"))
    return decide();
  auto yes = importBranch(node, "then_branch");
  auto no = yes ? importBranch(node, "else_branch") : std::nullopt;
  if (!no)
    return {};
  for (auto [a, b] : llvm::zip(*yes, *no))
    if (!a || !b || a.getType() != b.getType() || !tensorOf(a).hasStaticShape())
      return decide();
  Value first, scalar = reshape(node, condition, {});
  for (size_t i = 0; i < yes->size(); ++i) {
    Value chosen = node.create<nn::WhereOp>({scalar, (*yes)[i], (*no)[i]});
    node.define(i, chosen);
    first = i == 0 ? chosen : first;
  }
  return first;
}

Value onnx_import::buildIf(NodeBuilder &node) {
  Value operand = node.operand(0);
  if (!operand)
    return {};
  auto condition = constantNumber(operand);
  if (!condition)
    return choose(node, operand);
  auto results = importBranch(node, *condition ? "then_branch" : "else_branch");
  if (!results)
    return {};
  for (auto [i, result] : llvm::enumerate(*results))
    node.define(i, result);
  return results->front();
}

/// Imports the graph in 'body', which must have `expected` outputs; nullopt after an error.
static std::optional<SmallVector<Value>> importBody(NodeBuilder &node, ValueRange inputs,
                                                    size_t expected) {
  auto results = node.subgraph("body", inputs);
  if (!results || results->size() == expected)
    return results;
  node.invalid(fmt::format("the graph in 'body' has {} outputs; expected {}",
                           results->size(), expected));
  return std::nullopt;
}

/// Returns about how many nodes one step of a loop has.
static int64_t sizeOfBody(NodeBuilder &node) {
  const AttributeProto *found = node.attribute("body", AttributeProto::GRAPH);
  return found ? found->g().node_size() + 1 : 1;
}

/// Returns true if the body of a Loop obviously goes on forever: it returns the condition
/// that it is given, or a constant.
static bool endsByCount(NodeBuilder &node) {
  const AttributeProto *found = node.attribute("body", AttributeProto::GRAPH);
  if (!found || found->g().output_size() == 0 || found->g().input_size() < 2)
    return false;
  const onnx::GraphProto &body = found->g();
  std::string name = body.output(0).name();
  for (const onnx::NodeProto &inner : llvm::reverse(body.node())) {
    if (inner.output_size() != 1 || inner.output(0) != name)
      continue;
    if (inner.op_type() == "Constant")
      return true;
    if (inner.op_type() != "Identity" || inner.input_size() != 1)
      return false;
    name = inner.input(0);
  }
  return name == body.input(1).name() ||
         llvm::any_of(body.initializer(), [&](const onnx::TensorProto &tensor) {
           return tensor.name() == name;
         });
}

/// Sets the outputs; returns the first one.
static Value defineAll(NodeBuilder &node, ArrayRef<Value> results) {
  if (llvm::is_contained(results, Value()))
    return {};
  for (auto [i, result] : llvm::enumerate(results))
    node.define(i, result);
  return results.empty() ? Value() : results.front();
}

//===----------------------------------------------------------------------===//
// Loop
//===----------------------------------------------------------------------===//

namespace {
/// Imports a Loop: its body takes the number of the iteration, the condition and the
/// carried values; it returns the next condition and carried values, then one row of each
/// output that collects rows.
struct Loop {
  NodeBuilder &node;
  std::optional<int64_t> count; ///< none: until the condition is false
  Value freeCount;              ///< not null: the number of iterations, as an i64 scalar
  Value condition;
  SmallVector<Value> carried;
  SmallVector<SmallVector<Value>> rows;

  bool start();
  bool readCount();
  bool run();
  bool iterate(int64_t iteration);
  Value collect(ArrayRef<Value> parts);
  SmallVector<Value> keep();
};
} // namespace

bool Loop::readCount() {
  if (!node.hasOperand(0))
    return true;
  Value operand = node.operand(0);
  count = constantNumber(operand);
  bool isUnrolled =
      count && (node.canSpend(sizeOfBody(node), *count) || !endsByCount(node));
  if (!operand || isUnrolled)
    return operand != nullptr;
  auto type = tensorOf(operand);
  if (!type.hasStaticShape() || type.getNumElements() != 1 ||
      !type.getElementType().isInteger(64)) {
    node.invalid("the number of its iterations is not one number of type int64");
    return false;
  }
  freeCount = reshape(node, operand, {});
  return freeCount != nullptr;
}

bool Loop::start() {
  if (!readCount())
    return false;
  condition =
      node.hasOperand(1)
          ? node.operand(1)
          : node.constant(DenseElementsAttr::get(
                RankedTensorType::get({}, IntegerType::get(node.context(), 1)), true));
  for (int64_t i = 2; i < node.numOperands(); ++i) {
    if (node.isSequence(i)) {
      node.refuse("it carries a sequence of tensors from one iteration to the next",
                  decideBefore());
      return false;
    }
    carried.push_back(node.operand(i));
  }
  int64_t numRows = node.numOutputs() - static_cast<int64_t>(carried.size());
  if (numRows < 0) {
    node.invalid(fmt::format("it has {} outputs; expected one for each of its {} carried "
                             "values",
                             node.numOutputs(), carried.size()));
    return false;
  }
  rows.resize(numRows);
  return condition && llvm::all_of(carried, [](Value v) { return static_cast<bool>(v); });
}

bool Loop::iterate(int64_t iteration) {
  auto number = DenseIntElementsAttr::get(
      RankedTensorType::get({}, IntegerType::get(node.context(), 64)), iteration);
  SmallVector<Value> inputs{node.constant(number), condition};
  llvm::append_range(inputs, carried);
  auto results = importBody(node, inputs, 1 + carried.size() + rows.size());
  if (!results)
    return false;
  condition = results->front();
  for (auto [i, value] : llvm::enumerate(carried))
    value = (*results)[1 + i];
  for (auto [i, parts] : llvm::enumerate(rows))
    parts.push_back((*results)[1 + carried.size() + i]);
  return true;
}

bool Loop::run() {
  for (int64_t iteration = 0; !count || iteration < *count; ++iteration) {
    auto goesOn = constantNumber(condition);
    if (!goesOn)
      node.refuse(
          fmt::format("its condition before iteration {} is computed from the inputs",
                      iteration),
          decideBefore());
    if (!goesOn)
      return false;
    if (!*goesOn)
      return true;
    if (!iterate(iteration))
      return false;
  }
  return true;
}

/// Joins one row for each iteration along a new first dimension.
Value Loop::collect(ArrayRef<Value> parts) {
  if (parts.empty())
    return node.refuse("it collects outputs, but runs no iteration", decideBefore());
  SmallVector<Value> joined;
  for (Value part : parts) {
    auto type = tensorOf(part);
    SmallVector<int64_t> shape(type.getShape());
    shape.insert(shape.begin(), 1);
    joined.push_back(node.create<nn::ReshapeOp>(
        {part}, RankedTensorType::get(shape, type.getElementType())));
  }
  return node.create<nn::ConcatOp>(
      joined, [&](auto &properties) { properties.setAxis(node.i64(0)); });
}

/// Keeps the loop, which runs `freeCount` times: nothing else may end it.
SmallVector<Value> Loop::keep() {
  NodeBuilder::Loop kept{freeCount, carried, {}, {}};
  return node.createLoop(
      kept,
      [&](Value number, ValueRange states,
          ValueRange) -> std::optional<SmallVector<Value>> {
        SmallVector<Value> inputs{number, condition};
        llvm::append_range(inputs, states);
        auto results = importBody(node, inputs, 1 + carried.size() + rows.size());
        if (!results)
          return std::nullopt;
        if (constantNumber(results->front()).value_or(0) == 0) {
          node.refuse("its body computes the condition to go on, and the number of its "
                      "iterations is free",
                      decideBefore());
          return std::nullopt;
        }
        results->erase(results->begin());
        return results;
      });
}

Value onnx_import::buildLoop(NodeBuilder &node) {
  Loop loop{node, std::nullopt, {}, {}, {}, {}};
  if (!loop.start())
    return {};
  auto goesOn = constantNumber(loop.condition);
  // A condition that is false at first leaves nothing to run.
  if (loop.freeCount && goesOn == 0)
    loop.count = 0;
  else if (loop.freeCount && goesOn)
    return defineAll(node, loop.keep());
  if (!loop.run())
    return {};
  SmallVector<Value> results(loop.carried);
  for (ArrayRef<Value> parts : loop.rows)
    results.push_back(loop.collect(parts));
  return defineAll(node, results);
}

//===----------------------------------------------------------------------===//
// Scan
//===----------------------------------------------------------------------===//

namespace {
/// Imports a Scan: its body takes the states and one slice of each scanned input, and
/// returns the next states and one slice of each scanned output.
struct Scan {
  /// The entries of the attributes LIST_axes and LIST_directions for inputs or outputs.
  struct Cuts {
    std::vector<int64_t> axes, directions;

    bool isReversed(size_t index) const { return directions[index] != 0; }
  };

  NodeBuilder &node;
  int64_t steps = kFreeDim;
  SmallVector<Value> states, scanned;
  Cuts inputs, outputs;
  SmallVector<int64_t> axes; ///< of `scanned`, from 0
  SmallVector<SmallVector<Value>> slices;

  bool start();
  bool readInputs(int64_t first);
  bool readCuts(StringRef list, size_t count, Cuts &cuts);
  bool run();
  Value sliceOf(size_t input, int64_t step);
  Value collect(size_t output);
  SmallVector<Value> keep();
  Value moveFirst(Value input, int64_t axis, bool isBack);
};
} // namespace

/// Reads the attributes of `count` inputs or outputs; all entries are 0 by default. Returns
/// false after an error.
bool Scan::readCuts(StringRef list, size_t count, Cuts &cuts) {
  auto read = [&](StringRef what, std::vector<int64_t> &entries) {
    std::string name = (list + what).str();
    auto given = node.intsAttribute(name);
    if (given && given->size() != count)
      node.invalid(fmt::format("attribute '{}' has {} entries; expected {}", name,
                               given->size(), count));
    entries = given ? *given : std::vector<int64_t>(count, 0);
    return entries.size() == count;
  };
  if (!read("_axes", cuts.axes) || !read("_directions", cuts.directions))
    return false;
  for (int64_t direction : cuts.directions)
    if (direction != 0 && direction != 1) {
      node.invalid(fmt::format("an entry of attribute '{}_directions' is {}; expected 0 or "
                               "1",
                               list.str(), direction));
      return false;
    }
  return true;
}

bool Scan::readInputs(int64_t first) {
  for (int64_t i = first; i < node.numOperands(); ++i) {
    scanned.push_back(node.operand(i));
    if (!scanned.back())
      return false;
    auto axis =
        node.normalizeAxes({inputs.axes[i - first]}, tensorOf(scanned.back()).getRank());
    if (!axis)
      return false;
    axes.push_back(axis->front());
    int64_t size = tensorOf(scanned.back()).getDimSize(axes.back());
    if (ShapedType::isDynamic(size))
      continue;
    if (!ShapedType::isDynamic(steps) && size != steps) {
      node.invalid(fmt::format("it scans inputs of {} and {} slices", steps, size));
      return false;
    }
    steps = size;
  }
  return true;
}

bool Scan::start() {
  int64_t count = node.intAttribute("num_scan_inputs", 0);
  int64_t first = node.numOperands() - count;
  if (count < 1 || first < 0 || node.numOutputs() < first) {
    node.invalid(fmt::format("it has {} inputs, of which it scans {}, and {} outputs",
                             node.numOperands(), count, node.numOutputs()));
    return false;
  }
  slices.resize(node.numOutputs() - first);
  if (!readCuts("scan_input", count, inputs) ||
      !readCuts("scan_output", slices.size(), outputs))
    return false;
  for (int64_t i = 0; i < first; ++i)
    states.push_back(node.operand(i));
  return llvm::all_of(states, [](Value v) { return static_cast<bool>(v); }) &&
         readInputs(first);
}

Value Scan::sliceOf(size_t input, int64_t step) {
  int64_t axis = axes[input];
  int64_t index = inputs.isReversed(input) ? steps - 1 - step : step;
  Value part = slice(node, scanned[input], axis, index, index + 1);
  if (!part)
    return {};
  SmallVector<int64_t> dims(tensorOf(part).getShape());
  dims.erase(dims.begin() + axis);
  return reshape(node, part, dims);
}

bool Scan::run() {
  for (int64_t step = 0; step < steps; ++step) {
    SmallVector<Value> operands(states);
    for (size_t i = 0; i < scanned.size(); ++i)
      operands.push_back(sliceOf(i, step));
    if (!operands.back())
      return false;
    auto results = importBody(node, operands, states.size() + slices.size());
    if (!results)
      return false;
    states.assign(results->begin(), results->begin() + states.size());
    for (auto [i, parts] : llvm::enumerate(slices))
      parts.push_back((*results)[states.size() + i]);
  }
  return true;
}

Value Scan::collect(size_t output) {
  SmallVector<Value> &parts = slices[output];
  if (parts.empty())
    return node.refuse("it collects outputs of no slices", decideBefore());
  auto axis =
      node.normalizeAxes({outputs.axes[output]}, tensorOf(parts.front()).getRank() + 1);
  if (!axis)
    return {};
  for (Value &part : parts)
    part = insertDim(node, part, axis->front());
  if (outputs.isReversed(output))
    std::reverse(parts.begin(), parts.end());
  return concat(node, parts, axis->front());
}

/// Makes `axis` the first dimension, or with `isBack` the first dimension `axis`.
Value Scan::moveFirst(Value input, int64_t axis, bool isBack) {
  if (axis == 0)
    return input;
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, tensorOf(input).getRank()));
  int64_t from = isBack ? 0 : axis;
  order.erase(order.begin() + from);
  order.insert(order.begin() + (isBack ? axis : 0), from);
  return transpose(node, input, order);
}

/// Keeps the loop, whose number of slices is free.
SmallVector<Value> Scan::keep() {
  NodeBuilder::Loop loop{{}, states, {}, {}};
  for (auto [i, input] : llvm::enumerate(scanned)) {
    loop.inputs.push_back(moveFirst(input, axes[i], /*isBack=*/false));
    loop.reversed.push_back(inputs.isReversed(i));
    if (!loop.inputs.back())
      return {};
  }
  for (size_t i = 0; i < slices.size(); ++i)
    loop.reversed.push_back(outputs.isReversed(i));
  SmallVector<Value> results =
      node.createLoop(loop,
                      [&](Value, ValueRange carried,
                          ValueRange parts) -> std::optional<SmallVector<Value>> {
                        SmallVector<Value> operands(carried);
                        llvm::append_range(operands, parts);
                        return importBody(node, operands, states.size() + slices.size());
                      });
  for (size_t i = states.size(); i < results.size(); ++i) {
    auto axis = node.normalizeAxes({outputs.axes[i - states.size()]},
                                   tensorOf(results[i]).getRank());
    if (!axis)
      return {};
    results[i] = moveFirst(results[i], axis->front(), /*isBack=*/true);
  }
  return results;
}

Value onnx_import::buildScan(NodeBuilder &node) {
  Scan scan{node, kFreeDim, {}, {}, {}, {}, {}, {}};
  if (!scan.start())
    return {};
  if (ShapedType::isDynamic(scan.steps) || !node.canSpend(sizeOfBody(node), scan.steps))
    return defineAll(node, scan.keep());
  if (!scan.run())
    return {};
  SmallVector<Value> results(scan.states);
  for (size_t i = 0; i < scan.slices.size(); ++i)
    results.push_back(scan.collect(i));
  return defineAll(node, results);
}
