//===- Sides.h - Who knows a value ------------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CONVERSION_NNTOMPC_SIDES_H
#define TACIT_LIB_CONVERSION_NNTOMPC_SIDES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace tacit {

/// Who can compute a value alone.
enum class Side { Public, Client, Server, Secret };

/// The side of each value of a function.
///
/// The arguments are the client's. Weights are the server's. Both know what belongs to
/// the architecture: integers and booleans (positions, masks), and a constant that
/// repeats one number. A result is known to whoever knows all operands; what needs
/// something of either party is secret.
///
/// The analysis describes the function as it was when it was made.
class Sides {
public:
  explicit Sides(mlir::func::FuncOp function);

  Side of(mlir::Value value) const { return sides.lookup(value); }

private:
  llvm::DenseMap<mlir::Value, Side> sides;
};

/// The number that a float constant repeats, where that can be told without reading
/// the bytes of a blob.
std::optional<double> repeatedNumber(mlir::Value value);

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_NNTOMPC_SIDES_H
