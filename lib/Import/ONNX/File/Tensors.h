//===- Tensors.h - ONNX tensors as attributes -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_FILE_TENSORS_H
#define TACIT_LIB_IMPORT_ONNX_FILE_TENSORS_H

#include "File/ProtoFile.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace tacit::onnx_import {

/// Tensors of more dimensions than this are rejected: no model has them, and a hostile file
/// could declare any number.
inline constexpr int64_t kMaxRank = 64;

/// The element types that can be imported, for messages.
inline constexpr const char *kElementTypes =
    "a float of 16, 32 or 64 bits, an integer of 8 to 64 bits, or bool";

/// Returns a name of the file as it may appear in a message: quoted, printable, and of
/// limited length.
std::string quote(llvm::StringRef name);

/// Returns NumPy's name for TensorProto's element type.
std::string dtypeName(int32_t dtype);

/// Returns the bytes of one element; 0 for types without a fixed size per element.
int64_t dtypeBytes(int32_t dtype);
bool isFloatDtype(int32_t dtype);
/// Returns the bytes that hold `count` elements: integers of 4 bits are stored two to a
/// byte.
int64_t storedBytes(int32_t dtype, int64_t count);

/// Returns the type that its elements are computed with, or null for one that cannot be
/// imported: floats of 16 bits are a way to store f32 values, and integers of 4 bits a way
/// to store those of 8.
mlir::Type elementType(mlir::MLIRContext *context, int32_t dtype);
/// Returns the type that the caller of a model sees, f16 and bf16 included; null for one
/// that no input or output can have.
mlir::Type storageType(mlir::MLIRContext *context, int32_t dtype);

/// Returns the product of the dimensions. Fails with BadInput on a negative dimension and
/// on more than kMaxRank dimensions or 2^60 elements.
llvm::Expected<int64_t> countElements(const onnx::TensorProto &tensor);

/// Returns the constant that an initializer or an attribute holds, with elements of the
/// type that they are computed with, or stored with. `raw` is its raw_data, to which a
/// large constant refers (and keeps `owner` alive); without an owner, or if elements are
/// stored in another type, the bytes are copied.
llvm::Expected<mlir::ElementsAttr>
importTensor(mlir::Type element, const onnx::TensorProto &tensor, llvm::ArrayRef<char> raw,
             std::shared_ptr<llvm::MemoryBuffer> owner, llvm::StringRef key);

/// Returns the constant of a tensor whose data is in another file: a name, without bytes.
llvm::Expected<mlir::ElementsAttr>
nameTensor(mlir::Type element, const onnx::TensorProto &tensor, llvm::StringRef key);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_FILE_TENSORS_H
