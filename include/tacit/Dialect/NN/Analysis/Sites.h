//===- Sites.h - Selection of sites by text ---------------------*- C++ -*-===//
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
#include <vector>

namespace tacit::nn {

/// A selection of places in a model, given by text:
///
///   all             everywhere
///   blocks          in every transformer block
///   final           after the last block
///   2, 4-7          in these blocks
///   layers.2.ffn.*  the sites of these names; * is any text
/// or several of them separated by +. A place is the number of a block, or nullopt after
/// the last one, and the name of the site, if it has one.
class Sites {
public:
  /// Selects all sites.
  Sites() = default;

  /// Parses `text`; it is a usage error if it has none of the forms above. Whether a block
  /// or a name exists is known only when there is a model; see `checkSites`.
  static llvm::Expected<Sites> parse(llvm::StringRef text);

  bool contains(std::optional<unsigned> block, llvm::StringRef name) const;

  /// Returns the largest block number that the text names, if it names any.
  std::optional<unsigned> lastBlock() const;

  /// Returns the names, which may contain *.
  llvm::ArrayRef<std::string> patterns() const { return names; }

  llvm::StringRef getText() const { return text; }

private:
  llvm::Error add(llvm::StringRef entry);

  struct Range {
    unsigned first, last;
  };
  static constexpr Range kAllBlocks = {0, ~0u};
  std::string text = "all";
  bool hasFinal = true;
  llvm::SmallVector<Range> ranges = {kAllBlocks};
  std::vector<std::string> names;
};

/// Returns true if `name` matches `pattern`, in which * stands for any text.
bool matchesPattern(llvm::StringRef pattern, llvm::StringRef name);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_ANALYSIS_SITES_H
