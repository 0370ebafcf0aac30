//===- FixInputs.cpp - Inputs that become constants -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "File/Tensors.h"
#include "Importer.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/APFloat.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

/// The limit is low because nobody fills tables with a single number.
static constexpr int64_t kMostElements = 1 << 20;

/// Returns the bytes of one element; nullopt if `text` is not of that type.
static std::optional<std::vector<char>> readElement(int32_t dtype, StringRef text) {
  int64_t width = dtypeBytes(dtype);
  auto bytesOf = [&](uint64_t bits) {
    const char *data = reinterpret_cast<const char *>(&bits); // little-endian
    return std::vector<char>(data, data + width);
  };
  if (dtype == onnx::TensorProto::BOOL) {
    bool isTrue = text == "true" || text == "1";
    return isTrue || text == "false" || text == "0" ? std::optional(bytesOf(isTrue))
                                                    : std::nullopt;
  }
  if (isFloatDtype(dtype)) {
    const llvm::fltSemantics &semantics =
        dtype == onnx::TensorProto::DOUBLE     ? llvm::APFloat::IEEEdouble()
        : dtype == onnx::TensorProto::FLOAT16  ? llvm::APFloat::IEEEhalf()
        : dtype == onnx::TensorProto::BFLOAT16 ? llvm::APFloat::BFloat()
                                               : llvm::APFloat::IEEEsingle();
    llvm::APFloat number(semantics);
    auto status = number.convertFromString(text, llvm::APFloat::rmNearestTiesToEven);
    if (!status) {
      llvm::consumeError(status.takeError());
      return std::nullopt;
    }
    // A number that is too large would become an infinity.
    if (*status & llvm::APFloat::opOverflow)
      return std::nullopt;
    return bytesOf(number.bitcastToAPInt().getZExtValue());
  }
  int64_t number;
  if (text.getAsInteger(10, number))
    return std::nullopt;
  std::vector<char> bytes = bytesOf(static_cast<uint64_t>(number));
  // A number that does not fit would lose bits.
  int64_t kept = 0;
  std::memcpy(&kept, bytes.data(), bytes.size());
  bool isUnsigned =
      dtype == onnx::TensorProto::UINT8 || dtype == onnx::TensorProto::UINT16 ||
      dtype == onnx::TensorProto::UINT32 || dtype == onnx::TensorProto::UINT64;
  bool fits = (isUnsigned ? kept : llvm::SignExtend64(kept, 8 * width)) == number &&
              (number >= 0 || !isUnsigned);
  return fits ? std::optional(bytes) : std::nullopt;
}

static llvm::Expected<PinnedTensor> fix(const OnnxValue &input, StringRef text) {
  PinnedTensor fixed{input.dtype, {}, {}};
  int64_t count = 1;
  for (auto [i, dim] : llvm::enumerate(input.dims)) {
    if (dim.size < 0)
      return fail(ErrorKind::InvalidArgument, {"pin it", Setting::Dimensions},
                  "input {} is given a value, but its dimension {} is free",
                  quote(input.name), i);
    fixed.shape.push_back(dim.size);
    if (__builtin_mul_overflow(count, dim.size, &count) || count > kMostElements)
      return fail(ErrorKind::InvalidArgument, "keep it as an input",
                  "input {} is given a value, but has more than {} elements",
                  quote(input.name), kMostElements);
  }
  auto element =
      storedBytes(input.dtype, 1) > 0 ? readElement(input.dtype, text) : std::nullopt;
  if (!element)
    return fail(ErrorKind::InvalidArgument,
                {"write true, false or a number, to match the type of the input",
                 Setting::InputValue},
                "input {} is given the value '{}', which is not of type {}",
                quote(input.name), text.str(), dtypeName(input.dtype));
  for (int64_t i = 0; i < count; ++i)
    fixed.data.insert(fixed.data.end(), element->begin(), element->end());
  return fixed;
}

llvm::Expected<llvm::StringMap<PinnedTensor>>
onnx_import::fixInputs(std::vector<OnnxValue> &inputs, const DimBindings &bindings) {
  llvm::StringMap<PinnedTensor> fixed;
  for (const auto &binding : bindings.constants) {
    StringRef name = binding.getKey();
    auto input = llvm::find_if(
        inputs, [&](const OnnxValue &candidate) { return candidate.name == name; });
    if (input == inputs.end() || !input->hasShape)
      return fail(ErrorKind::InvalidArgument,
                  {"correct the name of the input", Setting::ValueName},
                  "a value is given for {}, which is not an input of known dimensions",
                  quote(name));
    auto value = fix(*input, binding.getValue());
    if (!value)
      return value.takeError();
    fixed.try_emplace(name, std::move(*value));
    inputs.erase(input);
  }
  return fixed;
}
