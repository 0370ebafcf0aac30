//===- ExternalData.h - Weights beside the model ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_FILE_EXTERNALDATA_H
#define TACIT_LIB_IMPORT_ONNX_FILE_EXTERNALDATA_H

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>

namespace onnx {
class ModelProto;
class TensorProto;
} // namespace onnx

namespace tacit::onnx_import {

/// The location of the bytes of a tensor, and their owner, which is null if they are part
/// of the message.
struct TensorBytes {
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<llvm::MemoryBuffer> owner;
};

bool isExternal(const onnx::TensorProto &tensor);

/// Reports every file that a tensor of the model names as an input, whether it will be read
/// or not.
void noteExternalFiles(const onnx::ModelProto &model, llvm::StringRef path);

/// Holds the files that the tensors of one model name, each mapped once. A model may come
/// from a stranger, so it may name only files in its own folder, and only bytes within
/// them.
class ExternalFiles {
public:
  /// `model` is the path of the model.
  explicit ExternalFiles(llvm::StringRef model);

  /// Returns the bytes of an external tensor, mapped. Fails with BadInput.
  llvm::Expected<TensorBytes> read(const onnx::TensorProto &tensor);

private:
  using Mapping = std::shared_ptr<llvm::MemoryBuffer>;
  llvm::Expected<Mapping> map(const std::string &tensor, llvm::StringRef location);

  std::string folder;
  llvm::StringMap<Mapping> files;
};

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_FILE_EXTERNALDATA_H
