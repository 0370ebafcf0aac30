//===- Words.h - The names of the values of an enum -------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_WORDS_H
#define TACIT_SUPPORT_WORDS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/CommandLine.h"
#include <optional>
#include <string>
#include <utility>

namespace tacit {

/// A value of an enum, the word that users write for it, and its help text. One table of
/// these serves the options of a pass, those of its phase and the command line.
template <typename E>
struct Word {
  E value;
  llvm::StringLiteral name, summary;
};

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

namespace detail {
template <typename E, size_t N, size_t... I>
llvm::cl::ValuesClass wordValues(const Word<E> (&words)[N], std::index_sequence<I...>) {
  return llvm::cl::values(llvm::cl::OptionEnumValue{
      words[I].name, static_cast<int>(words[I].value), words[I].summary}...);
}
} // namespace detail

/// Returns the table as the values of an option of a pass or a pipeline.
template <typename E, size_t N>
llvm::cl::ValuesClass wordValues(const Word<E> (&words)[N]) {
  return detail::wordValues(words, std::make_index_sequence<N>());
}

} // namespace tacit

#endif // TACIT_SUPPORT_WORDS_H
