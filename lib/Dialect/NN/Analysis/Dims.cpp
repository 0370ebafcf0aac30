//===- Dims.cpp - Analysis of free dimensions -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DimInference.h"
#include "mlir/IR/Matchers.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// Facts that are found late help operations that come early. Every round finds at least
/// one fact; more rounds than this would prove little more.
static constexpr int kMaxRounds = 16;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// Returns the name of dimension `dim`, free or not; empty if it has none.
static StringRef givenName(func::FuncOp main, unsigned argument, int64_t dim) {
  auto names = main.getArgAttrOfType<ArrayAttr>(argument, kDimsAttr);
  if (!names || dim >= static_cast<int64_t>(names.size()))
    return {};
  auto name = dyn_cast<StringAttr>(names[dim]);
  return name ? name.getValue() : StringRef();
}

std::string tacit::nn::freeDimName(func::FuncOp main, unsigned argument, int64_t dim) {
  if (StringRef name = givenName(main, argument, dim); !name.empty())
    return name.str();
  auto input = main.getArgAttrOfType<StringAttr>(argument, kNameAttr);
  return ((input ? input.getValue().str() : "argument " + std::to_string(argument)) + "[" +
          std::to_string(dim) + "]");
}

SmallVector<FreeDim> tacit::nn::freeDims(func::FuncOp main) {
  SmallVector<FreeDim> found;
  llvm::StringSet<> seen;
  for (BlockArgument argument : main.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    for (int64_t dim = 0; type && dim < type.getRank(); ++dim) {
      if (!type.isDynamicDim(dim))
        continue;
      std::string name = freeDimName(main, argument.getArgNumber(), dim);
      if (seen.insert(name).second)
        found.push_back({name, argument.getArgNumber(), dim});
    }
  }
  return found;
}

/// Exporters name a dimension "past + seq" if it is the sum of two others. Returns nullopt
/// if a part is neither a number nor one of `names`.
static SizeExpr parseSum(SizeTable &table, StringRef text, const llvm::StringSet<> &names) {
  SizeExpr sum = table.constant(0);
  SmallVector<StringRef> parts;
  text.split(parts, '+');
  for (StringRef part : parts) {
    int64_t number;
    part = part.trim();
    if (!part.getAsInteger(10, number) && number >= 0)
      sum = table.add(sum, table.constant(number));
    else if (names.contains(part))
      sum = table.add(sum, table.symbol(part));
    else
      return {};
  }
  return parts.size() > 1 ? sum : SizeExpr();
}

void DimInference::visitArguments(func::FuncOp main) {
  llvm::StringSet<> names;
  for (const FreeDim &free : freeDims(main))
    names.insert(free.name);
  for (BlockArgument argument : main.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    SizeList list;
    for (int64_t dim = 0; type && dim < type.getRank(); ++dim) {
      unsigned number = argument.getArgNumber();
      if (type.isDynamicDim(dim)) {
        list.push_back(table.symbol(freeDimName(main, number, dim)));
        continue;
      }
      list.push_back(table.constant(type.getDimSize(dim)));
      StringRef name = givenName(main, number, dim);
      if (names.contains(name))
        require(table.symbol(name), list.back());
    }
    dims.sizes[argument] = list;
    if (type)
      dims.spans[argument] = spanOfArgument(argument);
  }
  for (const FreeDim &free : freeDims(main))
    if (SizeExpr sum = parseSum(table, free.name, names))
      require(table.symbol(free.name), sum);
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

std::string tacit::nn::describe(const SizeTable &table, const SizeCheck &check) {
  std::string a = table.print(check.a), b = table.print(check.b), text;
  switch (check.kind) {
  case SizeCheck::Kind::Equal:
    text = "expected " + a + " to be " + b;
    break;
  case SizeCheck::Kind::AtMost:
    text = "expected " + a + " to be at most " + b;
    break;
  case SizeCheck::Kind::OneOr:
    text = "expected " + a + " to be 1 or " + b;
    break;
  case SizeCheck::Kind::Broadcast:
    text = "expected " + a + " and " + b + " to be equal, or one of them to be 1";
    break;
  }
  if (!check.op)
    return text + ", as the names of the inputs say";
  std::string name = check.op->getName().getStringRef().str();
  if (auto node = check.op->getLoc()->findInstanceOf<NameLoc>())
    name += " of node '" + node.getName().str() + "'";
  return text + " at " + name;
}

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

Dims::Dims(func::FuncOp main) {
  size_t numFacts;
  int round = 0;
  do {
    numFacts = facts.size();
    sizes.clear();
    elements.clear();
    spans.clear();
    starts.clear();
    allProblems.clear();
    allChecks.clear();
    DimInference inference(*this);
    inference.visitArguments(main);
    for (Operation &op : main.getBody().front())
      inference.visit(&op);
  } while (facts.size() > numFacts && ++round < kMaxRounds);
  allChecks.insert(allChecks.begin(), facts.begin(), facts.end());
  main.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) { reportUnknown(op); });
}

/// Reports a dimension that follows from nothing, at the operation that introduces it.
void Dims::reportUnknown(Operation *op) {
  auto isKnown = [&](Value value) {
    return !isa<RankedTensorType>(value.getType()) ||
           !llvm::is_contained(sizesOf(value), SizeExpr());
  };
  bool isReported = llvm::any_of(
      allProblems, [&](const SizeProblem &problem) { return problem.op == op; });
  auto scan = dyn_cast<ScanOp>(op);
  if (isReported || llvm::all_of(op->getResults(), isKnown) ||
      !llvm::all_of(op->getOperands(), isKnown) ||
      (scan && !llvm::all_of(scan.getYielded(), isKnown)))
    return;
  std::string text;
  llvm::raw_string_ostream(text) << "gives '" << op->getResult(0).getType()
                                 << "', and its free dimensions follow from no input";
  allProblems.push_back({op, text});
}

SizeList Dims::sizesOf(Value value) {
  SizeList list;
  auto found = sizes.find(value);
  if (found == sizes.end())
    return SizeList(tensorOf(value).getRank());
  for (SizeExpr size : found->second)
    list.push_back(sizeTable.resolve(size));
  return list;
}

std::optional<SizeList> Dims::elementsOf(Value value) {
  auto found = elements.find(value);
  if (found == elements.end())
    return std::nullopt;
  SizeList list;
  for (SizeExpr element : found->second)
    list.push_back(sizeTable.resolve(element));
  return list;
}

SizeSpan Dims::spanOf(Value value) {
  SizeSpan span = spans.lookup(value);
  return {sizeTable.resolve(span.low), sizeTable.resolve(span.high), span.isTight};
}

SizeList Dims::startsOf(Operation *slice) {
  SizeList list;
  for (SizeExpr start : starts.lookup(slice))
    list.push_back(sizeTable.resolve(start));
  return list;
}

void DimInference::setStarts(Operation *slice, ArrayRef<SizeExpr> starts) {
  dims.starts[slice] = SizeList(starts);
}

/// Operations of other dialects have the shape of their first operand, if any.
SizeList DimInference::inferSizes(OpResult result) {
  Operation *op = result.getOwner();
  if (auto sized = dyn_cast<SizesOpInterface>(op))
    return sized.inferSizes(*this, result.getResultNumber());
  return detail::inferDefaultSizes(*this, op, result.getResultNumber());
}

/// Elements are tracked only for small tensors, and only if all of them are known.
std::optional<SizeList> DimInference::inferElements(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  auto sized = dyn_cast<SizesOpInterface>(op);
  if (!type || !sized || !type.hasStaticShape() ||
      type.getNumElements() > kMaxInferredElements)
    return std::nullopt;
  auto found = sized.inferElements(*this);
  if (!found || static_cast<int64_t>(found->size()) != type.getNumElements() ||
      llvm::is_contained(*found, SizeExpr()))
    return std::nullopt;
  return found;
}

/// Visits the body of a loop once: its states keep their sizes.
void DimInference::visitBody(ScanOp scan) {
  current = scan;
  SizeExpr steps = scan.inferSteps(*this);
  dims.sizes[scan.getStep()] = {};
  if (steps)
    dims.spans[scan.getStep()] = {table.constant(0),
                                  table.subtract(steps, table.constant(1))};
  for (auto [state, init] : llvm::zip(scan.getStateArguments(), scan.getStates()))
    dims.sizes[state] = sizesOf(init);
  for (auto [slice, input] : llvm::zip(scan.getSliceArguments(), scan.getInputs())) {
    dims.sizes[slice] = SizeList(ArrayRef(sizesOf(input)).drop_front());
    // A slice has the range of all of its input.
    SizeSpan span = spanOf(input);
    dims.spans[slice] = {span.low, span.high};
  }
  for (BlockArgument argument : scan.getBody().getArguments())
    requireStated(argument, dims.sizes[argument]);
  {
    llvm::SaveAndRestore inLoop(runs, runs ? table.multiply(runs, steps) : steps);
    for (Operation &op : scan.getBody().front())
      visit(&op);
  }
  current = scan;
  scan.requireSizes(*this);
}

/// A dimension that the type states is known, however the program computes it.
void DimInference::requireStated(Value value, SizeList &list) {
  for (auto [size, dim] : llvm::zip(list, tensorOf(value).getShape())) {
    if (ShapedType::isDynamic(dim))
      continue;
    if (size)
      require(size, table.constant(dim));
    size = table.constant(dim);
  }
}

void DimInference::visit(Operation *op) {
  if (auto scan = dyn_cast<ScanOp>(op))
    visitBody(scan);
  current = op;
  for (OpResult result : op->getResults()) {
    auto type = dyn_cast<RankedTensorType>(result.getType());
    if (!type)
      continue;
    SizeList list = inferSizes(result);
    list.resize(type.getRank());
    requireStated(result, list);
    dims.sizes[result] = list;
  }
  if (op->getNumResults() == 1)
    if (auto list = inferElements(op))
      dims.elements[op->getResult(0)] = *list;
  for (OpResult result : op->getResults())
    if (isa<RankedTensorType>(result.getType()))
      setSpan(result);
}

//===----------------------------------------------------------------------===//
// Ranges of elements
//===----------------------------------------------------------------------===//

/// Returns n if `op` asserts that elements lie in [-n, n-1], else 0.
static int64_t assertedBound(AssertRangeOp op) {
  Attribute low, high;
  if (!matchPattern(op.getLow(), m_Constant(&low)) ||
      !matchPattern(op.getHigh(), m_Constant(&high)))
    return 0;
  auto first = readIntegers(low), last = readIntegers(high);
  bool isIndex = first && last && last->front() >= 0 && ~last->front() == first->front();
  return isIndex ? last->front() + 1 : 0;
}

/// Returns the number of entries in which `use` looks up an index, or 0 if `use` is not
/// that of an index or the number is not known at compile time.
static int64_t lookedUpIn(OpOperand &use) {
  auto sizeOf = [](Value data, int64_t axis) {
    int64_t size = tensorOf(data).getDimSize(axis);
    return ShapedType::isDynamic(size) ? 0 : size;
  };
  if (auto op = dyn_cast<GatherOp>(use.getOwner()))
    return use == op.getIndicesMutable() ? sizeOf(op.getData(), op.getAxis()) : 0;
  if (auto op = dyn_cast<GatherElementsOp>(use.getOwner()))
    return use == op.getIndicesMutable() ? sizeOf(op.getData(), op.getAxis()) : 0;
  if (auto op = dyn_cast<AssertRangeOp>(use.getOwner()))
    return use == op.getInputMutable() ? assertedBound(op) : 0;
  auto op = dyn_cast<ScatterNDOp>(use.getOwner());
  bool isSingle = op && use == op.getIndicesMutable() &&
                  tensorOf(op.getIndices()).getShape().back() == 1;
  return isSingle ? sizeOf(op.getData(), 0) : 0;
}

int64_t tacit::nn::indexBound(Value argument) {
  int64_t bound = 0;
  // This is a work list and not a recursion because a chain can be as long as a file.
  SmallVector<Value> values{argument};
  llvm::SmallDenseSet<Value> seen;
  while (!values.empty()) {
    for (OpOperand &use : values.pop_back_val().getUses()) {
      Operation *user = use.getOwner();
      if (auto scan = dyn_cast<ScanOp>(user))
        if (Value slice = scan.getSliceOf(use); slice && seen.insert(slice).second)
          values.push_back(slice);
      auto movement = dyn_cast<MovementOpInterface>(user);
      bool isMoved =
          movement && movement.keepsAll() &&
          (!movement.getMovedOperand() || use.get() == movement.getMovedOperand());
      if ((isMoved || isa<CastOp, AssertRangeOp>(user)) &&
          isa<IntegerType>(getElementTypeOrSelf(use.get())) &&
          seen.insert(user->getResult(0)).second)
        values.push_back(user->getResult(0));
      int64_t size = lookedUpIn(use);
      if (size > 0 && (bound == 0 || size < bound))
        bound = size;
    }
  }
  return bound;
}

SizeSpan DimInference::spanOfArgument(Value argument) {
  auto [place, isNew] = dims.givenSpans.try_emplace(argument);
  if (!isNew)
    return place->second;
  SizeSpan span = detail::spanOfType(table, tensorOf(argument).getElementType());
  if (int64_t bound = indexBound(argument)) {
    span.low =
        span.low ? table.maximum(span.low, table.constant(-bound)) : table.constant(-bound);
    span.high = span.high ? table.minimum(span.high, table.constant(bound - 1))
                          : table.constant(bound - 1);
  }
  return place->second = span;
}

void DimInference::setSpan(OpResult result) {
  bool isGiven = isa<ConstantOp>(result.getOwner());
  auto given = isGiven ? dims.givenSpans.find(result) : dims.givenSpans.end();
  SizeSpan span =
      given != dims.givenSpans.end() ? given->second : detail::inferSpan(*this, result);
  if (isGiven)
    dims.givenSpans[result] = span;
  if (span.low || span.high)
    dims.spans[result] = span;
}

//===----------------------------------------------------------------------===//
// What has to hold
//===----------------------------------------------------------------------===//

void DimInference::fail(const Twine &text) {
  std::string whole;
  llvm::raw_string_ostream stream(whole);
  if (current)
    stream << "gives '" << current->getResult(0).getType() << "': ";
  stream << text;
  // A problem is reported once, however many results lead to it.
  bool isNew = llvm::none_of(dims.allProblems, [&](const SizeProblem &problem) {
    return problem.op == current && problem.text == whole;
  });
  if (isNew)
    dims.allProblems.push_back({current, whole});
}

void DimInference::check(SizeCheck::Kind kind, SizeExpr a, SizeExpr b) {
  SizeCheck made{kind, a, b, current};
  if (!llvm::is_contained(dims.allChecks, made))
    dims.allChecks.push_back(made);
}

/// Returns true if two sizes are the same, if necessary by requiring that a slice of a
/// table that is as long as a free dimension lies within the table.
bool DimInference::prove(SizeExpr a, SizeExpr b) {
  a = table.resolve(a), b = table.resolve(b);
  if (!a || !b || a == b)
    return true; // unknown sizes are reported at their origin
  SmallVector<std::pair<SizeExpr, SizeExpr>> limits;
  if (table.withoutLimits(a, limits) != table.withoutLimits(b, limits) || limits.empty())
    return false;
  for (auto [size, most] : limits)
    requireAtMost(size, most);
  return true;
}

/// A body needs elements only if it runs: a run without steps looks nothing up.
SizeExpr DimInference::ifRuns(SizeExpr least) {
  bool isCount = least && (table.asConstant(least) || table.bounds(least).high <= 1) &&
                 table.bounds(least).low >= 0;
  SizeExpr total = isCount ? table.multiply(least, runs) : SizeExpr();
  return total ? table.minimum(least, total) : least;
}

void DimInference::requireAtMost(SizeExpr a, SizeExpr b) {
  a = ifRuns(a);
  if (!a || !b || table.compare(SizePredicate::LessOrEqual, a, b) == true)
    return;
  if (table.compare(SizePredicate::LessOrEqual, a, b) == false)
    return fail("expected " + table.print(a) + " to be at most " + table.print(b));
  SizeCheck made{SizeCheck::Kind::AtMost, a, b, current};
  if (llvm::is_contained(dims.facts, made))
    return;
  dims.facts.push_back(made);
  table.limit(a, b);
}

void DimInference::require(SizeExpr a, SizeExpr b) {
  if (prove(a, b))
    return;
  a = table.resolve(a), b = table.resolve(b);
  if (!table.identify(a, b))
    return fail("expected " + table.print(a) + " to be " + table.print(b));
  SizeCheck made{SizeCheck::Kind::Equal, a, b, current};
  if (!llvm::is_contained(dims.facts, made))
    dims.facts.push_back(made);
}

/// A slice of one element is empty if there is none: x[:1] is often written to be repeated.
bool DimInference::isSingle(SizeExpr size) {
  if (table.asConstant(size))
    return table.asConstant(size) == 1;
  const SizeAtom *atom = table.asAtom(size);
  bool isPart = atom && atom->kind == SizeAtom::Kind::Minimum &&
                llvm::is_contained(atom->operands, table.constant(1));
  if (!isPart)
    return false;
  require(size, table.constant(1));
  return true;
}

void DimInference::requireRepeatable(SizeExpr size, SizeExpr wanted) {
  if (!size || isSingle(size) || prove(size, wanted))
    return;
  if (table.compare(SizePredicate::Equal, size, table.constant(1)) == false)
    return require(size, wanted);
  check(SizeCheck::Kind::OneOr, size, wanted);
}

SizeExpr DimInference::broadcast(SizeExpr a, SizeExpr b) {
  SizeExpr one = table.constant(1);
  if (!a || !b)
    return {};
  if (a == b)
    return a;
  if (isSingle(a) || isSingle(b))
    return isSingle(a) ? b : a;
  if (prove(a, b))
    return table.resolve(a);
  // A size that is not 1 is the result, whatever the other one is.
  for (auto [size, other] : {std::pair(a, b), std::pair(b, a)})
    if (table.compare(SizePredicate::Equal, size, one) == false) {
      requireRepeatable(other, size);
      return size;
    }
  check(SizeCheck::Kind::Broadcast, a, b);
  return table.choose(SizePredicate::Equal, a, one, b, a);
}
