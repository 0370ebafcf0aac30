//===- QuantizeWeights.cpp - Weights of linear layers in few bits ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Analysis/Blocks.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h"
#include "tacit/Dialect/NN/Utils/ConstantBytes.h"
#include "tacit/Dialect/NN/Utils/ConstantWeight.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include "tacit/Dialect/NN/Utils/SiteReporter.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/DenseMap.h"
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_QUANTIZEWEIGHTS
#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// This is larger than the number of rows that should share a scale in any weight.
static constexpr int64_t kMaxGroup = 65536;

llvm::Error tacit::nn::checkOptions(const QuantizeWeightsOptions &options) {
  if (!numerics::isLowBitWidth(options.bits))
    return fail(ErrorKind::InvalidArgument, "choose one of them",
                "weights of {} bits; expected 4, 6 or 8", options.bits);
  if (options.group < 1 || options.group > kMaxGroup)
    return fail(ErrorKind::InvalidArgument, "32 is the default",
                "groups of {} weights; expected 1 to {}", options.group, kMaxGroup);
  int64_t sharing = numerics::rowsPerByte(options.bits);
  if (options.group % sharing != 0)
    return fail(ErrorKind::InvalidArgument,
                fmt::format("choose {}", llvm::alignTo(options.group, sharing)),
                "groups of {} weights; expected a multiple of {}, because {} weights of {} "
                "bits can share a byte",
                options.group, sharing, sharing, options.bits);
  return llvm::Error::success();
}

template <typename T>
static std::vector<char> bytesOf(const std::vector<T> &values) {
  auto *begin = reinterpret_cast<const char *>(values.data());
  return {begin, begin + values.size() * sizeof(T)};
}

/// Holds the constants of a quantized matrix and the operation that combines them.
static Value buildDequantize(OpBuilder &builder, Location loc,
                             numerics::LowBitMatrix matrix, bool isAsymmetric,
                             RankedTensorType type, const std::string &name) {
  Type byte = builder.getI8Type();
  int64_t groups = matrix.groups(), columns = matrix.columns;
  // If there are no planes, only the size of the matrix is known.
  bool isNamed = matrix.planes.empty();
  auto constant = [&](ArrayRef<int64_t> shape, Type element, std::vector<char> bytes,
                      const char *suffix) -> Value {
    if (!isNamed)
      return makeConstant(builder, loc, shape, element, std::move(bytes), name + suffix);
    auto part = RankedTensorType::get(shape, element);
    return ConstantOp::create(builder, loc, part, makeNamedElements(part, name + suffix));
  };
  Value scale =
      constant({groups, columns}, builder.getF32Type(), bytesOf(matrix.scales), ".scale");
  Value zeroPoint;
  if (isAsymmetric)
    zeroPoint =
        constant({groups, columns}, byte, bytesOf(matrix.zeroPoints), ".zero_point");
  SmallVector<Value> planes;
  for (auto [i, plane] : llvm::enumerate(numerics::bitPlanes(matrix.bits)))
    planes.push_back(
        constant(numerics::planeShape(plane, matrix.bits, groups, matrix.group, columns),
                 byte, isNamed ? std::vector<char>() : std::move(matrix.planes[i]),
                 plane.shift == 0 ? ".low" : ".high"));
  return DequantizeOp::create(builder, loc, type, static_cast<int64_t>(matrix.bits), scale,
                              zeroPoint, planes);
}

namespace {

struct QuantizeWeights : tacit::nn::impl::QuantizeWeightsBase<QuantizeWeights> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    if (auto error = checkOptions({bits, group, scheme, head, named}))
      return emitError(UnknownLoc::get(context)) << llvm::toString(std::move(error));
    return success();
  }

  void runOnOperation() override {
    SiteReporter reporter("quantize-weights", getOperation(), sites, nearMisses,
                          "quantize");
    // The quantized weight of each constant, per block and width.
    QuantizedWeights quantized;
    for (LinearOp op : collect<LinearOp>(getOperation()))
      if (failed(quantize(op, reporter, quantized)))
        return signalPassFailure();
    if (!eraseDead(getOperation()) && quantized.empty())
      markAllAnalysesPreserved();
  }

private:
  struct Quantized {
    Value weight;
    std::string what;
  };
  using QuantizedWeights =
      llvm::DenseMap<std::tuple<Attribute, unsigned, Block *>, Quantized>;

  /// Quantizes the weight of one layer, or reports why it cannot.
  LogicalResult quantize(LinearOp op, SiteReporter &reporter, QuantizedWeights &quantized) {
    unsigned width = bits;
    if (isHead(op)) {
      if (head == HeadWeights::Float)
        return miss(op, reporter,
                    "this is the output layer; head=int8 or head=same "
                    "quantizes it");
      if (head == HeadWeights::Int8)
        width = 8;
    }
    if (op.getWeight().getDefiningOp<DequantizeOp>())
      return miss(op, reporter, "the weight is already quantized");
    if (op.getWeight().getDefiningOp<PowersOfTwoOp>())
      return miss(op, reporter, "the weight already consists of powers of two");
    auto weight = ConstantWeight::find(op.getWeight());
    if (!weight)
      return miss(op, reporter, llvm::toString(weight.takeError()));
    Quantized &entry = quantized[{weight->getIdentity(), width, op->getBlock()}];
    if (!entry.weight) {
      auto matrix = read(op, *weight, width);
      if (failed(matrix))
        return failure();
      if (!*matrix)
        return miss(op, reporter,
                    "a weight is not finite, or the range of a group is beyond f32");
      entry.what = describe(**matrix);
      OpBuilder builder(op);
      entry.weight = buildDequantize(builder, op.getWeight().getLoc(), std::move(**matrix),
                                     scheme == numerics::Scheme::Asymmetric,
                                     weight->getType(), weight->getName());
      ++weights;
    }
    op.getWeightMutable().assign(entry.weight);
    reporter.found(getSiteLocation(op), entry.what);
    return success();
  }

  /// Returns the quantized weight, of which only the size is known with `named`; nullopt if
  /// it cannot be quantized.
  FailureOr<std::optional<numerics::LowBitMatrix>>
  read(LinearOp op, const ConstantWeight &weight, unsigned width) {
    if (named) {
      numerics::LowBitMatrix matrix{};
      matrix.bits = width;
      matrix.rows = weight.getRows();
      matrix.columns = weight.getColumns();
      matrix.group = std::min<int64_t>(
          group, llvm::alignTo(matrix.rows, numerics::rowsPerByte(width)));
      return std::optional(std::move(matrix));
    }
    auto reader = weight.read(op);
    if (failed(reader))
      return failure();
    return numerics::quantize(*reader, width, group, scheme);
  }

  static LogicalResult miss(LinearOp op, SiteReporter &reporter, StringRef reason) {
    reporter.nearMiss(getSiteLocation(op), reason);
    return success();
  }

  std::string describe(const numerics::LowBitMatrix &matrix) {
    std::string text =
        fmt::format("{}x{} in {} bits, {}, group {}", matrix.rows, matrix.columns,
                    matrix.bits, numerics::stringifyScheme(scheme).str(), matrix.group);
    if (named)
      return text + ", its bytes were not read";
    return fmt::format("{}, relative error {:.2e}", text, matrix.relativeError);
  }
};

} // namespace
