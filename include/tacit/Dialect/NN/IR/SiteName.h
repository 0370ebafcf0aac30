//===- SiteName.h - The lasting name of a site ------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A site is an operation that a user may want to change, exclude or pay for: an attention,
// a norm, an activation, a linear layer. `nn-name-sites` gives each a name such as
// "layers.3.ffn.activation". The name is a discardable attribute: code that replaces a site
// must pass it on, and in two-party programs the mpc operations that a site becomes carry
// it too.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_SITENAME_H
#define TACIT_DIALECT_NN_IR_SITENAME_H

#include "mlir/IR/Operation.h"

namespace tacit::nn {

inline constexpr llvm::StringLiteral kSiteNameAttr = "nn.site";

/// Returns true for lower-case words of letters, digits and underscores, separated by dots,
/// the first of which begins with a letter.
bool isSiteName(llvm::StringRef name);

/// Returns the name of a site, or "".
llvm::StringRef getSiteName(mlir::Operation *op);

/// Sets the name; an empty one removes the attribute.
void setSiteName(mlir::Operation *op, llvm::StringRef name);

/// Passes the name of a site on to its replacement.
inline void copySiteName(mlir::Operation *from, mlir::Operation *to) {
  setSiteName(to, getSiteName(from));
}

/// Returns the location of `op` with the name of its site, for messages and for new
/// operations that cannot carry the attribute.
mlir::Location getSiteLocation(mlir::Operation *op);

/// Returns the name of a site that `getSiteLocation` put into a location, or "".
llvm::StringRef getSiteName(mlir::Location loc);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_IR_SITENAME_H
