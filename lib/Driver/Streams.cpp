//===- Streams.cpp - Standard streams and signals -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Driver/Driver.h"
#include "tacit/Support/Error.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace tacit;

/// A file that is opened later would get the number of a closed stream, and be written to.
/// What stands for a closed stdout cannot be written to, which is reported at the end.
static void replaceClosedStreams() {
  for (auto [stream, mode] :
       {std::pair(STDIN_FILENO, O_RDONLY), std::pair(STDOUT_FILENO, O_RDONLY),
        std::pair(STDERR_FILENO, O_WRONLY)})
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", mode) < 0)
      return;
}

/// LLVM removes temporary files when a signal ends the program. It would do so, and then go
/// on, for signals that the program inherits as ignored.
static void handleSignals() {
  std::signal(SIGPIPE, SIG_IGN); // A write to a closed pipe is an error like others.
  llvm::SmallVector<int> ignored;
  for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR2}) {
    struct sigaction action;
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN)
      ignored.push_back(signal);
  }
  llvm::sys::SetInterruptFunction(nullptr); // This installs LLVM's handlers.
  for (int signal : ignored)
    std::signal(signal, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN); // A file that is too large is an error, too.
}

void driver::prepareProcess() {
  reportOutOfMemory();
  replaceClosedStreams();
  handleSignals();
}

int driver::finishStreams(int code) {
  llvm::outs().flush();
  std::error_code reason = llvm::outs().error();
  // A stream aborts the process if it is destroyed with an unhandled error.
  llvm::outs().clear_error();
  if (reason) {
    int ours = reportError(fail(ErrorKind::BadInput, "check where standard output goes",
                                "cannot write to standard output: {}", reason.message()));
    code = code ? code : ours;
  }
  // An error that cannot be reported is at least in the exit code.
  llvm::errs().clear_error();
  return code;
}
