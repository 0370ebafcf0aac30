//===- Nearest.h - What a mistyped word was meant to be ---------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_NEAREST_H
#define TACIT_SUPPORT_NEAREST_H

#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <string>

namespace tacit {

/// Returns the one of `names` that is so similar to `word` that it was probably meant: at
/// most a third of its letters differ. Empty if there is none.
template <typename Names>
std::string nearest(llvm::StringRef word, const Names &names) {
  size_t best = std::max<size_t>(1, word.size() / 3) + 1;
  std::string result;
  for (const auto &each : names) {
    llvm::StringRef name(each);
    size_t distance = word.edit_distance(name, /*AllowReplacements=*/true, best);
    if (distance >= best || distance >= name.size())
      continue;
    best = distance;
    result = name.str();
  }
  return result;
}

/// Returns "did you mean 'NAME'?" for the nearest name, or `otherwise` if there is none.
template <typename Names>
std::string didYouMean(llvm::StringRef word, const Names &names, std::string otherwise) {
  std::string name = nearest(word, names);
  return name.empty() ? otherwise : "did you mean '" + name + "'?";
}

} // namespace tacit

#endif // TACIT_SUPPORT_NEAREST_H
