//===- NestingDepth.h - How deep a text nests -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_PIPELINES_NESTINGDEPTH_H
#define TACIT_LIB_PIPELINES_NESTINGDEPTH_H

#include "llvm/ADT/StringRef.h"

namespace tacit {

/// An upper bound of how deep the parser of MLIR recurses on `program`. It has no
/// limit of its own, and a hostile file would use up the stack.
size_t nestingDepth(llvm::StringRef program);

} // namespace tacit

#endif // TACIT_LIB_PIPELINES_NESTINGDEPTH_H
