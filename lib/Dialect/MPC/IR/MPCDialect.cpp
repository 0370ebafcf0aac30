//===- MPCDialect.cpp - The mpc dialect -----------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/MPC/IR/MPC.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tacit::mpc;

#include "tacit/Dialect/MPC/IR/MPCDialect.cpp.inc"
#include "tacit/Dialect/MPC/IR/MPCEnums.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "tacit/Dialect/MPC/IR/MPCTypes.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "tacit/Dialect/MPC/IR/MPCAttributes.cpp.inc"

/// Rings are one or two machine words wide.
static constexpr int64_t kMinWidth = 2, kMaxWidth = 128;
/// Sums and products of sizes fit into 64 bits.
static constexpr int64_t kMaxElements = int64_t(1) << 40;

void MPCDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "tacit/Dialect/MPC/IR/MPCTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tacit/Dialect/MPC/IR/MPCAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "tacit/Dialect/MPC/IR/MPCOps.cpp.inc"
      >();
}

LogicalResult MPCDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if ((name == kSiteAttr && isa<SiteAttr>(attribute.getValue())) ||
      (name == kCostAttr && isa<CostAttr>(attribute.getValue())) ||
      (name == kLocalTruncationAttr && isa<UnitAttr>(attribute.getValue()) &&
       isa<FunctionOpInterface>(op)))
    return success();
  return op->emitOpError() << "has attribute '" << name << "' = " << attribute.getValue()
                           << ", which the mpc dialect does not define there";
}

//===----------------------------------------------------------------------===//
// Shapes of secrets
//===----------------------------------------------------------------------===//

/// Parses the sizes of a secret, or `scalar`.
static ParseResult parseShape(AsmParser &parser, SmallVectorImpl<int64_t> &shape) {
  if (succeeded(parser.parseOptionalKeyword("scalar")))
    return success();
  return parser.parseDimensionList(shape, /*allowDynamic=*/false,
                                   /*withTrailingX=*/false);
}

static void printShape(AsmPrinter &printer, ArrayRef<int64_t> shape) {
  if (shape.empty())
    printer << "scalar";
  else
    llvm::interleave(shape, printer.getStream(), "x");
}

static LogicalResult verifyShape(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> shape) {
  int64_t elements = 1;
  for (int64_t dim : shape) {
    if (dim < 0 || dim > kMaxElements || (dim > 0 && elements > kMaxElements / dim))
      return emitError() << "a share of more than 2^40 elements, or of a negative number";
    elements *= dim;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// !mpc.share
//===----------------------------------------------------------------------===//

Type ShareType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  int64_t width = 0, fraction = 0;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parseShape(parser, shape) || parser.parseComma() ||
      parser.parseKeyword("width") || parser.parseEqual() || parser.parseInteger(width) ||
      parser.parseComma() || parser.parseKeyword("fraction") || parser.parseEqual() ||
      parser.parseInteger(fraction) || parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(), shape,
                    width, fraction);
}

void ShareType::print(AsmPrinter &printer) const {
  printer << "<";
  printShape(printer, getShape());
  printer << ", width = " << getWidth() << ", fraction = " << getFraction() << ">";
}

LogicalResult ShareType::verify(function_ref<InFlightDiagnostic()> emitError,
                                ArrayRef<int64_t> shape, int64_t width, int64_t fraction) {
  if (width < kMinWidth || width > kMaxWidth)
    return emitError() << "a ring of " << width << " bits; expected " << kMinWidth << " to "
                       << kMaxWidth;
  if (fraction < 0 || fraction >= width)
    return emitError() << "a fraction of " << fraction << " bits in a ring of " << width
                       << "; expected 0 to " << width - 1
                       << ", so that the width is larger";
  return verifyShape(emitError, shape);
}

Type ShareType::getElementType() const {
  return IntegerType::get(getContext(), getWidth());
}

ShapedType ShareType::cloneWith(std::optional<ArrayRef<int64_t>> shape, Type word) const {
  return get(getContext(), shape.value_or(getShape()), cast<IntegerType>(word).getWidth(),
             getFraction());
}

ShareType ShareType::withShape(ArrayRef<int64_t> shape) const {
  return get(getContext(), shape, getWidth(), getFraction());
}

ShareType ShareType::withFraction(int64_t fraction) const {
  return get(getContext(), getShape(), getWidth(), fraction);
}

//===----------------------------------------------------------------------===//
// !mpc.bits
//===----------------------------------------------------------------------===//

Type BitsType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parseShape(parser, shape) || parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(), shape);
}

void BitsType::print(AsmPrinter &printer) const {
  printer << "<";
  printShape(printer, getShape());
  printer << ">";
}

LogicalResult BitsType::verify(function_ref<InFlightDiagnostic()> emitError,
                               ArrayRef<int64_t> shape) {
  return verifyShape(emitError, shape);
}

Type BitsType::getElementType() const { return IntegerType::get(getContext(), 1); }

ShapedType BitsType::cloneWith(std::optional<ArrayRef<int64_t>> shape, Type) const {
  return get(getContext(), shape.value_or(getShape()));
}
