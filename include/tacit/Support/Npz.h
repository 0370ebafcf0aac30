//===- Npz.h - Reading several named arrays ---------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A .npz file is a ZIP archive of .npy files, as numpy.savez and savez_compressed write it.
// Archives come from strangers: the memory that one needs is bounded by its own size and
// the largest ratio that Deflate can reach.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_NPZ_H
#define TACIT_SUPPORT_NPZ_H

#include "tacit/Support/HostTensor.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

namespace tacit {

using NamedTensors = std::vector<std::pair<std::string, HostTensor>>;

/// Decides whether the array of this name is read.
using ArrayFilter = llvm::function_ref<bool(llvm::StringRef name)>;

/// Reads the arrays that `wants` selects from a .npz file, or from the files NAME.npy of a
/// folder, in the order in which they are stored there, or by name. Entries may be stored
/// or deflated. Errors carry ErrorKind::BadInput.
llvm::Expected<NamedTensors> readArrays(llvm::StringRef path, ArrayFilter wants);

/// Does the same for the contents of a .npz file; `path` is what messages call it.
llvm::Expected<NamedTensors> parseNpz(llvm::StringRef path, llvm::StringRef file,
                                      ArrayFilter wants);

} // namespace tacit

#endif // TACIT_SUPPORT_NPZ_H
