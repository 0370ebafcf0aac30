//===- WordOption.td - Options that name a value -----------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_WORDOPTION_TD
#define TACIT_SUPPORT_WORDOPTION_TD

include "mlir/Pass/PassBase.td"
include "tacit/Support/Words.td"

/// An option of a pass that takes a word of `enum`.
class WordOption<string variable, string argument, WordEnum enum, string default,
                 string description>
    : Option<variable, argument, enum.cppType, enum.cppType # "::" # default, description,
             "::tacit::wordValues<" # enum.cppType # ">()">;

#endif // TACIT_SUPPORT_WORDOPTION_TD
