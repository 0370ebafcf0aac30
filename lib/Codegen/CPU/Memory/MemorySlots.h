//===- MemorySlots.h - An arena of sizes known at run time ------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CODEGEN_CPU_MEMORY_MEMORYSLOTS_H
#define TACIT_LIB_CODEGEN_CPU_MEMORY_MEMORYSLOTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace tacit::cpu {

/// Buffers start on a cache line.
inline constexpr int64_t kBufferAlignment = 64;

/// Describes a buffer: its live range (operations of the entry block, both ends included)
/// and its place.
struct Buffer {
  mlir::memref::AllocOp alloc;
  /// The size in bytes; for a buffer with free dimensions, the bytes for each of their
  /// elements.
  int64_t size;
  int64_t first, last, offset = 0;
};

/// Returns the bytes for each element of the free dimensions of `type`; nullopt if they are
/// too many to count.
std::optional<int64_t> knownBytes(mlir::MemRefType type);

/// Returns the bytes of a buffer of `type` whose free dimensions are `sizes`, rounded up to
/// whole cache lines.
mlir::Value emitBytes(mlir::OpBuilder &b, mlir::Location loc, int64_t knownBytes,
                      mlir::ValueRange sizes);

/// Gives each buffer of a program with free dimensions a slot of the arena, the second
/// argument of @main. Buffers whose live ranges do not overlap share a slot. Sizes and
/// offsets are computed at the beginning of the program.
llvm::LogicalResult placeInSlots(mlir::func::FuncOp main, llvm::ArrayRef<Buffer> buffers);

} // namespace tacit::cpu

#endif // TACIT_LIB_CODEGEN_CPU_MEMORY_MEMORYSLOTS_H
