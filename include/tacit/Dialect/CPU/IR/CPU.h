//===- CPU.h - The cpu dialect --------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_CPU_IR_CPU_H
#define TACIT_DIALECT_CPU_IR_CPU_H

#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/Dialect.h"

#include "tacit/Dialect/CPU/IR/CPUDialect.h.inc"
#define GET_ATTRDEF_CLASSES
#include "tacit/Dialect/CPU/IR/CPUAttributes.h.inc"

namespace tacit::cpu {

/// Attributes of the module; see the description of the dialect.
inline constexpr llvm::StringLiteral kWeightsAttr = "cpu.weights";
inline constexpr llvm::StringLiteral kArenaAttr = "cpu.arena_bytes";
inline constexpr llvm::StringLiteral kChecksAttr = "cpu.checks";
inline constexpr llvm::StringLiteral kValueChecksAttr = "cpu.value_checks";
inline constexpr llvm::StringLiteral kOutputSizesAttr = "cpu.output_sizes";

/// The widest panel that #cpu.weight describes: a wider one would make a large file of
/// zeros out of a small weight.
inline constexpr int64_t kMaxPanelColumns = 1024;

} // namespace tacit::cpu

#endif // TACIT_DIALECT_CPU_IR_CPU_H
