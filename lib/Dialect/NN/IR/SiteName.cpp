//===- SiteName.cpp - The lasting name of a site --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/SiteName.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tacit::nn;

bool tacit::nn::isSiteName(StringRef name) {
  auto isInWord = [](char c) { return llvm::isLower(c) || llvm::isDigit(c) || c == '_'; };
  if (name.empty() || !llvm::isLower(name.front()))
    return false;
  return llvm::all_of(llvm::split(name, '.'), [&](StringRef word) {
    return !word.empty() && llvm::all_of(word, isInWord);
  });
}

StringRef tacit::nn::getSiteName(Operation *op) {
  auto name = op->getDiscardableAttr(kSiteNameAttr);
  auto text = dyn_cast_if_present<StringAttr>(name);
  return text ? text.getValue() : StringRef();
}

void tacit::nn::setSiteName(Operation *op, StringRef name) {
  if (name.empty())
    op->removeDiscardableAttr(kSiteNameAttr);
  else
    op->setDiscardableAttr(kSiteNameAttr, StringAttr::get(op->getContext(), name));
}

Location tacit::nn::getSiteLocation(Operation *op) {
  StringRef name = getSiteName(op);
  Location loc = op->getLoc();
  if (name.empty() || getSiteName(loc) == name)
    return loc;
  return FusedLoc::get(op->getContext(), {loc}, StringAttr::get(op->getContext(), name));
}

StringRef tacit::nn::getSiteName(Location loc) {
  auto fused = dyn_cast<FusedLoc>(loc);
  auto name = fused ? dyn_cast_if_present<StringAttr>(fused.getMetadata()) : StringAttr();
  return name ? name.getValue() : StringRef();
}
