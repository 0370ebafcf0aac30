//===- Words.td - Enums whose values users choose ----------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one list of such an enum: C++ symbol, keyword and help of each value stand side by
// side. mlir-tblgen makes the enum of it, and llvm-tblgen the table `tacit::words<E>()`,
// from which options, messages and help text follow.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_WORDS_TD
#define TACIT_SUPPORT_WORDS_TD

include "llvm/TableGen/SearchableTable.td"
include "mlir/IR/EnumAttr.td"

/// One value. Each enum derives a class from this one, because a table collects all
/// records of a class.
class Word<string symbol, int number, string keyword, string helpText>
    : I32EnumCase<symbol, number, keyword> {
  bits<8> key = number;
  string help = helpText;
}

class WordEnum<string namespace, string name, string summary, list<Word> words>
    : I32Enum<name, summary, words> {
  let cppNamespace = namespace;
  let description =
      !interleave(!foreach(word, words, "- `" # word.str # "`: " # word.help), "\n");
}

/// The table of `enum`, whose words are the records of the class `words`, in the order of
/// their numbers.
class WordTable<WordEnum enum, string words> : GenericTable {
  let FilterClass = words;
  let CppTypeName = "Word<" # enum.cppType # ">";
  let Fields = ["key", "str", "help"];
}

#endif // TACIT_SUPPORT_WORDS_TD
