//===- Bindings.cpp - Options that bind inputs ----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bindings.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace tacit;

llvm::Error tool::usage(std::string hint, std::string message) {
  return fail(ErrorKind::InvalidArgument, std::move(hint), "{}", message);
}

/// Splits `text`, the value of `option`, at position `equals`.
static llvm::Expected<std::pair<std::string, std::string>>
splitAt(StringRef option, StringRef text, size_t equals) {
  StringRef name = text.take_front(equals), value = text.substr(name.size() + 1);
  if (name.empty() || value.empty())
    return tool::usage(
        fmt::format("write --{} NAME=VALUE", option.str()),
        fmt::format("'--{} {}' is not of the form NAME=VALUE", option.str(), text.str()));
  return std::make_pair(name.str(), value.str());
}

llvm::Expected<std::pair<std::string, std::string>> tool::splitPair(StringRef option,
                                                                    StringRef text) {
  return splitAt(option, text, text.rfind('='));
}

llvm::Expected<std::pair<std::string, std::string>> tool::splitFile(StringRef option,
                                                                    StringRef text) {
  size_t first = text.find('=');
  for (size_t at = first; at != StringRef::npos; at = text.find('=', at + 1))
    if (at > 0 && sys::fs::exists(text.drop_front(at + 1)))
      return splitAt(option, text, at);
  return splitAt(option, text, first);
}

llvm::Expected<int64_t> tool::parseSize(StringRef option, StringRef text, int64_t least) {
  int64_t size = 0;
  if (text.getAsInteger(10, size) || size < least || size > (int64_t(1) << 40))
    return usage(fmt::format("give a whole number of at least {}", least),
                 fmt::format("'{}' in --{} is not a size", text.str(), option.str()));
  return size;
}

llvm::Error tool::parseBindings(ArrayRef<std::string> dims, ArrayRef<std::string> shapes,
                                ArrayRef<std::string> values, DimBindings &bindings) {
  for (const std::string &text : dims) {
    auto pair = splitPair("dim", text);
    if (!pair)
      return pair.takeError();
    auto size = parseSize("dim", pair->second, /*least=*/0);
    if (!size)
      return size.takeError();
    if (!bindings.dims.try_emplace(pair->first, *size).second)
      return usage("give each once", fmt::format("--dim names '{}' twice", pair->first));
  }
  for (const std::string &text : shapes) {
    auto pair = splitPair("shape", text);
    if (!pair)
      return pair.takeError();
    SmallVector<int64_t> shape;
    for (StringRef dim : llvm::split(pair->second, 'x')) {
      auto size = parseSize("shape", dim, /*least=*/0);
      if (!size)
        return size.takeError();
      shape.push_back(*size);
    }
    if (!bindings.shapes.try_emplace(pair->first, std::move(shape)).second)
      return usage("give each once", fmt::format("--shape names '{}' twice", pair->first));
  }
  for (const std::string &text : values) {
    auto pair = splitPair("value", text);
    if (!pair)
      return pair.takeError();
    if (!bindings.constants.try_emplace(pair->first, pair->second).second)
      return usage("give each once", fmt::format("--value names '{}' twice", pair->first));
  }
  return llvm::Error::success();
}
