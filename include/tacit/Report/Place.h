//===- Place.h - Formats the place of an operation --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REPORT_PLACE_H
#define TACIT_REPORT_PLACE_H

#include "mlir/IR/Location.h"
#include <string>

namespace tacit::report {

/// "node 'x': " for what came from an ONNX node, "line 4: " for what came from a file,
/// and "layers.0.ffn.up (node 'x'): " for a site that has a name; "" if nothing is known.
std::string describePlace(mlir::Location loc);

} // namespace tacit::report

#endif // TACIT_REPORT_PLACE_H
