//===- BufferizeMessages.h - Messages in buffers ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_TRANSFORMS_BUFFERIZEMESSAGES_H
#define TACIT_DIALECT_MPC_TRANSFORMS_BUFFERIZEMESSAGES_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace tacit::mpc {

/// Teaches bufferization the operations of the message level.
void registerBufferization(mlir::DialectRegistry &registry);

} // namespace tacit::mpc

#endif // TACIT_DIALECT_MPC_TRANSFORMS_BUFFERIZEMESSAGES_H
