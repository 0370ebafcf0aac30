//===- Bindings.h - Options that bind inputs --------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_BINDINGS_H
#define TACIT_TOOLS_TACIT_BINDINGS_H

#include "tacit/Import/ONNX/OnnxModel.h"
#include "llvm/ADT/ArrayRef.h"

namespace tacit::tool {

/// Returns the error for a mistake on the command line.
llvm::Error usage(std::string hint, std::string message);

/// Splits NAME=VALUE at the last '=', because names may contain others and sizes and
/// numbers do not. Fails with InvalidArgument.
llvm::Expected<std::pair<std::string, std::string>> splitPair(llvm::StringRef option,
                                                              llvm::StringRef text);

/// Splits NAME=FILE at the first '=' that is followed by the name of a file, or else at the
/// first. Fails with InvalidArgument.
llvm::Expected<std::pair<std::string, std::string>> splitFile(llvm::StringRef option,
                                                              llvm::StringRef text);

/// Parses a number of elements that is at least `least`. Fails with InvalidArgument.
llvm::Expected<int64_t> parseSize(llvm::StringRef option, llvm::StringRef text,
                                  int64_t least = 1);

/// Reads the values of --dim, --shape and --value, each NAME=VALUE. Fails with
/// InvalidArgument.
llvm::Error parseBindings(llvm::ArrayRef<std::string> dims,
                          llvm::ArrayRef<std::string> shapes,
                          llvm::ArrayRef<std::string> values, DimBindings &bindings);

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_BINDINGS_H
