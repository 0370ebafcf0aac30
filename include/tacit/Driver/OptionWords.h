//===- OptionWords.h - The words that options take --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DRIVER_OPTIONWORDS_H
#define TACIT_DRIVER_OPTIONWORDS_H

#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace tacit::driver {

/// Returns the words with which the value of an option can begin, for shells to complete:
/// phases, protocols, formats, ... A word that a value must follow ends with '='. Empty for
/// an option whose value is a number, a file or a name of the model.
std::vector<std::string> optionWords(llvm::StringRef option);

} // namespace tacit::driver

#endif // TACIT_DRIVER_OPTIONWORDS_H
