//===- ProtoFile.h - A mapped ONNX file -------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_FILE_PROTOFILE_H
#define TACIT_LIB_IMPORT_ONNX_FILE_PROTOFILE_H

// Debian's library was built with these.
#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include "File/ExternalData.h"
#include "llvm/ADT/DenseMap.h"
#include <onnx/onnx_pb.h>
#include <optional>
#include <vector>

namespace tacit::onnx_import {

/// Tensors of more bytes than this stay in the mapping, and initializers become blobs
/// under their names. Less than for other constants: weights are no text, whereas
/// shape arithmetic wants to be read.
inline constexpr int64_t kMaxInlineWeight = 64;

/// The file, mapped, and the message in it without the bytes of large tensors, which
/// stay where they are.
struct ProtoFile {
  std::shared_ptr<llvm::MemoryBuffer> mapping;
  onnx::ModelProto model;
  /// Where in the mapping the bytes of a tensor of `model` are, if they were left out.
  llvm::DenseMap<const onnx::TensorProto *, llvm::ArrayRef<char>> leftOut;
  std::unique_ptr<ExternalFiles> external;

  const onnx::GraphProto &graph() const { return model.graph(); }

  /// The bytes of a tensor, wherever they are; none where it has typed values instead.
  /// Fails with BadInput if they should be in another file and are not.
  llvm::Expected<TensorBytes> bytesOf(const onnx::TensorProto &tensor) const;
};

/// Maps a file that may be an ONNX model. Fails with BadInput.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> mapProtoFile(llvm::StringRef path);

/// Reads what is in such a file; data in other files is looked for beside `path`.
llvm::Expected<ProtoFile> parseProtoFile(std::shared_ptr<llvm::MemoryBuffer> contents,
                                         llvm::StringRef path);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_FILE_PROTOFILE_H
