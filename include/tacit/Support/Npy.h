//===- Npy.h - Reading and writing .npy files -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The format is described by NumPy Enhancement Proposal 1: a magic, a version, the length
// of a header, the header (a Python dictionary of three entries), and the values. Files
// come from strangers: nothing is allocated before the header's shape and the size of the
// file were found to agree.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_NPY_H
#define TACIT_SUPPORT_NPY_H

#include "tacit/Support/HostTensor.h"
#include "tacit/Support/OutputFiles.h"
#include "llvm/Support/Error.h"

namespace tacit {

using NpyArray = HostTensor;

/// Reads a file of version 1.0, 2.0 or 3.0 with floats of 16 to 64 bits, integers of 8 to
/// 64, or booleans, in either byte order. bfloat16, which NumPy lacks, appears as its type
/// '<V2'. An array in Fortran order is returned in row-major order. Errors carry
/// ErrorKind::BadInput.
llvm::Expected<NpyArray> readNpy(llvm::StringRef path);

/// Does the same for the contents of a file; `path` is what messages call it.
llvm::Expected<NpyArray> parseNpy(llvm::StringRef path, llvm::StringRef file);

/// A header ends within this many bytes, which suffice for any of version 1.0.
constexpr uint64_t kNpyBeginning = 12 + (1 << 16);

/// Says why a file of `size` bytes cannot be read, as far as that follows from `begin`: its
/// first bytes, kNpyBeginning or all of them.
llvm::Error checkNpySize(llvm::StringRef path, llvm::StringRef begin, uint64_t size);

/// Adds a file of version 1.0 to the outputs.
llvm::Error writeNpy(OutputFiles &files, llvm::StringRef path, int32_t dtype,
                     llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<char> bytes);

} // namespace tacit

#endif // TACIT_SUPPORT_NPY_H
