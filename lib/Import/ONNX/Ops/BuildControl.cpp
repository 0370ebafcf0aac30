//===- BuildControl.cpp - Builders: If, Loop, Scan, decided by constants --===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A program has no control flow: the branch that is taken, or the body as often as it runs,
// is imported in place of the node. Exporters write such nodes where a condition or a count
// follows from shapes, which are known at import.
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

namespace {
/// Unrolls a Loop: its body takes the number of the iteration, the condition and the
/// carried values; it returns the next condition and carried values, then one row of each
/// output that collects rows.
struct Loop {
  NodeBuilder &node;
  std::optional<int64_t> count; ///< none: until the condition is false
  Value condition;
  SmallVector<Value> carried;
  SmallVector<SmallVector<Value>> rows;

  bool start();
  bool run();
  bool iterate(int64_t iteration);
  Value collect(ArrayRef<Value> parts);
};
} // namespace

bool Loop::start() {
  if (node.hasOperand(0)) {
    Value operand = node.operand(0);
    count = constantNumber(operand);
    if (operand && !count)
      node.refuse("the number of its iterations is computed from the inputs",
                  decideBefore());
    if (!count)
      return false;
  }
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
  auto results = node.subgraph("body", inputs);
  if (!results)
    return false;
  size_t expected = 1 + carried.size() + rows.size();
  if (results->size() != expected) {
    node.invalid(fmt::format("the graph in 'body' has {} outputs; expected {}",
                             results->size(), expected));
    return false;
  }
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

Value onnx_import::buildLoop(NodeBuilder &node) {
  Loop loop{node, std::nullopt, {}, {}, {}};
  if (!loop.start() || !loop.run())
    return {};
  SmallVector<Value> results(loop.carried);
  for (ArrayRef<Value> parts : loop.rows)
    results.push_back(loop.collect(parts));
  if (llvm::is_contained(results, Value()))
    return {};
  for (auto [i, result] : llvm::enumerate(results))
    node.define(i, result);
  return results.empty() ? Value() : results.front();
}

//===----------------------------------------------------------------------===//
// Scan
//===----------------------------------------------------------------------===//

namespace {
/// Unrolls a Scan: its body takes the states and one slice of each scanned input, and
/// returns the next states and one slice of each scanned output.
struct Scan {
  /// A scanned input or output: the axis it is cut along, and whether from the end.
  struct Cut {
    int64_t axis;
    bool isReversed;
  };

  /// The attributes LIST_axes and LIST_directions, with an entry for each input or output.
  struct Cuts {
    std::vector<int64_t> axes, directions;
  };

  NodeBuilder &node;
  int64_t steps = 0;
  SmallVector<Value> states, scanned;
  SmallVector<Cut> inputs;
  Cuts outputs;
  SmallVector<SmallVector<Value>> slices;

  bool start();
  bool readInputs(int64_t first, const Cuts &cuts);
  bool run();
  Value sliceOf(size_t input, int64_t step);
  Value collect(size_t output);
  bool readCuts(StringRef list, size_t count, Cuts &cuts);
  std::optional<Cut> cutOf(const Cuts &cuts, size_t index, int64_t rank);
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

std::optional<Scan::Cut> Scan::cutOf(const Cuts &cuts, size_t index, int64_t rank) {
  auto axes = node.normalizeAxes({cuts.axes[index]}, rank);
  if (!axes)
    return std::nullopt;
  return Cut{axes->front(), cuts.directions[index] != 0};
}

bool Scan::readInputs(int64_t first, const Cuts &cuts) {
  for (size_t i = 0; i < cuts.axes.size(); ++i) {
    scanned.push_back(node.operand(first + i));
    if (!scanned.back())
      return false;
    auto cut = cutOf(cuts, i, tensorOf(scanned.back()).getRank());
    if (!cut)
      return false;
    inputs.push_back(*cut);
    int64_t size = tensorOf(scanned.back()).getDimSize(cut->axis);
    if (ShapedType::isDynamic(size)) {
      node.refuse("the length of what it scans is free, and it is unrolled",
                  decideBefore());
      return false;
    }
    if (i > 0 && size != steps) {
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
  Cuts cuts;
  if (!readCuts("scan_input", count, cuts) ||
      !readCuts("scan_output", slices.size(), outputs))
    return false;
  for (int64_t i = 0; i < first; ++i)
    states.push_back(node.operand(i));
  return readInputs(first, cuts) &&
         llvm::all_of(states, [](Value v) { return static_cast<bool>(v); });
}

Value Scan::sliceOf(size_t input, int64_t step) {
  Cut cut = inputs[input];
  int64_t index = cut.isReversed ? steps - 1 - step : step;
  Value part = slice(node, scanned[input], cut.axis, index, index + 1);
  if (!part)
    return {};
  SmallVector<int64_t> dims(tensorOf(part).getShape());
  dims.erase(dims.begin() + cut.axis);
  return reshape(node, part, dims);
}

bool Scan::run() {
  for (int64_t step = 0; step < steps; ++step) {
    SmallVector<Value> operands(states);
    for (size_t i = 0; i < scanned.size(); ++i)
      operands.push_back(sliceOf(i, step));
    if (!operands.back())
      return false;
    auto results = node.subgraph("body", operands);
    if (!results)
      return false;
    size_t expected = states.size() + slices.size();
    if (results->size() != expected) {
      node.invalid(fmt::format("the graph in 'body' has {} outputs; expected {}",
                               results->size(), expected));
      return false;
    }
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
  auto cut = cutOf(outputs, output, tensorOf(parts.front()).getRank() + 1);
  if (!cut)
    return {};
  for (Value &part : parts)
    part = insertDim(node, part, cut->axis);
  if (cut->isReversed)
    std::reverse(parts.begin(), parts.end());
  return concat(node, parts, cut->axis);
}

Value onnx_import::buildScan(NodeBuilder &node) {
  Scan scan{node, 0, {}, {}, {}, {}, {}};
  if (!scan.start() || !scan.run())
    return {};
  SmallVector<Value> results(scan.states);
  for (size_t i = 0; i < scan.slices.size(); ++i)
    results.push_back(scan.collect(i));
  if (llvm::is_contained(results, Value()))
    return {};
  for (auto [i, result] : llvm::enumerate(results))
    node.define(i, result);
  return results.front();
}
