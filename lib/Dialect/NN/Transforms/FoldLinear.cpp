//===- FoldLinear.cpp - Makes one linear layer of two ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include "Raise.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Threading.h"
#include "tacit/Dialect/NN/Transforms/Passes.h"
#include "tacit/Support/Elements.h"
#include <cstring>
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_FOLDLINEAR
#include "tacit/Dialect/NN/Transforms/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// One number stands for all elements of some constants, however many. Others have
/// their bytes somewhere, which bounds them.
static constexpr int64_t kMaxSplatBytes = int64_t(1) << 30;

/// The constant that `value` is, perhaps transposed or reshaped on the way.
static ConstantOp sourceOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!typeOf(value).hasStaticShape())
      return {};
    if (auto constant = dyn_cast<ConstantOp>(op))
      return constant;
    if (!isa<TransposeOp, ReshapeOp>(op))
      return {};
    value = op->getOperand(0);
  }
  return {};
}

static std::string keyOf(Value value) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(sourceOf(value).getValue());
  return resource ? resource.getRawHandle().getKey().str() : "";
}

/// Elements of `shape` in the order of the permuted dimensions.
static std::vector<float> transpose(ArrayRef<float> elements, ArrayRef<int64_t> shape,
                                    ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> strides(shape.size(), 1), index(shape.size(), 0);
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  std::vector<float> result(elements.size());
  int64_t offset = 0;
  for (float &element : result) {
    element = elements[offset];
    for (size_t dim = shape.size(); dim-- > 0;) {
      int64_t from = permutation[dim];
      offset += strides[from];
      if (++index[dim] < shape[from])
        break;
      offset -= strides[from] * shape[from];
      index[dim] = 0;
    }
  }
  return result;
}

/// The elements of a value that has a source; none of no value.
static FailureOr<std::vector<float>> readElements(Value value) {
  if (!value)
    return std::vector<float>();
  ConstantOp source = sourceOf(value);
  std::vector<char> scratch;
  auto bytes = rawBytes(source.getValue(), scratch);
  if (!bytes)
    return source.emitError() << "weight '" << keyOf(value) << "' has not the "
                              << byteSize(source.getType()).value_or(0) << " bytes of "
                              << source.getType()
                              << "; 'tacit compile --from' reads the file of weights "
                                 "beside a program, tacit-opt does not";
  std::vector<float> elements(bytes->size() / sizeof(float));
  std::memcpy(elements.data(), bytes->data(), bytes->size());
  SmallVector<TransposeOp> transposes;
  for (Operation *op = value.getDefiningOp(); op != source;
       op = op->getOperand(0).getDefiningOp())
    if (auto transposition = dyn_cast<TransposeOp>(op))
      transposes.push_back(transposition);
  for (TransposeOp op : llvm::reverse(transposes))
    elements = transpose(elements, typeOf(op.getInput()).getShape(), op.getPermutation());
  return elements;
}

/// `lhs` by `rhs`, a matrix of `columns` columns, plus `start` in each row: summed in
/// double precision, which holds each product exactly, and rounded once.
static std::vector<char> multiply(MLIRContext *context, ArrayRef<float> lhs,
                                  ArrayRef<float> rhs, ArrayRef<float> start, int64_t rows,
                                  int64_t columns) {
  std::vector<char> bytes(rows * columns * sizeof(float));
  parallelFor(context, 0, rows, [&](size_t row) {
    size_t inner = lhs.size() / rows;
    std::vector<double> sums(columns);
    llvm::copy(start, sums.begin());
    double *sum = sums.data();
    for (size_t k = 0; k < inner; ++k) {
      double factor = lhs[row * inner + k];
      const float *line = rhs.data() + k * columns;
      // The build is not optimised for speed; here it matters.
#pragma clang loop vectorize(assume_safety)
      for (int64_t column = 0; column < columns; ++column)
        sum[column] += factor * double(line[column]);
    }
    std::vector<float> rounded(sums.begin(), sums.end());
    std::memcpy(bytes.data() + row * columns * sizeof(float), rounded.data(),
                columns * sizeof(float));
  });
  return bytes;
}

//===----------------------------------------------------------------------===//
// Pairs
//===----------------------------------------------------------------------===//

static bool isExact(LinearOp op) {
  MultiplierAttr multiplier = op.getMultiplierAttr();
  return !multiplier || multiplier.getKind() == MultiplierKind::Exact;
}

/// A reason why this operand cannot be read now, or nothing.
static std::string reasonAgainstConstant(Value value, StringRef what) {
  if (!value)
    return "";
  ConstantOp source = sourceOf(value);
  if (!source)
    return fmt::format("{} is computed, not constant", what.str());
  ElementsAttr elements = source.getValue();
  if (!isa<DenseElementsAttr, DenseResourceElementsAttr>(elements))
    return fmt::format("{} is no dense constant", what.str());
  auto size = byteSize(elements.getShapedType());
  auto dense = dyn_cast<DenseElementsAttr>(elements);
  if (!size || (dense && dense.isSplat() && *size > kMaxSplatBytes))
    return fmt::format("{} is one number for too many elements", what.str());
  return "";
}

static std::string shapeText(RankedTensorType type) {
  return fmt::format("{}x{}", type.getDimSize(0), type.getDimSize(1));
}

/// Why `first` and `second`, which reads it, do not become one layer; or nothing.
static std::string reasonAgainst(LinearOp first, LinearOp second) {
  if (!first->hasOneUse())
    return "something else reads the first product";
  if (!typeOf(second).getElementType().isF32())
    return "the elements are not f32";
  if (!isExact(first) || !isExact(second))
    return "a product is not exact";
  std::pair<Value, StringRef> constants[] = {{first.getWeight(), "the first weight"},
                                             {second.getWeight(), "the second weight"},
                                             {first.getBias(), "the first bias"},
                                             {second.getBias(), "the second bias"}};
  for (auto [value, what] : constants)
    if (std::string reason = reasonAgainstConstant(value, what); !reason.empty())
      return reason;
  auto w1 = typeOf(first.getWeight()), w2 = typeOf(second.getWeight());
  // Each type may know dimensions that the other leaves free.
  SmallVector<int64_t> shape(typeOf(first.getInput()).getShape());
  shape.back() = w2.getDimSize(1);
  if (w1.getDimSize(1) != w2.getDimSize(0) ||
      !areCompatibleShapes(TypeRange(RankedTensorType::get(shape, w2.getElementType())),
                           TypeRange(second.getType())))
    return "the dimensions of the two contradict each other";
  __int128 rows = w1.getDimSize(0), columns = w2.getDimSize(1);
  if (rows * columns > __int128(w1.getNumElements()) + w2.getNumElements())
    return fmt::format("{}x{} is larger than {} and {}", w1.getDimSize(0), w2.getDimSize(1),
                       shapeText(w1), shapeText(w2));
  return "";
}

/// The layer whose product `op` reads at once, and in order.
static LinearOp layerBefore(LinearOp op) {
  auto first = op.getInput().getDefiningOp<LinearOp>();
  return first && first->getBlock() == op->getBlock() ? first : LinearOp();
}

/// The operation, no residual sum, that alone stands between `op` and a layer.
static Operation *operationBefore(LinearOp op, const Blocks &blocks) {
  Operation *between = op.getInput().getDefiningOp();
  if (!between || isa<AttentionOp, MatmulOp>(between) || blocks.isResidualSum(between) ||
      llvm::none_of(between->getOperands(),
                    [](Value operand) { return operand.getDefiningOp<LinearOp>(); }))
    return nullptr;
  return between;
}

/// One layer in place of two that nothing speaks against.
static FailureOr<LinearOp> fold(LinearOp first, LinearOp second, IRRewriter &rewriter) {
  auto w1 = readElements(first.getWeight()), w2 = readElements(second.getWeight());
  auto b1 = readElements(first.getBias()), b2 = readElements(second.getBias());
  if (failed(w1) || failed(w2) || failed(b1) || failed(b2))
    return failure();
  int64_t rows = typeOf(first.getWeight()).getDimSize(0);
  int64_t columns = typeOf(second.getWeight()).getDimSize(1);
  auto constant = [&](ArrayRef<int64_t> shape, std::vector<char> bytes, Value a, Value b) {
    std::string key;
    for (Value value : {a, b})
      if (std::string part = value ? keyOf(value) : ""; !part.empty())
        key += (key.empty() ? "" : "*") + part;
    auto type = RankedTensorType::get(shape, rewriter.getF32Type());
    return ConstantOp::create(
        rewriter, second.getLoc(), type,
        makeElements(type, std::move(bytes), key.empty() ? "folded" : key));
  };
  rewriter.setInsertionPoint(second);
  MLIRContext *context = rewriter.getContext();
  Value weight = constant({rows, columns}, multiply(context, *w1, *w2, {}, rows, columns),
                          first.getWeight(), second.getWeight());
  Value bias = second.getBias();
  if (first.getBias())
    bias = constant({columns}, multiply(context, *b1, *w2, *b2, 1, columns),
                    first.getBias(), second.getBias());
  auto folded = rewriter.replaceOpWithNewOp<LinearOp>(
      second, second.getType(), first.getInput(), weight, bias, MultiplierAttr());
  rewriter.eraseOp(first);
  return folded;
}

namespace {

struct FoldLinear : tacit::nn::impl::FoldLinearBase<FoldLinear> {
  using FoldLinearBase::FoldLinearBase;

  LogicalResult initialize(MLIRContext *context) override {
    return parseSites(siteText, context, chosen);
  }

  /// Folds layers into `op`, the nearest first, as long as there are some.
  LogicalResult foldInto(LinearOp op, std::optional<unsigned> block,
                         SiteReporter &reporter) {
    IRRewriter rewriter(&getContext());
    while (LinearOp first = layerBefore(op)) {
      if (!chosen.contains(block) || !reasonAgainst(first, op).empty())
        break;
      std::string shapes = shapeText(typeOf(first.getWeight())) + " and " +
                           shapeText(typeOf(op.getWeight()));
      auto folded = fold(first, op, rewriter);
      if (failed(folded))
        return failure();
      op = *folded;
      reporter.found(op.getLoc(), describe(block) + ": " + shapes + " become " +
                                      shapeText(typeOf(op.getWeight())));
    }
    return success();
  }

  void reportNearMisses(SiteReporter &reporter) {
    Blocks blocks(getOperation());
    for (LinearOp op : collect<LinearOp>(getOperation())) {
      auto block = blocks.blockOf(op);
      std::string reason;
      if (LinearOp first = layerBefore(op))
        reason = chosen.contains(block) ? reasonAgainst(first, op) : "not among the sites";
      else if (Operation *between = operationBefore(op, blocks))
        reason = between->getName().getStringRef().str() + " stands between";
      if (!reason.empty())
        reporter.nearMiss(op.getLoc(), describe(block) + ": " + reason);
    }
  }

  void runOnOperation() override {
    Blocks blocks(getOperation());
    if (failed(checkSites(chosen, blocks, getOperation())))
      return signalPassFailure();
    SiteReporter reporter("fold-linear", getOperation(), sites, nearMisses, "surgery");
    eraseDead(getOperation());
    for (LinearOp op : collect<LinearOp>(getOperation()))
      if (failed(foldInto(op, blocks.blockOf(op), reporter)))
        return signalPassFailure();
    eraseDead(getOperation());
    reportNearMisses(reporter);
  }

  Sites chosen;
};

} // namespace
