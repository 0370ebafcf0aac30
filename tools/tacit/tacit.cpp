//===- tacit.cpp - The compiler driver ------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "tacit/Driver/Driver.h"

using namespace tacit;

static int run(int argc, char **argv) {
  auto action = tool::parseOptions(argc, argv);
  if (!action)
    return driver::reportError(action.takeError());
  return *action ? driver::reportError((*action)()) : 0;
}

int main(int argc, char **argv) {
  driver::prepareProcess();
  return driver::finishStreams(run(argc, argv));
}
