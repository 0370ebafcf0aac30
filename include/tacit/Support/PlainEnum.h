//===- PlainEnum.h - Enums as bare keywords in assembly ---------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `custom<PlainEnum>($kind)` in an assembly format is an attribute that holds an enum,
// printed as the keyword of its value. The attribute's own format would put a second
// blank or `#nn<...>` around it.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_PLAINENUM_H
#define TACIT_SUPPORT_PLAINENUM_H

#include "mlir/IR/OpImplementation.h"

namespace tacit {

template <typename EnumAttr>
mlir::ParseResult parsePlainEnum(mlir::OpAsmParser &parser, EnumAttr &attribute) {
  using Enum = decltype(attribute.getValue());
  auto value = mlir::FieldParser<Enum>::parse(parser);
  if (failed(value))
    return mlir::failure();
  attribute = EnumAttr::get(parser.getContext(), *value);
  return mlir::success();
}

template <typename EnumAttr>
void printPlainEnum(mlir::OpAsmPrinter &printer, mlir::Operation *, EnumAttr attribute) {
  printer << stringifyEnum(attribute.getValue());
}

} // namespace tacit

#endif // TACIT_SUPPORT_PLAINENUM_H
