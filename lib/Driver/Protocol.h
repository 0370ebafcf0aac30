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
#include "tacit/Report/ProgramFacts.h"

namespace tacit::driver {

/// A protocol, and what the phases need to know to make a program for it.
struct Protocol {
  cost::SuitePtr suite;
  TwoPartyOptions twoParty;
};

/// The user's settings that apply to any protocol, without one.
TwoPartyOptions twoPartyOptions(const ProtocolOptions &options);

/// The protocol `name` of --protocol, with its ring unless --width and --fraction say
/// otherwise, for a program that has come as far as the phase at `reached`. Fails with
/// InvalidArgument where there is no such protocol, or its ring has no room, or `isTwin`
/// and words of the machine cannot compute what it does.
llvm::Expected<Protocol> chooseProtocol(const ProtocolOptions &options,
                                        llvm::StringRef name, size_t reached,
                                        bool isTwin = false);

/// Rejects options that none of the protocols can obey.
llvm::Error checkObeyed(const ProtocolOptions &options, llvm::ArrayRef<Protocol> protocols);

/// Fails with Usage if --public names something that is not a constant of the program.
llvm::Error checkPublicNames(mlir::ModuleOp program, const TwoPartyOptions &options);

/// Fails with Usage if --caches names something that is not an input or an output.
llvm::Error checkCaches(mlir::ModuleOp program, const TwoPartyOptions &options);

/// Returns the ring of the shares of a program, or otherwise that of the options.
report::ShareRing ringOf(mlir::ModuleOp program, const TwoPartyOptions &options);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_PROTOCOL_H
