//===- StoppableRun.h - Generated code that can be stopped ------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_RUNTIME_TWOPARTY_STOPPABLERUN_H
#define TACIT_LIB_RUNTIME_TWOPARTY_STOPPABLERUN_H

#include "tacit/Runtime/Executable.h"
#include <csetjmp>
#include <optional>

namespace tacit::twoparty {

/// Runs a program of a party or dealer. What it calls can end it: a program computes for
/// minutes, and has no other way to learn that the network or the disk has failed.
///
/// Generated code owns nothing but its arena, so that it may be left by a jump from a call
/// that it makes. This is not in a parallel loop: such calls are none of those.
class StoppableRun {
public:
  ~StoppableRun() {
    if (failure)
      llvm::consumeError(std::move(*failure));
  }

  llvm::Error run(Executable &program, const tacit_outside &outside,
                  llvm::ArrayRef<tacit_tensor> inputs,
                  llvm::MutableArrayRef<tacit_tensor> outputs, int threads) {
    program.enterOutside(&outside);
    llvm::Error error = call(program, inputs, outputs, threads);
    program.enterOutside(nullptr);
    return error;
  }

  /// Keeps an error for `stopIfFailed`.
  void record(llvm::Error error) {
    if (error)
      failure.emplace(std::move(error));
  }
  /// Does not return if an error was kept. The caller has nothing that needs a destructor.
  void stopIfFailed() {
    if (failure)
      std::longjmp(target, 1);
  }

private:
  llvm::Error call(Executable &program, llvm::ArrayRef<tacit_tensor> inputs,
                   llvm::MutableArrayRef<tacit_tensor> outputs, int threads) {
    if (setjmp(target) == 0)
      return program.runInto(inputs, outputs, threads);
    llvm::Error error = std::move(*failure);
    failure.reset();
    return error;
  }

  std::jmp_buf target;
  std::optional<llvm::Error> failure;
};

} // namespace tacit::twoparty

#endif // TACIT_LIB_RUNTIME_TWOPARTY_STOPPABLERUN_H
