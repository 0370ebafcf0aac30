//===- Elements.h - Reading and creating constant tensors -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Constants reach the compiler as inline `dense` attributes or as `dense_resource` blobs. A
// blob need not be aligned (it may point into a mapped ONNX file) and holds one byte per
// i1, as ONNX does. These helpers hide the difference.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_ELEMENTS_H
#define TACIT_SUPPORT_ELEMENTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <optional>
#include <string>
#include <vector>

namespace tacit {

/// Constants of more bytes than this become named blobs instead of inline text.
inline constexpr int64_t kMaxInlineBytes = 1024;

/// The largest tensor that a program may hold. No model has larger ones, a hostile file
/// could declare any size, and sums and products of such sizes fit into 64 bits.
inline constexpr int64_t kMaxTensorBytes = int64_t(1) << 40;

/// Returns the bytes of one element in memory: i1 takes one. 0 for a type that is not
/// supported in memory.
int64_t byteWidth(mlir::Type elementType);

/// Returns the bytes of a static tensor type; nullopt if it is dynamic, of an element type
/// that is not supported in memory, or larger than 2^62.
std::optional<int64_t> byteSize(mlir::ShapedType type);

/// Returns the row-major bytes of a constant. They point into the blob if there is one and
/// into `scratch` otherwise. nullopt if a blob is missing or has the wrong size.
std::optional<llvm::ArrayRef<char>> rawBytes(mlir::Attribute constant,
                                             std::vector<char> &scratch);

/// Creates a constant of `type` from row-major `bytes` (exactly byteSize(type) of them):
/// inline when small, otherwise a blob whose key starts with `keyHint`.
mlir::ElementsAttr makeElements(mlir::RankedTensorType type, std::vector<char> bytes,
                                llvm::StringRef keyHint);

/// Creates a constant of `type` of which only the name is known. rawBytes finds no bytes.
mlir::ElementsAttr makeNamedElements(mlir::RankedTensorType type, llvm::StringRef key);

/// The element payloads of a constant, widened to 64 bits: integers sign-extended (i1 as 0
/// or 1), floats as their raw bits. Folders compute with these.
struct Payload {
  mlir::RankedTensorType type;
  std::vector<int64_t> values;
};

/// Reads a constant of at most `maxElements` elements.
std::optional<Payload> readPayload(mlir::Attribute constant, int64_t maxElements);

/// Converts back: the inverse of readPayload.
mlir::ElementsAttr makeElements(const Payload &payload, llvm::StringRef keyHint);

/// Returns the values of a small integer constant (shape, axes, ...).
std::optional<std::vector<int64_t>> readIntegers(mlir::Attribute constant);

/// Returns the value of a float constant whose elements are all equal.
std::optional<double> readSplatFloat(mlir::Attribute constant);

} // namespace tacit

#endif // TACIT_SUPPORT_ELEMENTS_H
