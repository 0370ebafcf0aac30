//===- FileBlob.h - Constants in mapped files -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The weights of a model stay in the file that they came from: a blob refers to its mapped
// bytes. Code that has read a weight releases its pages, so that the memory of the compiler
// grows with the largest weight and not with the model.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_FILEBLOB_H
#define TACIT_SUPPORT_FILEBLOB_H

#include "mlir/IR/AsmState.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

namespace tacit {

/// Creates a blob over `bytes`, which lie in `file`. The blob keeps the file mapped.
mlir::AsmResourceBlob makeFileBlob(llvm::ArrayRef<char> bytes,
                                   std::shared_ptr<llvm::MemoryBuffer> file);

/// Releases the memory of `bytes` if they lie in a mapped file that a blob refers to; the
/// next access reads them from the file again. Does nothing to other memory.
void releasePages(llvm::ArrayRef<char> bytes);

} // namespace tacit

#endif // TACIT_SUPPORT_FILEBLOB_H
