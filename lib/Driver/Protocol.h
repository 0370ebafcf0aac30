//===- Protocol.h - The protocol that a program is made for -----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_PROTOCOL_H
#define TACIT_LIB_DRIVER_PROTOCOL_H

#include "mlir/IR/BuiltinOps.h"
#include "tacit/Cost/Suite.h"
#include "tacit/Driver/Options.h"

namespace tacit::driver {

/// A protocol and the options under which the phases make a program for it.
struct Protocol {
  cost::SuitePtr suite;
  Options options;
};

/// The protocol `name` of --protocol, with its ring unless --width and --fraction say
/// otherwise. Fails with Usage where there is no such protocol, or its ring has no room.
llvm::Expected<Protocol> chooseProtocol(const Options &options, llvm::StringRef name);

/// Bits of the ring and of the fraction that the shares of a program have, or else
/// those of the options.
std::pair<int64_t, int64_t> ringOf(mlir::ModuleOp program, const Options &options);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_PROTOCOL_H
