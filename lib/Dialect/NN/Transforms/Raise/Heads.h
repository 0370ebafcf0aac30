//===- Heads.h - Heads that share a key and a value -------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_HEADS_H
#define TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_HEADS_H

#include "tacit/Dialect/NN/Utils/Matchers.h"

namespace tacit::nn {

/// The operands of an attention, [..., heads, rows, columns] each.
struct Heads {
  mlir::Value query, key, value, mask;
};

/// If keys and values were repeated for heads that share them (grouped queries), replaces
/// the operands by those before the repetition, with the heads in two dimensions. Returns
/// how many heads share one, which is 1 if nothing was changed.
int64_t groupHeads(Heads &heads, mlir::RewriterBase &rewriter);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_HEADS_H
