//===- NNDialect.cpp - The nn dialect -------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/InterleavedRange.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

//===----------------------------------------------------------------------===//
// Lists in attributes
//===----------------------------------------------------------------------===//

static ParseResult parseNames(AsmParser &parser, SmallVectorImpl<StringAttr> &names) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
    return parser.parseAttribute(names.emplace_back());
  });
}

static void printNames(AsmPrinter &printer, ArrayRef<StringAttr> names) {
  printer << '[' << llvm::interleaved(names) << ']';
}

static ParseResult parseTensors(AsmParser &parser, SmallVectorImpl<TensorAttr> &tensors) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
    return parser.parseCustomAttributeWithFallback(tensors.emplace_back());
  });
}

static void printTensors(AsmPrinter &printer, ArrayRef<TensorAttr> tensors) {
  printer << '[';
  llvm::interleaveComma(tensors, printer, [&](TensorAttr tensor) {
    printer.printStrippedAttrOrType(tensor);
  });
  printer << ']';
}

#include "tacit/Dialect/NN/IR/NNDialect.cpp.inc"
#include "tacit/Dialect/NN/IR/NNEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "tacit/Dialect/NN/IR/NNAttributes.cpp.inc"

void NNDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tacit/Dialect/NN/IR/NNAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "tacit/Dialect/NN/IR/NNOps.cpp.inc"
      >();
}

Operation *NNDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type,
                                          Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, type, elements);
}

//===----------------------------------------------------------------------===//
// Attributes on functions and modules
//===----------------------------------------------------------------------===//

LogicalResult NNDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (isa<ConstantOp>(op) && name == kFromAttributeAttr &&
      isa<UnitAttr>(attribute.getValue()))
    return success();
  if (isa<ConstantOp>(op) && name == kNameAttr && isa<StringAttr>(attribute.getValue()))
    return success();
  if (name == kSiteNameAttr) {
    auto site = dyn_cast<StringAttr>(attribute.getValue());
    if (site && isSiteName(site.getValue()))
      return success();
    return op->emitOpError() << "expects '" << name
                             << "' to be a name such as \"layers.3.ffn.activation\", of "
                                "lower-case letters, digits, '_' and '.'";
  }
  if (isa<ModuleOp>(op) && name == kInterfaceAttr) {
    if (isa<InterfaceAttr>(attribute.getValue()))
      return success();
    return op->emitOpError() << "expects '" << name << "' to be an #nn.interface, found "
                             << attribute.getValue();
  }
  return op->emitOpError() << "has attribute '" << name
                           << "', which the nn dialect does not define there";
}

//===----------------------------------------------------------------------===//
// #nn.tensor and #nn.interface
//===----------------------------------------------------------------------===//

/// Names become C strings.
static bool isName(StringAttr name) {
  return !name.empty() && !name.getValue().contains('\0');
}

LogicalResult TensorAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 StringAttr name, RankedTensorType type,
                                 ArrayRef<StringAttr> dims, int64_t indexBound) {
  if (!isName(name))
    return emitError() << "an input or output is named " << name
                       << "; expected a name that is not empty and has no zero byte";
  if (!dims.empty() && static_cast<int64_t>(dims.size()) != type.getRank())
    return emitError() << "'" << name.getValue() << "' has " << dims.size()
                       << " names of dimensions; expected one for each of the "
                       << type.getRank() << " dimensions of " << type;
  if (indexBound < 0)
    return emitError() << "'" << name.getValue() << "' has the index bound " << indexBound
                       << "; expected a size";
  return success();
}

StringAttr TensorAttr::getDimName(int64_t number) const {
  StringAttr name = getDims().empty() ? StringAttr() : getDims()[number];
  return name && !name.empty() ? name : StringAttr();
}

/// Returns the index of the name of dimension `dim` in `names`.
static std::optional<unsigned> findDim(ArrayRef<StringAttr> names, TensorAttr tensor,
                                       int64_t dim) {
  const auto *found = llvm::find(names, tensor.getDimName(dim));
  return found == names.end() ? std::nullopt
                              : std::optional<unsigned>(found - names.begin());
}

LogicalResult InterfaceAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                    ArrayRef<TensorAttr> inputs,
                                    ArrayRef<TensorAttr> outputs,
                                    ArrayRef<StringAttr> dims) {
  for (auto [i, name] : llvm::enumerate(dims))
    if (!isName(name) || llvm::is_contained(dims.take_front(i), name))
      return emitError() << "the free dimensions include " << name
                         << "; expected names that are not empty, have no zero byte and "
                            "occur once";
  llvm::BitVector found(dims.size());
  for (TensorAttr input : inputs)
    for (auto [i, size] : llvm::enumerate(input.getType().getShape())) {
      if (!ShapedType::isDynamic(size))
        continue;
      auto number = findDim(dims, input, i);
      if (!number)
        return emitError() << "dimension " << i << " of input '"
                           << input.getName().getValue()
                           << "' is free; expected its name to be one of the names in "
                              "'dims' of the interface";
      found.set(*number);
    }
  int missing = found.find_first_unset();
  if (missing >= 0)
    return emitError() << "no input has the free dimension " << dims[missing]
                       << "; expected an input that determines it";
  return success();
}

std::optional<unsigned> InterfaceAttr::getDimNumber(TensorAttr tensor, int64_t dim) const {
  return findDim(getDims(), tensor, dim);
}

static LogicalResult verifyValueAttribute(Operation *op, NamedAttribute attribute,
                                          Type type, const Twine &where) {
  StringRef name = attribute.getName();
  if (name == kNameAttr) {
    if (isa<StringAttr>(attribute.getValue()))
      return success();
    return op->emitOpError() << "expects '" << kNameAttr << "' on " << where
                             << " to be a string, found " << attribute.getValue();
  }
  if (name == kDimsAttr) {
    auto dims = dyn_cast<ArrayAttr>(attribute.getValue());
    auto shaped = dyn_cast<ShapedType>(type);
    if (dims && shaped && shaped.hasRank() &&
        static_cast<int64_t>(dims.size()) == shaped.getRank() &&
        llvm::all_of(dims, llvm::IsaPred<StringAttr>))
      return success();
    return op->emitOpError() << "expects '" << kDimsAttr << "' on " << where
                             << " to be one string per dimension of " << type << ", found "
                             << attribute.getValue();
  }
  return op->emitOpError() << "has attribute '" << name << "' on " << where
                           << "; expected '" << kNameAttr << "' or '" << kDimsAttr << "'";
}

LogicalResult NNDialect::verifyRegionArgAttribute(Operation *op, unsigned regionIndex,
                                                  unsigned argIndex,
                                                  NamedAttribute attribute) {
  Type type = cast<FunctionOpInterface>(op).getArgumentTypes()[argIndex];
  return verifyValueAttribute(op, attribute, type, "argument " + Twine(argIndex));
}

LogicalResult NNDialect::verifyRegionResultAttribute(Operation *op, unsigned regionIndex,
                                                     unsigned resultIndex,
                                                     NamedAttribute attribute) {
  Type type = cast<FunctionOpInterface>(op).getResultTypes()[resultIndex];
  return verifyValueAttribute(op, attribute, type, "result " + Twine(resultIndex));
}
