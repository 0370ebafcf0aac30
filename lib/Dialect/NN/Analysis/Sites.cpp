//===- Sites.cpp - Selection of sites by text -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Analysis/Sites.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace tacit;
using namespace tacit::nn;

/// This has more digits than any number of blocks.
static constexpr size_t kMaxDigits = 6;

static std::optional<unsigned> readNumber(llvm::StringRef text) {
  unsigned number = 0;
  if (text.size() > kMaxDigits || text.getAsInteger(10, number))
    return std::nullopt;
  return number;
}

static bool isPattern(llvm::StringRef text) {
  return !text.empty() && llvm::all_of(text, [](char c) {
    return llvm::isLower(c) || llvm::isDigit(c) || c == '_' || c == '.' || c == '*';
  });
}

/// Parses one entry between two +. Fails if it has none of the forms.
llvm::Error Sites::add(llvm::StringRef entry) {
  if (entry == "all" || entry == "final")
    hasFinal = true;
  if (entry == "all" || entry == "blocks")
    ranges.push_back(kAllBlocks);
  if (entry == "all" || entry == "blocks" || entry == "final")
    return llvm::Error::success();
  if (!entry.empty() && llvm::isDigit(entry.front())) {
    auto [from, to] = entry.split('-');
    auto first = readNumber(from), last = entry.contains('-') ? readNumber(to) : first;
    if (first && last && *first <= *last) {
      ranges.push_back({*first, *last});
      return llvm::Error::success();
    }
  } else if (isPattern(entry)) {
    names.push_back(entry.str());
    return llvm::Error::success();
  }
  return fail(ErrorKind::InvalidArgument,
              "write 0+2+4-7 for the blocks 0, 2, 4, 5, 6 and 7, or layers.*.ffn.norm for "
              "the sites of that name in all of them",
              "'{}' does not name sites; expected all, blocks, final, block numbers or "
              "names, separated by +",
              text);
}

llvm::Expected<Sites> Sites::parse(llvm::StringRef text) {
  Sites sites;
  sites.text = text.str();
  sites.hasFinal = false;
  sites.ranges.clear();
  for (llvm::StringRef entry : llvm::split(text, '+'))
    if (llvm::Error error = sites.add(entry))
      return std::move(error);
  return sites;
}

bool tacit::nn::matchesPattern(llvm::StringRef pattern, llvm::StringRef name) {
  llvm::SmallVector<llvm::StringRef> parts;
  pattern.split(parts, '*');
  if (parts.size() == 1)
    return name == pattern;
  llvm::StringRef last = parts.pop_back_val();
  if (!name.consume_front(parts.front()) || !name.consume_back(last))
    return false;
  // Matching each part at the first possible position leaves the most text for the next
  // one.
  for (llvm::StringRef part : llvm::drop_begin(parts)) {
    size_t at = name.find(part);
    if (at == llvm::StringRef::npos)
      return false;
    name = name.drop_front(at + part.size());
  }
  return true;
}

bool Sites::contains(std::optional<unsigned> block, llvm::StringRef name) const {
  auto isNamed = [&](llvm::StringRef pattern) { return matchesPattern(pattern, name); };
  if (!name.empty() && llvm::any_of(names, isNamed))
    return true;
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
