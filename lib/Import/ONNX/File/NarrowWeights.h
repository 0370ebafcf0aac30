//===- NarrowWeights.h - Weights that stay floats of 16 bits ----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_FILE_NARROWWEIGHTS_H
#define TACIT_LIB_IMPORT_ONNX_FILE_NARROWWEIGHTS_H

#include "File/ProtoFile.h"
#include "llvm/ADT/StringSet.h"

namespace tacit::onnx_import {

/// Returns the initializers of f16 and bf16 that stay as they are, and are widened where
/// they are read: large matrices that only products and look-ups read. All others become
/// f32 constants, which more passes understand.
llvm::StringSet<> narrowWeights(const onnx::GraphProto &graph);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_FILE_NARROWWEIGHTS_H
