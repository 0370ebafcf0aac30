//===- SignalBlock.h - Steps that no signal interrupts ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_SIGNALBLOCK_H
#define TACIT_SUPPORT_SIGNALBLOCK_H

#include <csignal>

namespace tacit {

/// Delays signals while it exists, except those that report a fault of the program.
class SignalBlock {
public:
  SignalBlock() {
    sigset_t signals;
    sigfillset(&signals);
    for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
      sigdelset(&signals, fault);
    pthread_sigmask(SIG_BLOCK, &signals, &before);
  }
  ~SignalBlock() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  SignalBlock(const SignalBlock &) = delete;
  SignalBlock &operator=(const SignalBlock &) = delete;

private:
  sigset_t before;
};

} // namespace tacit

#endif // TACIT_SUPPORT_SIGNALBLOCK_H
