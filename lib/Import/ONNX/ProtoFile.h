//===- ProtoFile.h - A mapped ONNX file -------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_PROTOFILE_H
#define TACIT_LIB_IMPORT_ONNX_PROTOFILE_H

// Debian's library was built with these.
#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <onnx/onnx_pb.h>
#include <optional>
#include <vector>

namespace tacit::onnx_import {

/// Initializers of more bytes than this stay in the mapping and become blobs under
/// their names. Less than for other constants: weights are no text, whereas shape
/// arithmetic wants to be read.
inline constexpr int64_t kMaxInlineWeight = 64;

/// The file, mapped, and the message in it without the bytes of large weights:
/// `weights[i]` is where those of `model.graph().initializer(i)` are in the
/// mapping, and is empty where they are small and in the message.
struct ProtoFile {
  std::shared_ptr<llvm::MemoryBuffer> mapping;
  onnx::ModelProto model;
  std::vector<std::optional<llvm::ArrayRef<char>>> weights;

  const onnx::GraphProto &graph() const { return model.graph(); }

  /// The raw_data of an initializer, wherever it is.
  llvm::ArrayRef<char> rawData(int initializer) const;
};

llvm::Expected<ProtoFile> readProtoFile(llvm::StringRef path);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_PROTOFILE_H
