//===- Words.h - The names of the values of an enum -------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_WORDS_H
#define TACIT_SUPPORT_WORDS_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h" // generated enums print themselves
#include <optional>
#include <string>

namespace tacit {

/// A value of an enum, the word that users write for it, and its help text.
template <typename E>
struct Word {
  constexpr Word(unsigned value, llvm::StringLiteral name, llvm::StringLiteral help)
      : value(static_cast<E>(value)), name(name), help(help) {}

  E value;
  llvm::StringLiteral name, help;
};

/// Returns all values of the enum `E` in order. TableGen makes the table (Words.td), which
/// serves the options of a pass, those of its phase and the command line.
template <typename E>
llvm::ArrayRef<Word<E>> words();

/// Returns the value called `name`, if there is one.
template <typename E>
std::optional<E> findWord(llvm::ArrayRef<Word<E>> words, llvm::StringRef name) {
  for (const Word<E> &word : words)
    if (word.name == name)
      return word.value;
  return std::nullopt;
}

/// Returns "a, b or c", for messages.
template <typename Range>
std::string alternatives(const Range &names) {
  std::string text;
  size_t left = std::size(names);
  for (llvm::StringRef name : names)
    text += (text.empty() ? "" : left == 1 ? " or " : ", ") + name.str(), --left;
  return text;
}

template <typename E>
std::string alternatives(llvm::ArrayRef<Word<E>> words) {
  llvm::SmallVector<llvm::StringRef> names;
  for (const Word<E> &word : words)
    names.push_back(word.name);
  return alternatives(names);
}

/// Returns the words of `E` as the values of an option of a pass or a pipeline.
template <typename E>
struct WordValues {
  template <typename Option>
  void apply(Option &option) const {
    for (const Word<E> &word : words<E>())
      option.getParser().addLiteralOption(word.name, word.value, word.help);
  }
};

template <typename E>
WordValues<E> wordValues() {
  return {};
}

} // namespace tacit

#endif // TACIT_SUPPORT_WORDS_H
