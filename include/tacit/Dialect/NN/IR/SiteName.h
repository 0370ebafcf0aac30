//===- SiteName.h - The lasting name of a site ------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A site is an operation that a user may want to change, forbid or pay for: an
// attention, a norm, an activation, a linear layer. `nn-name-sites` gives each a name
// such as "layers.3.ffn.activation". The name is a discardable attribute: whoever
// replaces a site hands it on, and on the two-party road the mpc operations that a
// site becomes carry it too.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_SITENAME_H
#define TACIT_DIALECT_NN_IR_SITENAME_H

#include "mlir/IR/Operation.h"

namespace tacit::nn {

inline constexpr llvm::StringLiteral kSiteNameAttr = "nn.site";

/// True for lower-case words of letters, digits and underscores with dots between
/// them, the first of which begins with a letter.
bool isSiteName(llvm::StringRef name);

/// The name of a site, or "".
llvm::StringRef getSiteName(mlir::Operation *op);

/// An empty name removes the attribute.
void setSiteName(mlir::Operation *op, llvm::StringRef name);

/// Hands the name of a site on to what replaces it.
inline void copySiteName(mlir::Operation *from, mlir::Operation *to) {
  setSiteName(to, getSiteName(from));
}

/// The location of `op` with the name of its site, for messages and for what is made
/// of it where attributes would get in the way.
mlir::Location getSiteLocation(mlir::Operation *op);

/// The name of a site that `getSiteLocation` put into a location, or "".
llvm::StringRef getSiteName(mlir::Location loc);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_IR_SITENAME_H
