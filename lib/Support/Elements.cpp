//===- Elements.cpp - Reading and creating constant tensors ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/Elements.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/APFloat.h"
#include <cstring>

using namespace mlir;

namespace tacit {

int64_t byteWidth(Type elementType) {
  if (elementType.isInteger(1))
    return 1;
  if (!elementType.isIntOrFloat())
    return 0;
  unsigned bits = elementType.getIntOrFloatBitWidth();
  return bits >= 8 && bits <= 64 && llvm::isPowerOf2_32(bits) ? bits / 8 : 0;
}

std::optional<int64_t> byteSize(ShapedType type) {
  int64_t width = byteWidth(type.getElementType());
  if (!type.hasStaticShape() || width == 0)
    return std::nullopt;
  __int128 size = width;
  for (int64_t dim : type.getShape()) {
    size *= dim;
    if (size > (__int128(1) << 62))
      return std::nullopt;
  }
  return static_cast<int64_t>(size);
}

std::optional<ArrayRef<char>> rawBytes(Attribute constant, std::vector<char> &scratch) {
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(constant)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    auto size = byteSize(resource.getType());
    if (!blob || !size || static_cast<int64_t>(blob->getData().size()) != *size)
      return std::nullopt;
    return blob->getData();
  }
  auto dense = dyn_cast_or_null<DenseElementsAttr>(constant);
  if (!dense)
    return std::nullopt;
  auto size = byteSize(dense.getType());
  if (!size)
    return std::nullopt;
  scratch.resize(*size);
  if (dense.getElementType().isInteger(1)) {
    for (auto [byte, value] : llvm::zip(scratch, dense.getValues<bool>()))
      byte = value;
    return ArrayRef<char>(scratch);
  }
  ArrayRef<char> raw = dense.getRawData();
  if (!dense.isSplat()) {
    llvm::copy(raw, scratch.begin());
  } else {
    int64_t width = byteWidth(dense.getElementType());
    for (int64_t i = 0; i < *size; i += width)
      std::memcpy(scratch.data() + i, raw.data(), width);
  }
  return ArrayRef<char>(scratch);
}

/// Returns the constant of these bytes that was made before with the same hint, or null.
/// A table that every layer computes, such as a mask, is then stored once.
static ElementsAttr findElements(RankedTensorType type, ArrayRef<char> bytes,
                                 StringRef keyHint) {
  auto &interface = DenseResourceElementsHandle::getManagerInterface(type.getContext());
  auto *dialect = cast<BuiltinDialect>(interface.getDialect());
  // The manager appends "_1", "_2", ... to names that are taken.
  std::string key = keyHint.str();
  for (int i = 1; auto *entry = interface.getBlobManager().lookup(key); ++i) {
    const AsmResourceBlob *blob = entry->getBlob();
    if (blob && blob->getData() == bytes)
      return cast<ElementsAttr>(DenseResourceElementsAttr::get(
          type, DenseResourceElementsHandle(entry, dialect)));
    key = keyHint.str() + "_" + std::to_string(i);
  }
  return {};
}

ElementsAttr makeElements(RankedTensorType type, std::vector<char> bytes,
                          StringRef keyHint) {
  if (static_cast<int64_t>(bytes.size()) <= kMaxInlineBytes) {
    if (type.getElementType().isInteger(1)) {
      SmallVector<bool> values(bytes.begin(), bytes.end());
      return DenseElementsAttr::get(type, values);
    }
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  }
  if (ElementsAttr made = findElements(type, bytes, keyHint))
    return made;
  auto owner = std::make_shared<std::vector<char>>(std::move(bytes));
  ArrayRef<char> data(*owner);
  AsmResourceBlob blob(
      data, /*dataAlignment=*/8,
      [owner = std::move(owner)](void *, size_t, size_t) mutable { owner.reset(); },
      /*dataIsMutable=*/false);
  return cast<ElementsAttr>(DenseResourceElementsAttr::get(type, keyHint, std::move(blob)));
}

ElementsAttr makeNamedElements(RankedTensorType type, StringRef key) {
  auto &manager = DenseResourceElementsHandle::getManagerInterface(type.getContext());
  return cast<ElementsAttr>(DenseResourceElementsAttr::get(type, manager.insert(key)));
}

std::optional<Payload> readPayload(Attribute constant, int64_t maxElements) {
  auto elements = dyn_cast_or_null<ElementsAttr>(constant);
  if (!elements)
    return std::nullopt;
  auto type = dyn_cast<RankedTensorType>(elements.getShapedType());
  if (!type || !byteSize(type) || type.getNumElements() > maxElements)
    return std::nullopt;
  std::vector<char> scratch;
  auto bytes = rawBytes(constant, scratch);
  if (!bytes)
    return std::nullopt;
  int64_t width = byteWidth(type.getElementType());
  bool isSigned =
      isa<IntegerType>(type.getElementType()) && !type.getElementType().isUnsignedInteger();
  Payload payload{type, std::vector<int64_t>(type.getNumElements())};
  for (auto [i, value] : llvm::enumerate(payload.values)) {
    value = 0;
    std::memcpy(&value, bytes->data() + i * width, width);
    if (isSigned && width < 8)
      value = llvm::SignExtend64(value, 8 * width);
  }
  return payload;
}

ElementsAttr makeElements(const Payload &payload, StringRef keyHint) {
  int64_t width = byteWidth(payload.type.getElementType());
  std::vector<char> bytes(payload.values.size() * width);
  for (auto [i, value] : llvm::enumerate(payload.values))
    std::memcpy(bytes.data() + i * width, &value, width);
  return makeElements(payload.type, std::move(bytes), keyHint);
}

std::optional<std::vector<int64_t>> readIntegers(Attribute constant) {
  auto payload = readPayload(constant, /*maxElements=*/1 << 16);
  if (!payload || !isa<IntegerType>(payload->type.getElementType()))
    return std::nullopt;
  return std::move(payload->values);
}

std::optional<double> readSplatFloat(Attribute constant) {
  auto payload = readPayload(constant, /*maxElements=*/1 << 16);
  auto floatType =
      payload ? dyn_cast<FloatType>(payload->type.getElementType()) : FloatType();
  if (!floatType || payload->values.empty() || !llvm::all_equal(payload->values))
    return std::nullopt;
  APFloat value(floatType.getFloatSemantics(),
                APInt(floatType.getWidth(), payload->values.front(), false,
                      /*implicitTrunc=*/true));
  bool losesInfo = false;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  return value.convertToDouble();
}

} // namespace tacit
