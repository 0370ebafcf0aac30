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

/// Tensors of more bytes than this stay in the mapping, and initializers become blobs under
/// their names. The limit is lower than for other constants: nobody reads weights as text,
/// whereas shape arithmetic should be readable.
inline constexpr int64_t kMaxInlineWeight = 64;

/// Holds the mapped file, and the message in it without the bytes of large tensors, which
/// stay in the mapping.
struct ProtoFile {
  std::shared_ptr<llvm::MemoryBuffer> mapping;
  onnx::ModelProto model;
  /// Returns the location in the mapping of the bytes of a tensor of `model`, if they were
  /// left out of the message.
  llvm::DenseMap<const onnx::TensorProto *, llvm::ArrayRef<char>> leftOut;
  std::unique_ptr<ExternalFiles> external;

  const onnx::GraphProto &graph() const { return model.graph(); }

  /// Returns the bytes of a tensor, wherever they are; none if it has typed values instead.
  /// Fails with BadInput if they should be in another file and are not.
  llvm::Expected<TensorBytes> bytesOf(const onnx::TensorProto &tensor) const;
};

/// Maps a file that may be an ONNX model. Fails with BadInput.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> mapProtoFile(llvm::StringRef path);

/// Reads the contents of such a file; data in other files is looked for beside `path`.
llvm::Expected<ProtoFile> parseProtoFile(std::shared_ptr<llvm::MemoryBuffer> contents,
                                         llvm::StringRef path);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_FILE_PROTOFILE_H
