//===- Primitive.cpp - A program of one operation -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Cost/Primitive.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Traits.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Nearest.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tacit;

using mpc::WorkloadKind;

/// This is more than any program has, and small enough for sums of its bytes.
static constexpr int64_t kMaxElements = int64_t(1) << 40;

/// Sharing makes secrets rather than taking them, local work has no cost, and bits come
/// from nowhere but a comparison.
static bool isOnSecrets(WorkloadKind kind) {
  return !llvm::is_contained({WorkloadKind::Local, WorkloadKind::Share,
                              WorkloadKind::OneHot, WorkloadKind::BitToArithmetic},
                             kind);
}

std::vector<std::string> cost::primitiveNames() {
  std::vector<std::string> names;
  for (unsigned i = 0; i <= mpc::getMaxEnumValForWorkloadKind(); ++i)
    if (auto kind = static_cast<WorkloadKind>(i); isOnSecrets(kind))
      names.push_back(stringifyWorkloadKind(kind).str());
  return names;
}

/// Returns the operation and the form of GELU that `name` stands for.
static llvm::Expected<std::pair<WorkloadKind, mpc::GeluKind>> readName(StringRef name) {
  auto [operation, form] = name.split('=');
  auto kind = mpc::symbolizeWorkloadKind(operation);
  if (!kind || !isOnSecrets(*kind)) {
    std::vector<std::string> names = cost::primitiveNames();
    std::string near = nearest(operation, names);
    return fail(ErrorKind::InvalidArgument, "use one of: " + llvm::join(names, ", "),
                "'{}' is not an operation on secrets{}", operation.str(),
                near.empty() ? "" : "; did you mean '" + near + "'?");
  }
  if (!name.contains('='))
    return std::pair(*kind, mpc::GeluKind::Erf);
  auto gelu = numerics::symbolizeGeluKind(form);
  if (*kind != WorkloadKind::Gelu || !gelu)
    return fail(ErrorKind::InvalidArgument, "use gelu=puma, for example",
                "'{}' is not a form of an operation; expected gelu=FORM", name.str());
  return std::pair(*kind, *gelu);
}

using Shapes = SmallVector<std::vector<int64_t>, 2>;

/// Returns the shapes of the factors and of the product.
static llvm::Expected<Shapes> shapesOfMatmul(ArrayRef<std::vector<int64_t>> given) {
  Shapes shapes(given);
  if (given.size() == 1 && given.front().size() >= 3) {
    std::vector<int64_t> &left = shapes.front();
    int64_t columns = left.back();
    left.pop_back();
    shapes.push_back({left.back(), columns});
  }
  SmallVector<int64_t> batch;
  if (shapes.size() == 2 && shapes[0].size() >= 2 && shapes[1].size() >= 2 &&
      shapes[0].back() == shapes[1][shapes[1].size() - 2] &&
      OpTrait::util::getBroadcastedShape(ArrayRef(shapes[0]).drop_back(2),
                                         ArrayRef(shapes[1]).drop_back(2), batch)) {
    std::vector<int64_t> product(batch.begin(), batch.end());
    product.push_back(shapes[0][shapes[0].size() - 2]);
    product.push_back(shapes[1].back());
    shapes.push_back(std::move(product));
    return shapes;
  }
  return fail(ErrorKind::InvalidArgument,
              {"give three dimensions or more", Setting::PrimitiveShape},
              "matmul multiplies MxK by KxN; expected a size of MxKxN, or of both factors");
}

/// Returns the shapes of the operands, and of the result if it is larger.
static llvm::Expected<Shapes> shapesOf(WorkloadKind kind,
                                       ArrayRef<std::vector<int64_t>> given) {
  if (kind == WorkloadKind::Matmul)
    return shapesOfMatmul(given);
  Shapes shapes(given);
  if (kind == WorkloadKind::Multiply) {
    if (given.size() == 1)
      shapes.push_back(given.front());
    SmallVector<int64_t> result;
    if (shapes.size() == 2 &&
        OpTrait::util::getBroadcastedShape(shapes[0], shapes[1], result)) {
      shapes.emplace_back(result.begin(), result.end());
      return shapes;
    }
    return fail(ErrorKind::InvalidArgument, "give 128x128,128x1, for example",
                "mul has two factors; expected shapes that broadcast");
  }
  if (shapes.size() == 1)
    return shapes;
  return fail(ErrorKind::InvalidArgument, "give one shape",
              "'{}' has one operand, and {} shapes are given",
              stringifyWorkloadKind(kind).str(), shapes.size());
}

static llvm::Error checkSize(ArrayRef<int64_t> shape) {
  __int128 elements = 1;
  for (int64_t dim : shape)
    elements = std::min<__int128>(elements * dim, __int128(kMaxElements) + 1);
  if (elements > kMaxElements)
    return fail(ErrorKind::InvalidArgument, "give it smaller dimensions",
                "the operation has more than 2^40 elements");
  return llvm::Error::success();
}

namespace {
struct Ring {
  int64_t width, fraction;
};

class PrimitiveBuilder {
public:
  PrimitiveBuilder(OpBuilder &builder, const Ring &ring, mpc::GeluKind gelu,
                   Block *arguments)
      : builder(builder), loc(builder.getUnknownLoc()), ring(ring), gelu(gelu),
        arguments(arguments) {}

  void build(WorkloadKind kind, ArrayRef<std::vector<int64_t>> shapes);

private:
  Value share(ArrayRef<int64_t> shape, int64_t fraction) {
    auto plain = RankedTensorType::get(shape, builder.getF32Type());
    return mpc::ShareOp::create(builder, loc, arguments->addArgument(plain, loc),
                                mpc::Party::Client, ring.width, fraction);
  }
  void buildUnary(WorkloadKind kind, Value x);

  OpBuilder &builder;
  Location loc;
  const Ring &ring;
  mpc::GeluKind gelu;
  Block *arguments;
};
} // namespace

void PrimitiveBuilder::buildUnary(WorkloadKind kind, Value x) {
  int64_t axis = cast<mpc::ShareType>(x.getType()).getRank() - 1;
  FloatAttr epsilon = builder.getF32FloatAttr(1e-5f);
  switch (kind) {
  case WorkloadKind::Max:
    mpc::MaxOp::create(builder, loc, x, axis);
    return;
  case WorkloadKind::Softmax:
    mpc::SoftmaxOp::create(builder, loc, x, /*keep=*/Value(), axis);
    return;
  case WorkloadKind::LayerNorm:
    mpc::LayerNormOp::create(builder, loc, x, epsilon);
    return;
  case WorkloadKind::RMSNorm:
    mpc::RMSNormOp::create(builder, loc, x, epsilon);
    return;
  case WorkloadKind::Square:
    mpc::SquareOp::create(builder, loc, x);
    return;
  case WorkloadKind::IsNegative:
    mpc::IsNegativeOp::create(builder, loc, x);
    return;
  case WorkloadKind::MostSignificantBit:
    mpc::MsbOp::create(builder, loc, x);
    return;
  case WorkloadKind::Reveal:
    mpc::RevealOp::create(builder, loc, x, mpc::Party::Client);
    return;
  case WorkloadKind::Gelu:
    mpc::GeluOp::create(builder, loc, x, gelu);
    return;
  default: // an operation of one operand whose result has the same type
    OperationState state(loc, ("mpc." + stringifyWorkloadKind(kind)).str(), x, x.getType());
    builder.create(state);
  }
}

void PrimitiveBuilder::build(WorkloadKind kind, ArrayRef<std::vector<int64_t>> shapes) {
  int64_t fraction = ring.fraction;
  bool isTruncate = kind == WorkloadKind::Truncate;
  Value x = share(shapes[0], isTruncate ? 2 * fraction : fraction);
  if (isTruncate)
    mpc::TruncateOp::create(builder, loc, x, fraction);
  else if (kind == WorkloadKind::Multiply)
    mpc::MulOp::create(builder, loc, x, share(shapes[1], fraction));
  else if (kind == WorkloadKind::Matmul)
    mpc::MatmulOp::create(builder, loc, x, share(shapes[1], fraction));
  else
    buildUnary(kind, x);
}

llvm::Expected<OwningOpRef<ModuleOp>>
cost::makePrimitive(StringRef name, ArrayRef<std::vector<int64_t>> given, int64_t width,
                    int64_t fraction, MLIRContext *context) {
  auto operation = readName(name);
  if (!operation)
    return operation.takeError();
  auto [kind, gelu] = *operation;
  auto shapes = shapesOf(kind, given);
  if (!shapes)
    return shapes.takeError();
  for (const std::vector<int64_t> &shape : *shapes)
    if (auto error = checkSize(shape))
      return std::move(error);
  OpBuilder builder(context);
  Location loc = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  auto main = func::FuncOp::create(builder, loc, "main", builder.getFunctionType({}, {}));
  Block *body = main.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  PrimitiveBuilder(builder, Ring{width, fraction}, gelu, body).build(kind, *shapes);
  func::ReturnOp::create(builder, loc);
  main.setType(builder.getFunctionType(body->getArgumentTypes(), {}));
  return module;
}
