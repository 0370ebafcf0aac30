//===- Importer.h - Imports a graph as a module -----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_IMPORTER_H
#define TACIT_LIB_IMPORT_ONNX_IMPORTER_H

#include "File/ProtoFile.h"
#include "tacit/Import/ONNX/OnnxModel.h"

namespace tacit::onnx_import {

/// Returns the inputs with every dimension that `bindings` pins. Fails with
/// InvalidArgument.
llvm::Expected<std::vector<OnnxValue>> bindDims(const std::vector<OnnxValue> &inputs,
                                                const DimBindings &bindings);

/// Returns the inputs that `bindings` makes constants, and removes them from `inputs`.
/// Fails with InvalidArgument.
llvm::Expected<llvm::StringMap<PinnedTensor>> fixInputs(std::vector<OnnxValue> &inputs,
                                                        const DimBindings &bindings);

/// Returns one error that lists everything.
llvm::Error unsupportedError(const std::vector<UnsupportedNode> &nodes);

/// Describes an input or initializer (`what`) of an unsupported type.
UnsupportedNode unsupportedType(llvm::StringRef name, const char *what, int32_t dtype,
                                int64_t opset);

struct ImportRequest {
  const ProtoFile &file;
  int64_t opset;
  std::vector<OnnxValue> inputs;               ///< with dimensions bound
  llvm::StringMap<PinnedTensor> fixed;         ///< what would be inputs
  const llvm::StringMap<PinnedTensor> &values; ///< of inputs that count as constants
  const std::vector<OnnxValue> &outputs;
  std::vector<UnsupportedNode> unsupported; ///< known before
  bool needsWeights;               ///< else weights in other files are names without bytes
  llvm::StringSet<> *wantedValues; ///< null if nobody asks
};

llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> importGraph(mlir::MLIRContext *context,
                                                              ImportRequest request);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_IMPORTER_H
