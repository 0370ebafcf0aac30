//===- Flags.h - The options that tacit declares ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_FLAGS_H
#define TACIT_TOOLS_TACIT_FLAGS_H

#include "llvm/Support/CommandLine.h"
#include <string>

namespace tacit::tool {

/// The options of ours, as opposed to those of LLVM and MLIR.
extern llvm::cl::OptionCategory category;

extern llvm::cl::SubCommand inspectCommand, compileCommand, runCommand, evalCommand,
    passesCommand, costCommand, dealCommand;

/// Options that may be repeated.
extern llvm::cl::list<std::string> modelOptions, dimOptions, shapeOptions, valueOptions,
    aeroOption, approximateOption, publicOptions, inputOptions, expectOptions;

extern llvm::cl::opt<bool> printPipelineOption, forceOption, quietOption, verboseOption,
    twinOption, listProtocolsOption, dynamicOption, referenceOption;

/// Numbers are text as well: LLVM writes its own message about a wrong one to stderr.
extern llvm::cl::opt<std::string> fromOption, toOption, dumpOption, pipelineOption,
    jsonOption, quantizeOption, multiplierOption, multiplierZeroOption,
    multiplierScopeOption, vectorBitsOption, cpuOption, threadsRuntimeOption, outputOption,
    targetOption, protocolOption, widthOption, fractionOption, normScaleOption,
    functionsOption, cachesOption, skipOption, networkOption, maxBytesOption,
    maxRoundsOption, maxHopsOption, primitiveOption, elementsOption, inputsOption,
    toleranceOption, outputDirOption, repeatOption, threadsOption, tokensOption,
    labelsOption, seedOption, windowOption, partyOption, listenOption, connectOption,
    dealerOption, serveOption, inferencesOption, stateInOption, stateOutOption,
    dumpWiresOption, timeoutOption, tlsCertificateOption, tlsKeyOption, tlsAuthorityOption;

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_FLAGS_H
