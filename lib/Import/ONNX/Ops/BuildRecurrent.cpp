//===- BuildRecurrent.cpp - Builders: RNN, GRU and LSTM -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A recurrent layer is unrolled if the length of its sequences is known, and an nn.scan for
// each direction else. Both compute the same: the product of all inputs with the weights of
// the gates is one operation, and each step multiplies only the state.
//
//===----------------------------------------------------------------------===//

#include "Ops/Activations.h"
#include "Ops/OpTable.h"
#include "Ops/Shapes.h"
#include "tacit/Support/ElementTypes.h"
#include "tacit/Support/HostTensor.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

namespace {
enum class CellKind { RNN, GRU, LSTM };

struct Layer {
  CellKind kind;
  int64_t gates, hidden, steps, directions;
  bool startsReversed, isBatchFirst;
  bool isLoop;    ///< it is not unrolled
  float clip = 0; ///< 0 for none
  std::vector<NamedActivation> activations;
  Value weight;    ///< [D, G * H, I]
  Value recurrent; ///< [D, G * H, H]
  Value input;     ///< [T, B, I]
  Value lengths;   ///< [B], or null
};

/// A linear function of the state.
struct Product {
  Value weight; ///< [H, N]
  Value bias;   ///< [N], or null
};

/// The parameters of one direction, each without that dimension.
struct Direction {
  Value input;       ///< [T, B, G * H]: the products with the inputs, biases added
  Product recurrent; ///< of all gates, or of the two of a GRU that are computed first
  Product last;      ///< of the hidden gate of a GRU
  Value peephole;    ///< [3 * H], or null
  ArrayRef<NamedActivation> activations;
};

struct State {
  Value hidden, cell; ///< [B, H]
};
} // namespace

static bool readActivations(NodeBuilder &node, Layer &layer) {
  std::vector<std::string> names;
  if (layer.kind == CellKind::RNN)
    names = {"Tanh"};
  else
    names = {"Sigmoid", "Tanh"};
  if (layer.kind == CellKind::LSTM)
    names.push_back("Tanh");
  size_t count = names.size() * layer.directions;
  for (size_t i = 0; names.size() < count; ++i)
    names.push_back(std::string(names[i]));
  using onnx::AttributeProto;
  if (auto *given = node.attribute("activations", AttributeProto::STRINGS))
    names.assign(given->strings().begin(), given->strings().end());
  // The default of RNN has two, whatever the directions.
  if (names.size() > count && layer.kind == CellKind::RNN)
    names.resize(count);
  if (names.size() != count) {
    node.invalid(fmt::format("it has {} activations; expected {}", names.size(), count));
    return false;
  }
  auto *alphas = node.attribute("activation_alpha", AttributeProto::FLOATS),
       *betas = node.attribute("activation_beta", AttributeProto::FLOATS);
  int nextAlpha = 0, nextBeta = 0;
  for (const std::string &name : names) {
    auto [alpha, beta] = activationDefaults(name);
    bool hasAlpha = llvm::is_contained(
        {"Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu"},
        name);
    bool hasBeta = llvm::is_contained({"Affine", "ScaledTanh", "HardSigmoid"}, name);
    if (hasAlpha && alphas && nextAlpha < alphas->floats_size())
      alpha = alphas->floats(nextAlpha++);
    if (hasBeta && betas && nextBeta < betas->floats_size())
      beta = betas->floats(nextBeta++);
    layer.activations.push_back({name, alpha, beta});
  }
  return true;
}

/// Reads the lengths of the sequences. Returns false after an error.
static bool readLengths(NodeBuilder &node, Layer &layer) {
  Value lengths = node.operand(4);
  if (!lengths)
    return false;
  auto type = tensorOf(lengths);
  const ElementType *found = findElementType(type.getElementType());
  if (!found || found->code != TACIT_I32) {
    node.invalid(fmt::format("its sequence_lens are {}; expected int32",
                             found ? found->name.str() : "of another type"));
    return false;
  }
  int64_t batch = tensorOf(layer.input).getDimSize(1);
  bool fits =
      type.getRank() == 1 &&
      (type.isDynamicDim(0) || ShapedType::isDynamic(batch) || type.getDimSize(0) == batch);
  if (!fits) {
    node.invalid(
        fmt::format("its sequence_lens have shape {}; expected one length for "
                    "each sequence of the batch{}",
                    shapeText(type.getShape()),
                    ShapedType::isDynamic(batch) ? "" : fmt::format(", {}", batch)));
    return false;
  }
  layer.lengths = castTo(node, lengths, IntegerType::get(node.context(), 64));
  return true;
}

/// Reads the directions and the order of dimensions. Returns false after an error.
static bool readLayout(NodeBuilder &node, Layer &layer) {
  std::string direction = node.stringAttribute("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
    node.invalid(fmt::format("attribute 'direction' is {}; expected 'forward', 'reverse' "
                             "or 'bidirectional'",
                             quote(direction)));
    return false;
  }
  layer.startsReversed = direction == "reverse";
  layer.directions = direction == "bidirectional" ? 2 : 1;
  int64_t layout = node.intAttribute("layout", 0);
  if (layout != 0 && layout != 1) {
    node.invalid(fmt::format("attribute 'layout' is {}; expected 0 or 1", layout));
    return false;
  }
  layer.isBatchFirst = layout == 1;
  return true;
}

/// Returns `input` with the dimensions `shape`, of which free ones are as they are; each
/// that is free in its type is checked in each run. Null after an error.
static Value withShape(NodeBuilder &node, Value input, ArrayRef<int64_t> shape) {
  if (!input || tensorOf(input).getRank() != static_cast<int64_t>(shape.size()))
    return input;
  SmallVector<Value> sizes;
  bool isSettled = true;
  for (auto [i, size] : llvm::enumerate(shape)) {
    Value found = dimOf(node, input, i);
    bool isChecked = tensorOf(input).isDynamicDim(i) && !ShapedType::isDynamic(size);
    sizes.push_back(isChecked ? i64Scalar(node, size) : found);
    isSettled &= !isChecked;
    if (isChecked && !assertRange(node, found, sizes.back(), sizes.back(),
                                  fmt::format("a parameter of another shape; expected {}",
                                              shapeText(shape))))
      return {};
  }
  return isSettled ? input : reshapeToSizes(node, input, sizes);
}

/// Reads the weights, whose shapes the number of elements of the state determines. Returns
/// false after an error.
static bool readWeights(NodeBuilder &node, Layer &layer) {
  layer.weight = node.operand(1), layer.recurrent = node.operand(2);
  if (!layer.weight || !layer.recurrent)
    return false;
  if (tensorOf(layer.input).getRank() != 3 || tensorOf(layer.weight).getRank() != 3 ||
      tensorOf(layer.recurrent).getRank() != 3) {
    node.invalid("its input and its weights do not all have three dimensions");
    return false;
  }
  int64_t found = tensorOf(layer.recurrent).getDimSize(2);
  layer.hidden = node.intAttribute("hidden_size", found);
  if (layer.hidden < 1 || layer.hidden > nn::SizeTable::kMaxFreeSize) {
    node.refuse("the shape of its weights is free, and 'hidden_size' does not state it",
                {"pin it", Setting::Dimensions});
    return false;
  }
  if (!ShapedType::isDynamic(found) && found != layer.hidden) {
    node.invalid(fmt::format("attribute 'hidden_size' is {}; expected {}, as its recurrent "
                             "weights have",
                             layer.hidden, found));
    return false;
  }
  int64_t width = layer.gates * layer.hidden;
  layer.weight = withShape(node, layer.weight,
                           {layer.directions, width, tensorOf(layer.weight).getDimSize(2)});
  layer.recurrent =
      withShape(node, layer.recurrent, {layer.directions, width, layer.hidden});
  if (!layer.weight || !layer.recurrent)
    return false;
  SmallVector<int64_t> expected{layer.directions, width, layer.hidden};
  if (tensorOf(layer.recurrent).getShape() == ArrayRef(expected) &&
      tensorOf(layer.weight).getShape().take_front(2) == ArrayRef(expected).take_front(2))
    return true;
  node.invalid(fmt::format("its weights do not have {} directions and {} gates of {} "
                           "elements",
                           layer.directions, layer.gates, layer.hidden));
  return false;
}

/// Reads what the three operators have in common. Returns false after an error.
static bool readLayer(NodeBuilder &node, Layer &layer) {
  if (!readLayout(node, layer))
    return false;
  layer.clip = node.floatAttribute("clip", 0);
  if (!(layer.clip >= 0)) {
    node.invalid(fmt::format("attribute 'clip' is {}; expected a number above 0, or 0 for "
                             "none",
                             layer.clip));
    return false;
  }
  layer.input = node.operand(0);
  if (!layer.input || !readActivations(node, layer) || !readWeights(node, layer))
    return false;
  if (layer.isBatchFirst)
    layer.input = transpose(node, layer.input, {1, 0, 2});
  if (!layer.input)
    return false;
  layer.steps = tensorOf(layer.input).getDimSize(0);
  if (layer.steps == 0) {
    node.invalid("its sequences have no elements");
    return false;
  }
  if (node.hasOperand(4) && !readLengths(node, layer))
    return false;
  // A step has about as many operations as ten nodes.
  int64_t nodes = layer.directions * 10;
  layer.isLoop = ShapedType::isDynamic(layer.steps) || !node.canSpend(nodes, layer.steps);
  return layer.isLoop || node.spend(layer.steps * nodes);
}

//===----------------------------------------------------------------------===//
// Parts of parameters
//===----------------------------------------------------------------------===//

/// Returns part `index` of the first dimension of `input`, without that dimension.
static Value row(NodeBuilder &node, Value input, int64_t index) {
  Value part = slice(node, input, 0, index, index + 1);
  return part ? reshape(node, part, tensorOf(part).getShape().drop_front()) : Value();
}

/// Returns gate `index` of the last dimension, which has one block for each.
static Value gate(NodeBuilder &node, Value input, int64_t index, int64_t size,
                  int64_t count = 1) {
  if (!input)
    return {};
  return slice(node, input, tensorOf(input).getRank() - 1, index * size,
               (index + count) * size);
}

static std::optional<Direction> readDirection(NodeBuilder &node, const Layer &layer,
                                              int64_t index) {
  int64_t width = layer.gates * layer.hidden;
  Direction direction;
  size_t perDirection = layer.activations.size() / layer.directions;
  direction.activations =
      ArrayRef(layer.activations).slice(index * perDirection, perDirection);
  Value weight = transposeMatrix(node, row(node, layer.weight, index));
  Product recurrent{transposeMatrix(node, row(node, layer.recurrent, index)), {}};
  SmallVector<Value> operands{layer.input, weight};
  if (node.hasOperand(3)) {
    Value biases =
        row(node, withShape(node, node.operand(3), {layer.directions, 2 * width}), index);
    if (!biases)
      return std::nullopt;
    if (tensorOf(biases).getShape() != ArrayRef<int64_t>(2 * width)) {
      node.invalid(
          fmt::format("its bias does not have {} elements for each direction", 2 * width));
      return std::nullopt;
    }
    operands.push_back(gate(node, biases, 0, width));
    recurrent.bias = gate(node, biases, 1, width);
  }
  auto part = [&](int64_t first, int64_t count) {
    return Product{gate(node, recurrent.weight, first, layer.hidden, count),
                   gate(node, recurrent.bias, first, layer.hidden, count)};
  };
  bool isGRU = layer.kind == CellKind::GRU;
  direction.recurrent = isGRU ? part(0, 2) : recurrent;
  direction.last = isGRU ? part(2, 1) : Product();
  direction.input = node.create<nn::LinearOp>(operands);
  if (layer.kind == CellKind::LSTM && node.hasOperand(7)) {
    Value peepholes =
        withShape(node, node.operand(7), {layer.directions, 3 * layer.hidden});
    direction.peephole = row(node, peepholes, index);
    if (direction.peephole &&
        tensorOf(direction.peephole).getShape() != ArrayRef<int64_t>(3 * layer.hidden)) {
      node.invalid("its peephole weights are not three for each element of the state");
      return std::nullopt;
    }
  }
  if (!direction.input || !direction.recurrent.weight)
    return std::nullopt;
  return direction;
}

/// Returns the state before the first step from operand `i`, or zeros.
static Value initialState(NodeBuilder &node, const Layer &layer, int64_t i, int64_t index) {
  if (node.hasOperand(i)) {
    Value given = node.operand(i);
    if (given && layer.isBatchFirst)
      given = transpose(node, given, {1, 0, 2});
    return row(node, withShape(node, given, {layer.directions, kFreeDim, layer.hidden}),
               index);
  }
  return expandToSizes(node, scalarLike(node, layer.input, 0),
                       {dimOf(node, layer.input, 1), i64Scalar(node, layer.hidden)});
}

//===----------------------------------------------------------------------===//
// Cells
//===----------------------------------------------------------------------===//

/// Applies an activation to `input`, which is clipped before if the node says so.
static Value activate(NodeBuilder &node, const Layer &layer, const Direction &direction,
                      int64_t index, Value input) {
  if (!input)
    return {};
  if (layer.clip > 0) {
    input = binary<nn::MaximumOp>(node, input, scalarLike(node, input, -layer.clip));
    input = binary<nn::MinimumOp>(node, input, scalarLike(node, input, layer.clip));
  }
  return applyActivation(node, direction.activations[index], input);
}

static Value multiply(NodeBuilder &node, Value state, const Product &product) {
  SmallVector<Value> operands{state, product.weight};
  if (product.bias)
    operands.push_back(product.bias);
  return node.create<nn::LinearOp>(operands);
}

static State stepRNN(NodeBuilder &node, const Layer &layer, const Direction &direction,
                     Value input, const State &last) {
  Value sum = add(node, input, multiply(node, last.hidden, direction.recurrent));
  return {activate(node, layer, direction, 0, sum), {}};
}

/// The gates are update, reset and hidden. The reset gate applies to the state, or with
/// linear_before_reset to its product.
static State stepGRU(NodeBuilder &node, const Layer &layer, const Direction &direction,
                     Value input, const State &last) {
  int64_t size = layer.hidden;
  bool isLate = node.intAttribute("linear_before_reset", 0) != 0;
  Value both = add(node, gate(node, input, 0, size, 2),
                   multiply(node, last.hidden, direction.recurrent));
  both = activate(node, layer, direction, 0, both);
  Value update = gate(node, both, 0, size), reset = gate(node, both, 1, size);
  Value inner = isLate ? mul(node, reset, multiply(node, last.hidden, direction.last))
                       : multiply(node, mul(node, reset, last.hidden), direction.last);
  Value fresh =
      activate(node, layer, direction, 1, add(node, gate(node, input, 2, size), inner));
  Value rest = sub(node, scalarLike(node, update, 1), update);
  return {add(node, mul(node, rest, fresh), mul(node, update, last.hidden)), {}};
}

/// The gates are input, output, forget and cell.
static State stepLSTM(NodeBuilder &node, const Layer &layer, const Direction &direction,
                      Value input, const State &last) {
  int64_t size = layer.hidden;
  Value sum = add(node, input, multiply(node, last.hidden, direction.recurrent));
  auto open = [&](int64_t index, int64_t peephole, Value cell) {
    Value in = gate(node, sum, index, size);
    if (direction.peephole)
      in = add(node, in, mul(node, gate(node, direction.peephole, peephole, size), cell));
    return activate(node, layer, direction, 0, in);
  };
  Value in = open(0, 0, last.cell);
  Value forget = node.intAttribute("input_forget", 0) != 0
                     ? sub(node, scalarLike(node, in, 1), in)
                     : open(2, 2, last.cell);
  Value fresh = activate(node, layer, direction, 1, gate(node, sum, 3, size));
  Value cell = add(node, mul(node, forget, last.cell), mul(node, in, fresh));
  Value out = open(1, 1, cell);
  // The state is not clipped, as in ONNX Runtime.
  return {mul(node, out, applyActivation(node, direction.activations[2], cell)), cell};
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

namespace {
/// What a step computes: the next state, and the output, which is the hidden state or,
/// behind the end of a sequence, zero.
struct Step {
  State next;
  Value output;
};
} // namespace

/// Runs the step at position `t` of the sequence, an i64 scalar.
static Step runStep(NodeBuilder &node, const Layer &layer, const Direction &direction,
                    Value t, Value input, const State &last) {
  auto step = layer.kind == CellKind::RNN   ? stepRNN
              : layer.kind == CellKind::GRU ? stepGRU
                                            : stepLSTM;
  State next = step(node, layer, direction, input, last);
  if (!next.hidden || !layer.lengths)
    return {next, next.hidden};
  // Behind the end of its sequence a row keeps its state, and its outputs are zero.
  Value isInside = compare(node, nn::ComparePredicate::Greater, layer.lengths, t);
  isInside = isInside ? insertDim(node, isInside, 1) : Value();
  auto choose = [&](Value yes, Value no) {
    return node.create<nn::WhereOp>({isInside, yes, no});
  };
  Value output = choose(next.hidden, scalarLike(node, next.hidden, 0));
  next.hidden = choose(next.hidden, last.hidden);
  if (next.cell)
    next.cell = choose(next.cell, last.cell);
  return {next, output};
}

/// Unrolls one direction. `outputs` receives the output of each step, in the order of the
/// sequence; returns the state after the last one.
static State unrollDirection(NodeBuilder &node, const Layer &layer,
                             const Direction &direction, State state, bool isReversed,
                             SmallVectorImpl<Value> &outputs) {
  outputs.assign(layer.steps, Value());
  for (int64_t i = 0; i < layer.steps; ++i) {
    int64_t t = isReversed ? layer.steps - 1 - i : i;
    Step step =
        runStep(node, layer, direction, layer.lengths ? i64Scalar(node, t) : Value(),
                row(node, direction.input, t), state);
    if (!step.output)
      return {};
    outputs[t] = step.output;
    state = step.next;
  }
  return state;
}

/// Runs one direction as a loop. `outputs` receives one value, the outputs of all steps.
static State loopDirection(NodeBuilder &node, const Layer &layer,
                           const Direction &direction, State state, bool isReversed,
                           SmallVectorImpl<Value> &outputs) {
  NodeBuilder::Loop loop{{}, {state.hidden}, {direction.input}, {isReversed, isReversed}};
  if (state.cell)
    loop.states.push_back(state.cell);
  bool needsLast = layer.lengths && isReversed;
  Value last =
      needsLast ? sub(node, dimOf(node, layer.input, 0), i64Scalar(node, 1)) : Value();
  SmallVector<Value> results = node.createLoop(
      loop,
      [&](Value number, ValueRange states,
          ValueRange slices) -> std::optional<SmallVector<Value>> {
        Value t = needsLast ? sub(node, last, number) : number;
        State before{states.front(), states.size() > 1 ? states.back() : Value()};
        Step step = runStep(node, layer, direction, t, slices.front(), before);
        if (!step.output)
          return std::nullopt;
        SmallVector<Value> all{step.next.hidden};
        if (step.next.cell)
          all.push_back(step.next.cell);
        all.push_back(step.output);
        return all;
      });
  if (results.empty())
    return {};
  outputs.assign({results.back()});
  return {results.front(), state.cell ? results[1] : Value()};
}

/// Runs one direction; returns the state after the last step.
static State runDirection(NodeBuilder &node, const Layer &layer, int64_t index,
                          SmallVectorImpl<Value> &outputs) {
  auto direction = readDirection(node, layer, index);
  if (!direction)
    return {};
  State state{initialState(node, layer, 5, index), {}};
  if (layer.kind == CellKind::LSTM)
    state.cell = initialState(node, layer, 6, index);
  if (!state.hidden || (layer.kind == CellKind::LSTM && !state.cell))
    return {};
  bool isReversed = layer.startsReversed || index == 1;
  auto run = layer.isLoop ? loopDirection : unrollDirection;
  return run(node, layer, *direction, state, isReversed, outputs);
}

/// Joins the states of all directions to [D, B, H], or to [B, D, H].
static Value joinStates(NodeBuilder &node, const Layer &layer, ArrayRef<Value> states) {
  SmallVector<Value> rows;
  for (Value state : states)
    rows.push_back(insertDim(node, state, layer.isBatchFirst ? 1 : 0));
  return concat(node, rows, layer.isBatchFirst ? 1 : 0);
}

/// Joins the outputs of all directions to [T, D, B, H], or to [B, T, D, H].
static Value joinOutputs(NodeBuilder &node, const Layer &layer,
                         ArrayRef<SmallVector<Value>> outputs) {
  SmallVector<Value> steps;
  if (layer.isLoop) {
    for (ArrayRef<Value> direction : outputs)
      steps.push_back(insertDim(node, direction.front(), 1));
    Value all = concat(node, steps, 1);
    return all && layer.isBatchFirst ? transpose(node, all, {2, 0, 1, 3}) : all;
  }
  for (int64_t t = 0; t < layer.steps; ++t) {
    SmallVector<Value> states;
    for (ArrayRef<Value> direction : outputs)
      states.push_back(direction[t]);
    steps.push_back(
        insertDim(node, joinStates(node, layer, states), layer.isBatchFirst ? 1 : 0));
  }
  return concat(node, steps, layer.isBatchFirst ? 1 : 0);
}

static Value buildLayer(NodeBuilder &node, CellKind kind, int64_t gates) {
  Layer layer{};
  layer.kind = kind;
  layer.gates = gates;
  if (!readLayer(node, layer))
    return {};
  SmallVector<SmallVector<Value>> outputs(layer.directions);
  SmallVector<Value> hidden, cells;
  for (int64_t index = 0; index < layer.directions; ++index) {
    State last = runDirection(node, layer, index, outputs[index]);
    if (!last.hidden)
      return {};
    hidden.push_back(last.hidden);
    if (last.cell)
      cells.push_back(last.cell);
  }
  node.define(1, joinStates(node, layer, hidden));
  if (!cells.empty())
    node.define(2, joinStates(node, layer, cells));
  return joinOutputs(node, layer, outputs);
}

Value onnx_import::buildRNN(NodeBuilder &node) {
  return buildLayer(node, CellKind::RNN, 1);
}

Value onnx_import::buildGRU(NodeBuilder &node) {
  return buildLayer(node, CellKind::GRU, 3);
}

Value onnx_import::buildLSTM(NodeBuilder &node) {
  return buildLayer(node, CellKind::LSTM, 4);
}
