//===- Tensors.cpp - ONNX tensors as attributes ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "File/Tensors.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "tacit/Support/ElementTypes.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/FileBlob.h"
#include "tacit/Support/HostTensor.h"
#include "llvm/ADT/StringExtras.h"
#include <cstring>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;
using onnx::TensorProto;

//===----------------------------------------------------------------------===//
// Names and element types
//===----------------------------------------------------------------------===//

std::string onnx_import::quote(StringRef name) {
  constexpr size_t kLongest = 200;
  std::string text = name.take_front(kLongest).str();
  for (char &c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = '?';
  return "'" + text + (name.size() > kLongest ? "...'" : "'");
}

namespace {
struct ForeignType {
  int32_t dtype;
  const char *name;
  int64_t bytes;
};
} // namespace

/// Numbers for which the oldest TensorProto that we build with has no names.
static constexpr int32_t kUInt4 = 21, kInt4 = 22;

/// The element types of ONNX that the inputs and outputs of a compiled model cannot have.
static constexpr ForeignType kForeignTypes[] = {
    {0, "undefined", 0},    {8, "string", 0},           {14, "complex64", 8},
    {15, "complex128", 16}, {17, "float8_e4m3fn", 1},   {18, "float8_e4m3fnuz", 1},
    {19, "float8_e5m2", 1}, {20, "float8_e5m2fnuz", 1}, {kUInt4, "uint4", 0},
    {kInt4, "int4", 0},     {23, "float4_e2m1", 0}};

/// Returns null for a type of ElementTypes.td, and for a number that ONNX does not define.
static const ForeignType *findForeignType(int32_t dtype) {
  const auto *found = llvm::find_if(
      kForeignTypes, [&](const ForeignType &type) { return type.dtype == dtype; });
  return found == std::end(kForeignTypes) ? nullptr : found;
}

std::string onnx_import::dtypeName(int32_t dtype) {
  if (const ForeignType *type = findForeignType(dtype))
    return type->name;
  const ElementType *type = findElementType(dtype);
  return type ? type->name.str() : "type " + std::to_string(dtype);
}

int64_t onnx_import::dtypeBytes(int32_t dtype) {
  const ForeignType *type = findForeignType(dtype);
  return type ? type->bytes : tacit::dtypeBytes(dtype);
}

int64_t onnx_import::storedBytes(int32_t dtype, int64_t count) {
  bool isPacked = dtype == kUInt4 || dtype == kInt4;
  return isPacked ? count / 2 + count % 2 : count * dtypeBytes(dtype);
}

bool onnx_import::isFloatDtype(int32_t dtype) {
  return StringRef(dtypeName(dtype)).contains("float");
}

Type onnx_import::elementType(MLIRContext *context, int32_t dtype) {
  switch (dtype) {
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
    return Float32Type::get(context);
  case kInt4:
    return IntegerType::get(context, 8);
  case kUInt4:
    return IntegerType::get(context, 8, IntegerType::Unsigned);
  default:
    return storageType(context, dtype);
  }
}

Type onnx_import::storageType(MLIRContext *context, int32_t dtype) {
  const ElementType *type = findElementType(dtype);
  return type ? parseType(type->mlirType, context) : Type();
}

llvm::Expected<int64_t> onnx_import::countElements(const TensorProto &tensor) {
  constexpr int64_t kMost = int64_t(1) << 60;
  if (tensor.dims_size() > kMaxRank)
    return fail(ErrorKind::BadInput, "export the model again",
                "tensor {} has {} dimensions; expected at most {}", quote(tensor.name()),
                tensor.dims_size(), kMaxRank);
  __int128 count = 1;
  for (int64_t dim : tensor.dims()) {
    if (dim < 0)
      return fail(ErrorKind::BadInput, "export the model again",
                  "tensor {} has a dimension of {}; expected 0 or more",
                  quote(tensor.name()), dim);
    // Dimensions after a zero are checked as well, so that every product stays small.
    count = std::max<__int128>(count, 1) * std::max<int64_t>(dim, 1);
    if (count > kMost)
      return fail(ErrorKind::BadInput, "export the model again",
                  "tensor {} has the dimensions {}: more than 2^60 elements",
                  quote(tensor.name()),
                  llvm::join(llvm::map_range(tensor.dims(),
                                             [](int64_t d) { return std::to_string(d); }),
                             "x"));
  }
  return llvm::is_contained(tensor.dims(), 0) ? 0 : static_cast<int64_t>(count);
}

//===----------------------------------------------------------------------===//
// Contents
//===----------------------------------------------------------------------===//

/// Appends the values of one of TensorProto's typed fields as elements of type T.
template <typename T, typename Field>
static std::vector<char> pack(const Field &field) {
  std::vector<char> bytes(field.size() * sizeof(T));
  for (int i = 0; i < field.size(); ++i) {
    T value = static_cast<T>(field.Get(i));
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

/// Returns the values of the field that ONNX prescribes for the element type when raw_data
/// is not used.
static std::vector<char> packTyped(const TensorProto &tensor) {
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    return pack<float>(tensor.float_data());
  case TensorProto::DOUBLE:
    return pack<double>(tensor.double_data());
  case TensorProto::INT64:
    return pack<int64_t>(tensor.int64_data());
  case TensorProto::INT32:
    return pack<int32_t>(tensor.int32_data());
  case TensorProto::UINT64:
    return pack<uint64_t>(tensor.uint64_data());
  case TensorProto::UINT32:
    return pack<uint32_t>(tensor.uint64_data());
  case TensorProto::INT16:
  case TensorProto::UINT16:
  case TensorProto::FLOAT16: // as bits
  case TensorProto::BFLOAT16:
    return pack<uint16_t>(tensor.int32_data());
  default: // bool and integers of one byte, or two to a byte
    return pack<uint8_t>(tensor.int32_data());
  }
}

static std::vector<char> widen16(ArrayRef<char> stored, float (*widen)(uint16_t)) {
  std::vector<char> bytes(stored.size() / 2 * sizeof(float));
  for (size_t i = 0; i < stored.size() / 2; ++i) {
    uint16_t half;
    std::memcpy(&half, stored.data() + 2 * i, sizeof(half));
    float value = widen(half);
    std::memcpy(bytes.data() + i * sizeof(float), &value, sizeof(float));
  }
  return bytes;
}

/// Unpacks `count` integers of 4 bits, low half of a byte first, to one byte each.
static std::vector<char> unpackNibbles(ArrayRef<char> stored, int64_t count,
                                       bool isSigned) {
  std::vector<char> bytes(count);
  for (int64_t i = 0; i < count; ++i) {
    int nibble = static_cast<unsigned char>(stored[i / 2]) >> (i % 2 * 4) & 15;
    bytes[i] = static_cast<char>(isSigned && nibble > 7 ? nibble - 16 : nibble);
  }
  return bytes;
}

/// Returns true if the stored bytes are elements of type `wanted`.
static bool isStoredPlain(int32_t dtype, Type wanted) {
  bool isHalf = dtype == TensorProto::FLOAT16 || dtype == TensorProto::BFLOAT16;
  return dtype != TensorProto::BOOL && dtype != kUInt4 && dtype != kInt4 &&
         (!isHalf || wanted == storageType(wanted.getContext(), dtype));
}

/// Converts stored bytes to elements to compute with.
static std::vector<char> convertStored(int32_t dtype, ArrayRef<char> stored,
                                       int64_t count) {
  switch (dtype) {
  case TensorProto::FLOAT16:
    return widen16(stored, halfToFloat);
  case TensorProto::BFLOAT16:
    return widen16(stored, brainToFloat);
  case kUInt4:
  case kInt4:
    return unpackNibbles(stored, count, dtype == kInt4);
  default:
    std::vector<char> bytes(stored.begin(), stored.end());
    // In ONNX any non-zero byte means true, but in the program only 1 does.
    for (char &byte : bytes)
      byte = byte != 0;
    return bytes;
  }
}

/// Creates a constant that refers to `raw`, which lies in a mapping and need not be
/// aligned. A tensor that was imported before keeps its blob, and therefore its key.
static ElementsAttr referTo(RankedTensorType type, ArrayRef<char> raw,
                            std::shared_ptr<llvm::MemoryBuffer> owner, StringRef key) {
  auto &interface = DenseResourceElementsHandle::getManagerInterface(type.getContext());
  if (auto *entry = interface.getBlobManager().lookup(key)) {
    AsmResourceBlob *blob = entry->getBlob();
    if (blob && blob->getData().data() == raw.data() &&
        blob->getData().size() == raw.size())
      return cast<ElementsAttr>(DenseResourceElementsAttr::get(
          type, DenseResourceElementsHandle(entry,
                                            cast<BuiltinDialect>(interface.getDialect()))));
  }
  return cast<ElementsAttr>(
      DenseResourceElementsAttr::get(type, key, makeFileBlob(raw, std::move(owner))));
}

llvm::Expected<ElementsAttr>
onnx_import::importTensor(Type element, const TensorProto &tensor, ArrayRef<char> raw,
                          std::shared_ptr<llvm::MemoryBuffer> owner, StringRef key) {
  auto count = countElements(tensor);
  if (!count)
    return count.takeError();
  auto type = RankedTensorType::get(
      SmallVector<int64_t>(tensor.dims().begin(), tensor.dims().end()), element);
  int32_t dtype = tensor.data_type();
  int64_t expected = storedBytes(dtype, *count);
  std::vector<char> typed;
  if (raw.empty()) {
    typed = packTyped(tensor);
    raw = typed;
  }
  if (static_cast<int64_t>(raw.size()) != expected)
    return fail(ErrorKind::BadInput, "export the model again",
                "tensor {} holds {} bytes; expected {} for its {} elements of {}",
                quote(key), raw.size(), expected, *count, dtypeName(dtype));
  if (!isStoredPlain(dtype, element))
    return makeElements(type, convertStored(dtype, raw, *count), key);
  if (owner && typed.empty() && expected > kMaxInlineWeight)
    return referTo(type, raw, std::move(owner), key);
  return makeElements(type, std::vector<char>(raw.begin(), raw.end()), key);
}

llvm::Expected<ElementsAttr>
onnx_import::nameTensor(Type element, const TensorProto &tensor, StringRef key) {
  auto count = countElements(tensor);
  if (!count)
    return count.takeError();
  // The size that such a tensor claims is not bounded by the size of any file.
  if (*count > kMaxTensorBytes / byteWidth(element))
    return fail(ErrorKind::BadInput, "export the model again",
                "tensor {}, whose data is in another file, has more than 2^40 bytes",
                quote(key));
  SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  return makeNamedElements(RankedTensorType::get(shape, element), key);
}
