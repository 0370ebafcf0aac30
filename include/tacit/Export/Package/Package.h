//===- Package.h - What two parties agree on, as data -----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_EXPORT_PACKAGE_PACKAGE_H
#define TACIT_EXPORT_PACKAGE_PACKAGE_H

#include "mlir/IR/BuiltinOps.h"
#include "tacit/Runtime/TwoParty/Schedule.h"

namespace tacit {

/// Returns what the programs that phase `messages` left deal, send and put in. Package
/// number, fraction and disclosures, which are not in the programs, stay empty. Fails with
/// BadInput if these are no such programs: users may edit them by hand.
llvm::Expected<twoparty::Schedule> schedulePrograms(mlir::ModuleOp programs);

} // namespace tacit

#endif // TACIT_EXPORT_PACKAGE_PACKAGE_H
