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
class TensorProto;
}

namespace tacit::onnx_import {

/// Where the bytes of a tensor are, and what keeps them there: nothing where they are
/// part of the message.
struct TensorBytes {
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<llvm::MemoryBuffer> owner;
};

bool isExternal(const onnx::TensorProto &tensor);

/// The files that tensors of one model name, each mapped once. A model may come from a
/// stranger: it may name files of its own folder, and bytes that are in them.
class ExternalFiles {
public:
  /// `model` is the path of the model.
  explicit ExternalFiles(llvm::StringRef model);

  /// The bytes of an external tensor, mapped. Fails with BadInput.
  llvm::Expected<TensorBytes> read(const onnx::TensorProto &tensor);

private:
  using Mapping = std::shared_ptr<llvm::MemoryBuffer>;
  llvm::Expected<Mapping> map(const std::string &tensor, llvm::StringRef location);

  std::string folder;
  llvm::StringMap<Mapping> files;
};

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_FILE_EXTERNALDATA_H
