//===- Activations.h - Activations that nodes name --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_ACTIVATIONS_H
#define TACIT_LIB_IMPORT_ONNX_OPS_ACTIVATIONS_H

#include "Ops/Compose.h"

namespace tacit::onnx_import {

/// One of the functions that a node names, with its parameters.
struct NamedActivation {
  std::string name;
  float alpha, beta;
};

/// Returns the defaults of alpha and beta, which are those of the operators of the name.
std::pair<float, float> activationDefaults(llvm::StringRef name);

/// Applies the activation to `x`. The node is invalid if the name is unknown.
mlir::Value applyActivation(NodeBuilder &node, const NamedActivation &activation,
                            mlir::Value x);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_ACTIVATIONS_H
