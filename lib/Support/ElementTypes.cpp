//===- ElementTypes.cpp - The element types of tensors --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/ElementTypes.h"
#include "mlir/Support/DebugStringHelper.h"
#include "tacit/Runtime/tacit.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace tacit {

#define GET_ElementTypeTable_IMPL
#include "tacit/Support/ElementTypes.inc"

/// The C header is written by hand, for callers that have no TableGen.
static constexpr bool agreesWithCHeader() {
  for (const ElementType &type : ElementTypeTable)
    if (type.code != type.enumerator)
      return false;
  return true;
}
static_assert(agreesWithCHeader(), "tacit.h numbers an element type otherwise");

ArrayRef<ElementType> elementTypes() { return ElementTypeTable; }

template <typename Predicate>
static const ElementType *find(Predicate isWanted) {
  const ElementType *found = find_if(ElementTypeTable, isWanted);
  return found == std::end(ElementTypeTable) ? nullptr : found;
}

const ElementType *findElementType(int32_t code) {
  return find([&](const ElementType &type) { return type.code == code; });
}

const ElementType *findElementType(mlir::Type wanted) {
  std::string text = mlir::debugString(wanted);
  return find([&](const ElementType &type) { return type.mlirType == text; });
}

} // namespace tacit
