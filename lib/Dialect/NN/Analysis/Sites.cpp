//===- Sites.cpp - Which places of a model a pass works on ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Analysis/Sites.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/STLExtras.h"

using namespace tacit;
using namespace tacit::nn;

/// More digits than any model has blocks.
static constexpr size_t kMaxDigits = 6;

static std::optional<unsigned> readNumber(llvm::StringRef text) {
  unsigned number = 0;
  if (text.size() > kMaxDigits || text.getAsInteger(10, number))
    return std::nullopt;
  return number;
}

llvm::Expected<Sites> Sites::parse(llvm::StringRef text) {
  Sites sites;
  sites.text = text.str();
  sites.hasFinal = text == "all" || text == "final";
  if (text == "all" || text == "blocks")
    return sites;
  sites.ranges.clear();
  if (text == "final")
    return sites;
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, '+');
  for (llvm::StringRef part : parts) {
    auto [from, to] = part.split('-');
    auto first = readNumber(from), last = part.contains('-') ? readNumber(to) : first;
    if (!first || !last || *last < *first)
      return fail(ExitCode::Usage, "write 0+2+4-7 for the blocks 0, 2, 4, 5, 6 and 7",
                  "'{}' names no sites; expected all, blocks, final, or block numbers",
                  text.str());
    sites.ranges.push_back({*first, *last});
  }
  return sites;
}

bool Sites::contains(std::optional<unsigned> block) const {
  if (!block)
    return hasFinal;
  return llvm::any_of(ranges, [&](const Range &range) {
    return range.first <= *block && *block <= range.last;
  });
}

std::optional<unsigned> Sites::lastBlock() const {
  std::optional<unsigned> last;
  for (const Range &range : ranges)
    if (range.last != ~0u && (!last || range.last > *last))
      last = range.last;
  return last;
}
