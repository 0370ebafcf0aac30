//===- NestingDepth.cpp - The nesting depth of a text ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NestingDepth.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;

namespace {
/// Reads a program once, and measures everything that nests: brackets, chains of operators
/// in index expressions, and aliases, each of which is as deep as its definition.
class Reader {
public:
  explicit Reader(StringRef text) : text(text) {}

  size_t read() {
    while (at < text.size())
      step();
    return deepest;
  }

private:
  struct Level {
    char bracket;
    size_t operators;
  };

  void step() {
    char c = text[at];
    StringRef rest = text.substr(at);
    if (c == '"')
      return skipString();
    if (rest.starts_with("//")) {
      at = std::min(text.find('\n', at), text.size());
      return;
    }
    if ((c == '#' || c == '!') && rest.size() > 1 && (isAlpha(rest[1]) || rest[1] == '_'))
      return readAlias(rest);
    // '<' may also mean "less than", which only makes the bound larger; a '>' that closes
    // nothing would make it smaller.
    if (rest.starts_with("->") || rest.starts_with(">=")) {
      at += 2;
      return;
    }
    if (is_contained({'(', '[', '{', '<'}, c)) {
      levels.push_back({c, 0});
    } else if (is_contained({')', ']', '}', '>'}, c)) {
      if (levels.size() > 1)
        levels.pop_back();
    } else if (c == ',') {
      levels.back().operators = 0;
    } else if (isOperator(c, rest) && levels.back().bracket != '{') {
      // Index expressions occur inside brackets, and never directly in a region.
      ++levels.back().operators;
    }
    record(levels.size() - 1 + levels.back().operators);
    ++at;
  }

  static bool isOperator(char c, StringRef rest) {
    if (isSpace(c)) {
      rest = rest.drop_front();
      return rest.starts_with("mod") || rest.starts_with("floordiv") ||
             rest.starts_with("ceildiv");
    }
    return c == '+' || c == '-' || c == '*';
  }

  void skipString() {
    for (++at; at < text.size() && text[at] != '"'; ++at)
      at += text[at] == '\\';
    ++at;
  }

  /// Handles `#name` and `!name`: a definition if a line begins with it, otherwise a use.
  void readAlias(StringRef rest) {
    StringRef name =
        rest.take_front(1 + rest.drop_front().take_while(isNameCharacter).size());
    at += name.size();
    StringRef following = text.substr(at).ltrim();
    if (following.starts_with("=") && !following.starts_with("==") && levels.size() == 1) {
      alias = &aliases[name];
      return;
    }
    auto found = aliases.find(name);
    if (found == aliases.end())
      return;
    // An alias never uses itself, so a use after its own name means that its definition has
    // ended.
    if (alias == &found->second)
      alias = nullptr;
    record(levels.size() + levels.back().operators + found->second);
  }

  static bool isNameCharacter(char c) {
    return isAlnum(c) || c == '_' || c == '$' || c == '-';
  }

  void record(size_t depth) {
    deepest = std::max(deepest, depth);
    if (alias)
      *alias = std::max(*alias, depth);
  }

  StringRef text;
  size_t at = 0, deepest = 0;
  SmallVector<Level> levels{{'{', 0}};
  StringMap<size_t> aliases;
  /// The depth of the alias that is being defined. The text after the last definition
  /// counts as part of it up to its first use, which only makes the bound larger.
  size_t *alias = nullptr;
};
} // namespace

size_t tacit::nestingDepth(StringRef program) { return Reader(program).read(); }
