//===- Tensor.cpp - The values of the reference interpreter ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Reference/Tensor.h"
#include "tacit/Support/Elements.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

int64_t reference::countElements(Shape shape) {
  if (llvm::any_of(shape, [](int64_t dim) { return dim < 0; }))
    return -1;
  if (llvm::is_contained(shape, 0))
    return 0;
  int64_t count = 1;
  for (int64_t dim : shape) {
    if (dim > kMaxElements / count)
      return -1;
    count *= dim;
  }
  return count;
}

Positions::Iterator &Positions::Iterator::operator++() {
  ++k;
  for (int64_t i = shape.size(); i-- > 0;) {
    if (++index[i] < shape[i])
      break;
    index[i] = 0;
  }
  return *this;
}

//===----------------------------------------------------------------------===//
// Tensor
//===----------------------------------------------------------------------===//

Tensor::Tensor(Shape shape, Type elementType)
    : shape(shape.begin(), shape.end()), elementType(elementType) {
  if (isFloat())
    reals.resize(countElements(shape));
  else
    integers.resize(countElements(shape));
}

Tensor Tensor::scalar(Type elementType, int64_t value) {
  Tensor result({}, elementType);
  result.integer(0) = value;
  return result;
}

int64_t Tensor::offset(ArrayRef<int64_t> index) const {
  int64_t position = 0;
  for (auto [i, dim] : llvm::zip_equal(index, shape))
    position = position * dim + i;
  return position;
}

int64_t Tensor::broadcastOffset(ArrayRef<int64_t> index) const {
  int64_t position = 0;
  for (auto [i, dim] : llvm::zip_equal(index.take_back(shape.size()), shape))
    position = position * dim + (dim == 1 ? 0 : i);
  return position;
}

Tensor Tensor::reshaped(Shape other) const {
  Tensor result = *this;
  result.shape.assign(other.begin(), other.end());
  return result;
}

void Tensor::wrap() {
  if (!isa<IntegerType>(elementType))
    return;
  unsigned width = elementType.getIntOrFloatBitWidth();
  bool hasSign = !isUnsigned() && width > 1;
  if (width >= 64)
    return;
  for (int64_t &value : integers)
    value = hasSign ? llvm::SignExtend64(value, width)
                    : static_cast<int64_t>(value & llvm::maskTrailingOnes<uint64_t>(width));
}

void Tensor::round() {
  auto format = dyn_cast<FloatType>(elementType);
  if (!format)
    return;
  for (double &value : reals)
    value = roundTo(format, value);
}

double reference::roundTo(FloatType format, double value) {
  if (format.isF64())
    return value;
  if (format.isF32())
    return static_cast<float>(value);
  APFloat number(value);
  bool losesInfo = false;
  number.convert(format.getFloatSemantics(), APFloat::rmNearestTiesToEven, &losesInfo);
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  return number.convertToDouble();
}

//===----------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------===//

/// Returns the number in `format` whose bits are the lowest ones of `bits`.
static double decodeFloat(FloatType format, uint64_t bits) {
  APFloat number(
      format.getFloatSemantics(),
      APInt(format.getWidth(), bits, /*isSigned=*/false, /*implicitTrunc=*/true));
  bool losesInfo = false;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  return number.convertToDouble();
}

static uint64_t encodeFloat(FloatType format, double value) {
  APFloat number(value);
  bool losesInfo = false;
  number.convert(format.getFloatSemantics(), APFloat::rmNearestTiesToEven, &losesInfo);
  return number.bitcastToAPInt().getZExtValue();
}

Tensor Tensor::fromBytes(Shape shape, Type elementType, ArrayRef<char> bytes) {
  Tensor result(shape, elementType);
  int64_t width = byteWidth(elementType);
  auto format = dyn_cast<FloatType>(elementType);
  for (int64_t k = 0; k < result.getNumElements(); ++k) {
    uint64_t bits = 0;
    std::memcpy(&bits, bytes.data() + k * width, width);
    if (format)
      result.real(k) = decodeFloat(format, bits);
    else
      result.integer(k) = static_cast<int64_t>(bits);
  }
  result.wrap();
  return result;
}

std::vector<char> Tensor::toBytes() const {
  int64_t width = byteWidth(elementType);
  auto format = dyn_cast<FloatType>(elementType);
  std::vector<char> bytes(getNumElements() * width);
  for (int64_t k = 0; k < getNumElements(); ++k) {
    uint64_t bits = format ? encodeFloat(format, real(k)) : uint64_t(integer(k));
    std::memcpy(bytes.data() + k * width, &bits, width);
  }
  return bytes;
}

llvm::Expected<Tensor> Tensor::fromAttribute(Attribute constant) {
  auto elements = dyn_cast_or_null<ElementsAttr>(constant);
  if (!elements || countElements(elements.getShapedType().getShape()) < 0)
    return llvm::createStringError("the constant has more than 2^28 elements");
  std::vector<char> scratch;
  auto bytes = rawBytes(constant, scratch);
  if (!bytes)
    return llvm::createStringError("the bytes of the constant are not available");
  return fromBytes(elements.getShapedType().getShape(), elements.getElementType(), *bytes);
}

std::string reference::describe(const Tensor &tensor) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (int64_t dim : tensor.getShape())
    os << dim << 'x';
  os << tensor.getElementType();
  return text;
}
