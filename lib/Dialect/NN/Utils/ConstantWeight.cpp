//===- ConstantWeight.cpp - Weight matrices of linear layers --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Utils/ConstantWeight.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Support/DebugStringHelper.h"
#include "tacit/Dialect/NN/Utils/ConstantBytes.h"
#include "tacit/Numerics/Quantizer.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/FileBlob.h"
#include <fmt/format.h>
#include <memory>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// A line of text can write any number of equal elements; no weight has more than this.
static constexpr int64_t kMaxRepeatedBytes = int64_t(1) << 30;

/// The suffix that quantization appends to the key of a weight.
static constexpr StringLiteral kScaleSuffix = ".scale";

//===----------------------------------------------------------------------===//
// Finding
//===----------------------------------------------------------------------===//

static Value stripReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getInput();
  return value;
}

llvm::Expected<ConstantWeight> ConstantWeight::find(Value weight) {
  ConstantWeight found;
  found.type = cast<RankedTensorType>(weight.getType());
  SmallVector<Value> parts;
  if ((found.packed = weight.getDefiningOp<DequantizeOp>())) {
    parts.assign(found.packed->operand_begin(), found.packed->operand_end());
  } else {
    if (auto cast = weight.getDefiningOp<CastOp>();
        cast && wideningOf(getElementTypeOrSelf(cast.getInput().getType())))
      weight = cast.getInput();
    auto transpose = weight.getDefiningOp<TransposeOp>();
    if (transpose && transpose.getPermutation() == ArrayRef<int64_t>{1, 0}) {
      found.isTransposed = true;
      weight = transpose.getInput();
    }
    parts.push_back(stripReshapes(weight));
  }
  bool isHuge = false;
  for (Value part : parts) {
    auto constant = part.getDefiningOp<ConstantOp>();
    if (!constant)
      return llvm::createStringError("the weight is computed; expected a constant");
    ElementsAttr value = constant.getValue();
    if (!isa<DenseElementsAttr, DenseResourceElementsAttr>(value))
      return llvm::createStringError("the weight is not written as a dense constant");
    isHuge |= isa<DenseElementsAttr>(value) &&
              byteSize(value.getShapedType()).value_or(INT64_MAX) > kMaxRepeatedBytes;
    found.parts.push_back(value);
  }
  if (!found.type.hasStaticShape() || !found.type.getElementType().isF32())
    return llvm::createStringError(fmt::format(
        "the weight is {}; expected f32 and known dimensions", debugString(found.type)));
  if (found.type.getNumElements() == 0)
    return llvm::createStringError("the weight has no elements");
  if (isHuge)
    return llvm::createStringError("the weight is large, and repeats one number");
  return found;
}

std::string ConstantWeight::getName() const {
  auto resource = dyn_cast<DenseResourceElementsAttr>(parts.front());
  if (!resource)
    return "weight";
  StringRef key = resource.getRawHandle().getKey();
  if (packed)
    key.consume_back(kScaleSuffix);
  return key.str();
}

Attribute ConstantWeight::getIdentity() const {
  SmallVector<Attribute> identity(parts.begin(), parts.end());
  Builder builder(type.getContext());
  identity.push_back(TypeAttr::get(type));
  identity.push_back(builder.getBoolAttr(isTransposed));
  if (packed)
    identity.push_back(DequantizeOp(packed).getBitsAttr());
  return builder.getArrayAttr(identity);
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
/// The sources of a reader, as long as it lives: inline constants that were unpacked, and
/// pages of mapped files, which it releases again if they were not in memory before.
struct Source {
  explicit Source(size_t numParts) : scratch(numParts) {}
  Source(const Source &) = delete;
  ~Source() {
    for (ArrayRef<char> part : bytes)
      releasePages(part);
  }

  SmallVector<std::vector<char>, 4> scratch;
  SmallVector<ArrayRef<char>, 4> bytes;
};
} // namespace

FailureOr<numerics::MatrixReader> ConstantWeight::read(Operation *user) const {
  auto source = std::make_shared<Source>(parts.size());
  SmallVector<ArrayRef<char>, 4> &bytes = source->bytes;
  for (auto [part, buffer] : llvm::zip(parts, source->scratch)) {
    auto read = readBytes(user, part, buffer);
    if (failed(read))
      return failure();
    bytes.push_back(*read);
  }
  if (!packed) {
    numerics::MatrixReader matrix =
        numerics::readFloats(bytes.front(), getRows(), getColumns(), isTransposed,
                             wideningOf(parts.front().getElementType()));
    return numerics::MatrixReader{
        getRows(), getColumns(),
        [matrix, source](int64_t first, int64_t count, float *out) {
          matrix.read(first, count, out);
        }};
  }
  DequantizeOp op = packed;
  auto planes = ArrayRef(bytes).take_back(op.getPlanes().size());
  numerics::LowBitView view{static_cast<unsigned>(op.getBits()),
                            op.getGroup(),
                            getRows(),
                            getColumns(),
                            bytes.front(),
                            op.getZeroPoint() ? bytes[1] : ArrayRef<char>(),
                            op.hasRealZeroPoints(),
                            SmallVector<ArrayRef<char>, 2>(planes)};
  return numerics::MatrixReader{getRows(), getColumns(),
                                [view, source](int64_t first, int64_t count, float *out) {
                                  view.read(first, count, out);
                                }};
}
