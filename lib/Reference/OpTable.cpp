//===- OpTable.cpp - The functions that evaluate operations ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpTable.h"
#include "tacit/Reference/Evaluator.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

llvm::Error reference::failAt(Operation *op, const llvm::Twine &message) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '\'' << op->getName() << '\'';
  // An imported operation is located by the name of its ONNX node.
  if (auto node = op->getLoc()->findInstanceOf<NameLoc>())
    os << " (node '" << node.getName().getValue() << "')";
  else if (auto place = op->getLoc()->findInstanceOf<FileLineColLoc>())
    os << " at " << place.getFilename().getValue() << ':' << place.getLine() << ':'
       << place.getColumn();
  os << ": " << message;
  return llvm::createStringError(text);
}

Results OpTable::evaluate(Operation *op, Operands operands) const {
  auto found = functions.find(op->getName().getStringRef());
  if (found == functions.end())
    return failAt(op, "the reference does not evaluate this operation; expected those of "
                      "nn and mpc");
  return found->second(op, operands);
}

Results OpTable::asList(llvm::Expected<Tensor> tensor) {
  if (!tensor)
    return tensor.takeError();
  std::vector<Tensor> list;
  list.push_back(std::move(*tensor));
  return list;
}

//===----------------------------------------------------------------------===//
// Construction of tensors
//===----------------------------------------------------------------------===//

Type reference::elementTypeOf(Operation *op) {
  return elementTypeOf(op->getResult(0).getType());
}

llvm::Expected<Tensor> reference::makeTensor(Operation *op, Shape shape, Type elementType) {
  if (countElements(shape) >= 0)
    return Tensor(shape, elementType);
  std::string dims;
  llvm::raw_string_ostream os(dims);
  llvm::interleave(shape, os, "x");
  return failAt(op, "found a tensor of " + llvm::Twine(dims) +
                        " elements; expected at most 2^28");
}

llvm::Error reference::checkShape(Operation *op, StringRef what, const Tensor &tensor,
                                  Shape expected) {
  if (tensor.getShape() == expected)
    return llvm::Error::success();
  Tensor like({}, tensor.getElementType());
  std::string dims;
  llvm::raw_string_ostream os(dims);
  for (int64_t dim : expected)
    os << dim << 'x';
  return failAt(op, "found " + what + " of " + describe(tensor) + "; expected " + dims +
                        describe(like));
}

llvm::Expected<Tensor>
reference::rearrange(Operation *op, Shape shape, const Tensor &source,
                     llvm::function_ref<int64_t(ArrayRef<int64_t>)> from) {
  auto result = makeTensor(op, shape, source.getElementType());
  if (!result)
    return result.takeError();
  int64_t k = 0;
  for (const Index &index : Positions(shape)) {
    if (source.isFloat())
      result->real(k++) = source.real(from(index));
    else
      result->integer(k++) = source.integer(from(index));
  }
  return result;
}

llvm::Expected<Index> reference::broadcastShapes(Operation *op, ArrayRef<Shape> shapes) {
  Index result;
  for (Shape shape : shapes) {
    while (result.size() < shape.size())
      result.insert(result.begin(), 1);
    for (size_t i = 0; i < shape.size(); ++i) {
      int64_t &dim = result[result.size() - shape.size() + i];
      if (dim == 1)
        dim = shape[i];
      else if (shape[i] != 1 && shape[i] != dim)
        return failAt(op, "found dimensions of " + llvm::Twine(dim) + " and " +
                              llvm::Twine(shape[i]) +
                              "; expected equal ones, or one of them 1");
    }
  }
  return result;
}

Index reference::withDim(Shape shape, int64_t axis, int64_t dim) {
  Index result(shape);
  result[axis] = dim;
  return result;
}

Rows::Rows(Shape shape, int64_t axis) : length(shape[axis]), stride(1) {
  for (int64_t dim : shape.drop_front(axis + 1))
    stride *= dim;
  count = stride;
  for (int64_t dim : shape.take_front(axis))
    count *= dim;
}
