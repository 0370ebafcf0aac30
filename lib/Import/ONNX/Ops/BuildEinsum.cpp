//===- BuildEinsum.cpp - Builder: sums of products named by letters -------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/Compose.h"
#include "Ops/OpTable.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/StringExtras.h"
#include <map>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

/// The name of a dimension: a letter, or a number from kEllipsis on for those that an
/// ellipsis stands for, the last one first.
using Label = int;
using Labels = SmallVector<Label>;
static constexpr Label kEllipsis = 256;

namespace {
struct Term {
  Value value;
  Labels labels;
};

class Einsum {
public:
  explicit Einsum(NodeBuilder &node) : node(node) {}
  Value run();

private:
  bool parse();
  bool readTerm(StringRef text, Value operand, Term &term);
  void readResult(std::optional<StringRef> text);
  Term uniqueLabels(Term term);
  Term sumOut(Term term, const Labels &kept);
  Term arrange(Term term, const Labels &order);
  struct Roles {
    Labels both, rows, columns, inner;
  };
  Roles rolesOf(const Term &lhs, const Term &rhs, const Labels &kept) const;
  bool isMatrixProduct(const Term &lhs, const Term &rhs, const Roles &roles);
  Value leftFactor(const Term &lhs, const Roles &roles);
  Value rightFactor(const Term &rhs, const Roles &roles);
  Term multiply(Term lhs, Term rhs, const Labels &kept);
  Term multiplyElements(Term lhs, Term rhs, const Labels &kept);
  std::optional<int64_t> sizeOf(const Labels &labels) const;
  Value mergeLast(Value value, size_t count, int64_t size);

  NodeBuilder &node;
  SmallVector<Term> terms;
  Labels result;
  int64_t ellipsisRank = 0;
  std::map<Label, int64_t> sizes;
};
} // namespace

static bool contains(const Labels &labels, Label label) {
  return llvm::is_contained(labels, label);
}

//===----------------------------------------------------------------------===//
// The equation
//===----------------------------------------------------------------------===//

/// Returns the labels of a term of `rank` dimensions; nullopt if the text does not have as
/// many.
static std::optional<Labels> parseLabels(StringRef text, int64_t rank) {
  Labels labels;
  size_t dots = text.find("...");
  int64_t letters = text.size() - (dots == StringRef::npos ? 0 : 3);
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == dots) {
      for (int64_t k = rank - letters; k > 0; --k)
        labels.push_back(kEllipsis + k - 1);
      i += 2;
    } else if (llvm::isAlpha(text[i])) {
      labels.push_back(text[i]);
    } else {
      return std::nullopt;
    }
  }
  return static_cast<int64_t>(labels.size()) == rank ? std::optional(labels) : std::nullopt;
}

bool Einsum::readTerm(StringRef text, Value operand, Term &term) {
  if (!operand)
    return false;
  auto type = tensorOf(operand);
  auto labels = parseLabels(text, type.getRank());
  if (!labels) {
    node.invalid(fmt::format("the term {} does not name the {} dimensions of its operand",
                             quote(text), type.getRank()));
    return false;
  }
  term = {operand, *labels};
  for (auto [label, dim] : llvm::zip(*labels, type.getShape())) {
    int64_t &size = sizes.try_emplace(label, dim).first->second;
    if (size == 1 || (ShapedType::isDynamic(size) && dim != 1))
      size = dim;
    if (size != dim && dim != 1 && !ShapedType::isDynamic(dim)) {
      node.invalid(fmt::format("a dimension has {} elements in one term and {} in another",
                               size, dim));
      return false;
    }
    if (label >= kEllipsis)
      ellipsisRank = std::max<int64_t>(ellipsisRank, label - kEllipsis + 1);
  }
  return true;
}

/// Without a right side the result has the letters that occur once, in alphabetical order,
/// after the dimensions of the ellipsis.
void Einsum::readResult(std::optional<StringRef> text) {
  if (text) {
    int64_t letters = text->size();
    if (text->contains("..."))
      letters += ellipsisRank - 3;
    auto labels = parseLabels(*text, letters);
    if (labels)
      result = *labels;
    if (!labels || llvm::any_of(result, [&](Label label) {
          return !sizes.count(label) || llvm::count(result, label) != 1;
        }))
      node.invalid(fmt::format(
          "the result {} does not consist of distinct letters of its terms", quote(*text)));
    return;
  }
  for (Label k = ellipsisRank; k > 0; --k)
    result.push_back(kEllipsis + k - 1);
  for (auto [label, size] : sizes) {
    int64_t count = 0;
    for (const Term &term : terms)
      count += llvm::count(term.labels, label);
    if (label < kEllipsis && count == 1)
      result.push_back(label);
  }
}

bool Einsum::parse() {
  std::string equation = node.stringAttribute("equation", "");
  llvm::erase(equation, ' ');
  auto [left, right] = StringRef(equation).split("->");
  SmallVector<StringRef> texts;
  left.split(texts, ',');
  if (static_cast<int64_t>(texts.size()) != node.numOperands()) {
    node.invalid(fmt::format("its equation {} has {} terms, and there are {} operands",
                             quote(equation), texts.size(), node.numOperands()));
    return false;
  }
  for (auto [i, text] : llvm::enumerate(texts)) {
    Term term;
    if (!readTerm(text, node.operand(i), term))
      return false;
    terms.push_back(term);
  }
  bool hasResult = StringRef(equation).contains("->");
  readResult(hasResult ? std::optional(right) : std::nullopt);
  return true;
}

//===----------------------------------------------------------------------===//
// Terms
//===----------------------------------------------------------------------===//

/// Handles a letter that a term has twice: elements off the diagonal count as zero.
Term Einsum::uniqueLabels(Term term) {
  for (size_t i = 0; i < term.labels.size(); ++i)
    for (size_t j = i + 1; j < term.labels.size() && term.value;) {
      if (term.labels[i] != term.labels[j]) {
        ++j;
        continue;
      }
      int64_t rank = term.labels.size();
      Value rows = rangeOf(node, term.value, i), columns = rangeOf(node, term.value, j);
      auto beside = [&](Value range, int64_t axis) {
        SmallVector<int64_t> dims(rank - axis, 1);
        dims.front() = range ? tensorOf(range).getDimSize(0) : 1;
        return reshape(node, range, dims);
      };
      Value isOn =
          compare(node, nn::ComparePredicate::Equal, beside(rows, i), beside(columns, j));
      Value kept =
          node.create<nn::WhereOp>({isOn, term.value, scalarLike(node, term.value, 0)});
      term.value = reduce(node, nn::ReduceKind::Sum, kept, static_cast<int64_t>(j),
                          /*keepDims=*/false);
      term.labels.erase(term.labels.begin() + j);
    }
  return term;
}

/// Sums over the dimensions that no other term and not the result has.
Term Einsum::sumOut(Term term, const Labels &kept) {
  SmallVector<int64_t> axes;
  Labels left;
  for (auto [i, label] : llvm::enumerate(term.labels))
    contains(kept, label) ? left.push_back(label) : axes.push_back(i);
  term.value = reduce(node, nn::ReduceKind::Sum, term.value, axes, /*keepDims=*/false);
  term.labels = left;
  return term;
}

/// Returns the term with exactly these dimensions: 1 where the term has none.
Term Einsum::arrange(Term term, const Labels &order) {
  SmallVector<int64_t> permutation;
  for (Label label : order)
    if (contains(term.labels, label))
      permutation.push_back(llvm::find(term.labels, label) - term.labels.begin());
  if (!llvm::is_sorted(permutation))
    term.value = transpose(node, term.value, permutation);
  for (auto [i, label] : llvm::enumerate(order))
    if (!contains(term.labels, label))
      term.value = insertDim(node, term.value, i);
  term.labels = order;
  return term;
}

/// Returns the product of the sizes, if all are known.
std::optional<int64_t> Einsum::sizeOf(const Labels &labels) const {
  int64_t product = 1;
  for (Label label : labels) {
    int64_t size = sizes.at(label);
    if (ShapedType::isDynamic(size) ||
        size > kMaxTensorBytes / std::max<int64_t>(product, 1))
      return std::nullopt;
    product *= size;
  }
  return product;
}

/// Merges the last `count` dimensions to one of `size`; a single one is left as it is.
Value Einsum::mergeLast(Value value, size_t count, int64_t size) {
  if (!value || count == 1)
    return value;
  SmallVector<int64_t> dims(tensorOf(value).getShape().drop_back(count));
  dims.push_back(size);
  return reshape(node, value, dims);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Computes the product of two terms by its definition: multiply, then sum.
Term Einsum::multiplyElements(Term lhs, Term rhs, const Labels &kept) {
  Labels all = lhs.labels;
  for (Label label : rhs.labels)
    if (!contains(all, label))
      all.push_back(label);
  Value product = mul(node, arrange(lhs, all).value, arrange(rhs, all).value);
  return sumOut({product, all}, kept);
}

/// Classifies the letters of two terms by their part in a matrix product: those of both
/// that are kept are leading dimensions, those of both that are not kept are summed over.
Einsum::Roles Einsum::rolesOf(const Term &lhs, const Term &rhs, const Labels &kept) const {
  Roles roles;
  for (Label label : lhs.labels)
    (!contains(rhs.labels, label) ? roles.rows
     : contains(kept, label)      ? roles.both
                                  : roles.inner)
        .push_back(label);
  for (Label label : rhs.labels)
    if (!contains(lhs.labels, label))
      roles.columns.push_back(label);
  return roles;
}

/// Returns true if a matrix product computes it. A dimension of 1 that is repeated, or one
/// whose size only another term knows, cannot be a dimension of a matrix.
bool Einsum::isMatrixProduct(const Term &lhs, const Term &rhs, const Roles &roles) {
  Type element = tensorOf(lhs.value).getElementType();
  bool isProduct = (isa<FloatType>(element) || element.isSignlessInteger(32)) &&
                   !roles.inner.empty() && !roles.columns.empty() &&
                   (roles.inner.size() == 1 || sizeOf(roles.inner)) &&
                   (roles.columns.size() == 1 || sizeOf(roles.columns));
  auto isWhole = [&](const Term &term, Label label) {
    size_t axis = llvm::find(term.labels, label) - term.labels.begin();
    return tensorOf(term.value).getDimSize(axis) == sizes.at(label);
  };
  for (Label label : roles.inner)
    isProduct &= isWhole(lhs, label) && isWhole(rhs, label);
  for (Label label : roles.columns)
    isProduct &= isWhole(rhs, label);
  return isProduct;
}

/// Returns the left factor: leading dimensions, rows, and the sums as one dimension.
Value Einsum::leftFactor(const Term &lhs, const Roles &roles) {
  Labels order = roles.both;
  order.append(roles.rows);
  order.append(roles.inner);
  Value left = mergeLast(arrange(lhs, order).value, roles.inner.size(),
                         sizeOf(roles.inner).value_or(0));
  if (roles.rows.empty() && left)
    left = insertDim(node, left, roles.both.size());
  return left;
}

/// Returns the right factor: leading dimensions, the sums as one, and the columns as one.
Value Einsum::rightFactor(const Term &rhs, const Roles &roles) {
  Labels order = roles.both;
  order.append(roles.inner);
  order.append(roles.columns);
  Value right = mergeLast(arrange(rhs, order).value, roles.columns.size(),
                          sizeOf(roles.columns).value_or(0));
  if (right && roles.inner.size() > 1) {
    SmallVector<int64_t> dims(tensorOf(right).getShape().take_front(roles.both.size()));
    dims.append({*sizeOf(roles.inner), tensorOf(right).getShape().back()});
    right = reshape(node, right, dims);
  }
  for (size_t i = 1; i < roles.rows.size(); ++i)
    right = insertDim(node, right, roles.both.size());
  return right;
}

/// Returns the product of two terms: a matrix product if possible, otherwise by its
/// definition.
Term Einsum::multiply(Term lhs, Term rhs, const Labels &kept) {
  Roles roles = rolesOf(lhs, rhs, kept);
  if (!isMatrixProduct(lhs, rhs, roles))
    return multiplyElements(lhs, rhs, kept);
  Value left = leftFactor(lhs, roles);
  Value right = rightFactor(rhs, roles);
  Value product = binary<nn::MatmulOp>(node, left, right);
  if (!product)
    return {};
  SmallVector<int64_t> dims(tensorOf(product).getShape());
  if (roles.rows.empty())
    dims.erase(dims.end() - 2);
  if (roles.columns.size() > 1) {
    dims.pop_back();
    for (Label label : roles.columns)
      dims.push_back(sizes.at(label));
  }
  Labels labels = roles.both;
  labels.append(roles.rows);
  labels.append(roles.columns);
  return {reshape(node, product, dims), labels};
}

Value Einsum::run() {
  if (!parse())
    return {};
  for (Term &term : terms)
    term = uniqueLabels(term);
  Term sum = terms.front();
  for (size_t i = 0; i < terms.size(); ++i) {
    Labels kept = result;
    for (const Term &term : ArrayRef(terms).drop_front(i + 1))
      kept.append(term.labels);
    if (i > 0 && sum.value && terms[i].value) {
      Labels own = kept;
      own.append(sum.labels);
      sum = multiply(sum, sumOut(terms[i], own), kept);
    }
    Labels next = kept;
    if (i == 0 && terms.size() > 1)
      next.append(terms[1].labels);
    if (sum.value)
      sum = sumOut(sum, next);
  }
  return sum.value ? arrange(sum, result).value : Value();
}

Value onnx_import::buildEinsum(NodeBuilder &node) {
  if (node.numOperands() < 1)
    return node.invalid("it has no operands");
  return Einsum(node).run();
}
