//===- NestingDepth.h - The nesting depth of a text -------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_PIPELINES_NESTINGDEPTH_H
#define TACIT_LIB_PIPELINES_NESTINGDEPTH_H

#include "llvm/ADT/StringRef.h"

namespace tacit {

/// Returns an upper bound of the recursion depth of MLIR's parser on `program`. The parser
/// itself has no limit, and a hostile file would exhaust the stack.
size_t nestingDepth(llvm::StringRef program);

} // namespace tacit

#endif // TACIT_LIB_PIPELINES_NESTINGDEPTH_H
