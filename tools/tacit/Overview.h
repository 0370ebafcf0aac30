//===- Overview.h - The overview in the help text ---------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_OVERVIEW_H
#define TACIT_TOOLS_TACIT_OVERVIEW_H

#include "llvm/ADT/StringRef.h"

namespace tacit::tool {

inline constexpr llvm::StringLiteral kOverview =
    "Tacit compiles trained transformers (ONNX) to CPU code, or to a protocol that two "
    "parties\n"
    "run, and says what that costs.\n\n"
    "  tacit inspect MODEL            what is in a model\n"
    "  tacit compile MODEL -o OUT.so  a library, or a program with --target=mlir\n"
    "  tacit run MODEL|LIB.so         on .npy inputs\n"
    "  tacit deal PACKAGE             what two parties need before they run\n"
    "  tacit run PACKAGE --party P    one of two parties, with the other in another "
    "process\n"
    "  tacit eval MODEL               how good it is, and what changes of it cost\n"
    "  tacit cost MODEL --protocol P  bytes and hops of two-party computation\n"
    "  tacit passes                   every pass\n\n"
    "  tacit SUBCOMMAND --help says more.\n";

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_OVERVIEW_H
