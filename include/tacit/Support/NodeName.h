//===- NodeName.h - The ONNX node that something comes from -----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_NODENAME_H
#define TACIT_SUPPORT_NODENAME_H

#include "mlir/IR/Location.h"
#include <string>

namespace tacit {

/// The name of the ONNX node that an operation comes from, or "".
std::string nodeOf(mlir::Location loc);

} // namespace tacit

#endif // TACIT_SUPPORT_NODENAME_H
