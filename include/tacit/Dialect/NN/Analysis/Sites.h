//===- Sites.h - Which places of a model a pass works on --------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_ANALYSIS_SITES_H
#define TACIT_DIALECT_NN_ANALYSIS_SITES_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>

namespace tacit::nn {

/// Places of a model, chosen by text:
///
///   all      everywhere
///   blocks   in every transformer block
///   final    behind the last block
///   0+2+4-7  in these blocks
///
/// A place is the number of a block, or nullopt for what is behind the last one.
class Sites {
public:
  /// All places.
  Sites() = default;

  /// A usage error if `text` has none of the forms above. Whether a block exists is
  /// known only once there is a model; see `lastBlock`.
  static llvm::Expected<Sites> parse(llvm::StringRef text);

  bool contains(std::optional<unsigned> block) const;

  /// The largest block number that the text names, if it names any.
  std::optional<unsigned> lastBlock() const;

  llvm::StringRef getText() const { return text; }

private:
  struct Range {
    unsigned first, last;
  };
  std::string text = "all";
  bool hasFinal = true;
  /// All blocks where the text names none.
  llvm::SmallVector<Range> ranges = {{0, ~0u}};
};

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_ANALYSIS_SITES_H
