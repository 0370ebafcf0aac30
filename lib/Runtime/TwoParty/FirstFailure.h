//===- FirstFailure.h - The failure that generated code runs on after *- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_RUNTIME_TWOPARTY_FIRSTFAILURE_H
#define TACIT_LIB_RUNTIME_TWOPARTY_FIRSTFAILURE_H

#include "llvm/Support/Error.h"
#include <optional>

namespace tacit::twoparty {

/// Generated code cannot be stopped: what stands around it keeps the first failure, and
/// from then on does nothing, until the code returns.
class FirstFailure {
public:
  ~FirstFailure() {
    if (error)
      llvm::consumeError(std::move(*error));
  }

  void record(llvm::Error next) {
    if (!next)
      return;
    if (error)
      llvm::consumeError(std::move(next));
    else
      error.emplace(std::move(next));
  }
  explicit operator bool() const { return error.has_value(); }

  llvm::Error take() {
    if (!error)
      return llvm::Error::success();
    llvm::Error taken = std::move(*error);
    error.reset();
    return taken;
  }

private:
  std::optional<llvm::Error> error;
};

} // namespace tacit::twoparty

#endif // TACIT_LIB_RUNTIME_TWOPARTY_FIRSTFAILURE_H
