//===- SizeExpr.cpp - Expressions in free dimensions ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/SizeExpr.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

using namespace tacit::nn;

using Kind = SizeAtom::Kind;

/// The limits exist because files from outside may multiply and nest sizes without end.
static constexpr size_t kMaxTerms = 64, kMaxDegree = 8, kMaxTable = 1 << 20;
static constexpr int kMaxDepth = 8;
/// A longer text is no help in a message.
static constexpr size_t kMaxText = 72;

static constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();

//===----------------------------------------------------------------------===//
// Polynomials
//===----------------------------------------------------------------------===//

/// The order of monomials: by the power of the first atom, then of the next one, the
/// highest first. Division depends on it.
static bool isAhead(const SizeTerm &a, const SizeTerm &b) {
  for (auto [x, y] : llvm::zip(a.atoms, b.atoms))
    if (x != y)
      return x < y;
  return a.atoms.size() > b.atoms.size();
}

SizeExpr SizeTable::intern(Polynomial polynomial) {
  llvm::sort(polynomial, isAhead);
  Polynomial sum;
  for (SizeTerm &term : polynomial) {
    if (sum.empty() || sum.back().atoms != term.atoms)
      sum.push_back(std::move(term));
    else if (llvm::AddOverflow(sum.back().coefficient, term.coefficient,
                               sum.back().coefficient))
      return {};
  }
  llvm::erase_if(sum, [](const SizeTerm &term) { return term.coefficient == 0; });
  if (sum.size() > kMaxTerms || polynomials.size() > kMaxTable)
    return {};
  auto [place, isNew] = polynomialIds.try_emplace(sum, polynomials.size());
  if (isNew)
    polynomials.push_back(std::move(sum));
  return SizeExpr(place->second);
}

SizeExpr SizeTable::intern(SizeAtom atom) {
  int depth = depthOf(atom);
  if (depth > kMaxDepth)
    return {};
  auto [place, isNew] = atomIds.try_emplace(atom, atoms.size());
  if (isNew) {
    atoms.push_back(std::move(atom));
    depths.push_back(depth);
  }
  return intern(Polynomial{SizeTerm{{place->second}, 1}});
}

int SizeTable::depthOf(const SizeAtom &atom) const {
  int depth = 0;
  for (SizeExpr operand : atom.operands)
    for (const SizeTerm &term : terms(operand))
      for (unsigned number : term.atoms)
        depth = std::max(depth, depths[number] + 1);
  return depth;
}

SizeExpr SizeTable::constant(int64_t value) {
  return intern(Polynomial{SizeTerm{{}, value}});
}

SizeExpr SizeTable::symbol(llvm::StringRef name) {
  return intern(SizeAtom{Kind::Symbol, name.str(), {}, {}});
}

SizeExpr SizeTable::atomExpr(unsigned number) {
  return intern(Polynomial{SizeTerm{{number}, 1}});
}

std::optional<int64_t> SizeTable::asConstant(SizeExpr a) const {
  if (!a)
    return std::nullopt;
  llvm::ArrayRef<SizeTerm> list = terms(a);
  if (list.empty())
    return 0;
  if (list.size() == 1 && list[0].atoms.empty())
    return list[0].coefficient;
  return std::nullopt;
}

const SizeAtom *SizeTable::asAtom(SizeExpr a) const {
  if (!a || terms(a).size() != 1 || terms(a)[0].coefficient != 1 ||
      terms(a)[0].atoms.size() != 1)
    return nullptr;
  return &atoms[terms(a)[0].atoms[0]];
}

llvm::StringRef SizeTable::asSymbol(SizeExpr a) const {
  const SizeAtom *found = asAtom(a);
  return found && found->kind == Kind::Symbol ? llvm::StringRef(found->name)
                                              : llvm::StringRef();
}

SizeExpr SizeTable::add(SizeExpr a, SizeExpr b) {
  if (!a || !b)
    return {};
  Polynomial sum = polynomials[a.index()];
  llvm::append_range(sum, polynomials[b.index()]);
  return intern(std::move(sum));
}

SizeExpr SizeTable::subtract(SizeExpr a, SizeExpr b) {
  return add(a, multiply(b, constant(-1)));
}

SizeExpr SizeTable::multiply(SizeExpr a, SizeExpr b) {
  if (!a || !b)
    return {};
  Polynomial product;
  for (const SizeTerm &x : polynomials[a.index()])
    for (const SizeTerm &y : polynomials[b.index()]) {
      SizeTerm term;
      if (llvm::MulOverflow(x.coefficient, y.coefficient, term.coefficient) ||
          x.atoms.size() + y.atoms.size() > kMaxDegree)
        return {};
      std::merge(x.atoms.begin(), x.atoms.end(), y.atoms.begin(), y.atoms.end(),
                 std::back_inserter(term.atoms));
      product.push_back(std::move(term));
    }
  return intern(std::move(product));
}

/// Returns x / y if y divides x.
static std::optional<SizeTerm> divideTerm(const SizeTerm &x, const SizeTerm &y) {
  if (y.coefficient == 0 || x.coefficient % y.coefficient != 0 ||
      !std::includes(x.atoms.begin(), x.atoms.end(), y.atoms.begin(), y.atoms.end()))
    return std::nullopt;
  SizeTerm quotient{{}, x.coefficient / y.coefficient};
  std::set_difference(x.atoms.begin(), x.atoms.end(), y.atoms.begin(), y.atoms.end(),
                      std::back_inserter(quotient.atoms));
  return quotient;
}

SizeExpr SizeTable::divideExactly(SizeExpr a, SizeExpr b) {
  if (!a || !b || terms(b).empty())
    return {};
  SizeExpr quotient = constant(0), rest = a;
  // Each step removes the leading term.
  for (size_t step = 0; rest && step <= kMaxTerms; ++step) {
    if (terms(rest).empty())
      return quotient;
    auto term = divideTerm(terms(rest).front(), terms(b).front());
    if (!term)
      return {};
    SizeExpr part = intern(Polynomial{*term});
    quotient = add(quotient, part);
    rest = subtract(rest, multiply(part, b));
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Atoms other than symbols
//===----------------------------------------------------------------------===//

/// Returns `a` and `b`, the second being a product, without their common divisors. This is
/// valid unless a divisor is zero, in which case a and b are zero.
std::pair<SizeExpr, SizeExpr> SizeTable::withoutCommonFactor(SizeExpr a, SizeExpr b) {
  if (terms(a).empty() || terms(b).size() != 1)
    return {a, b};
  int64_t number = terms(b)[0].coefficient;
  std::vector<unsigned> common = terms(b)[0].atoms;
  for (const SizeTerm &term : terms(a)) {
    if (term.coefficient == kLowest || number == kLowest)
      return {a, b};
    number = std::gcd(number, term.coefficient);
    std::vector<unsigned> both;
    std::set_intersection(common.begin(), common.end(), term.atoms.begin(),
                          term.atoms.end(), std::back_inserter(both));
    common = std::move(both);
  }
  SizeExpr factor = intern(Polynomial{{common, number}});
  SizeExpr x = divideExactly(a, factor), y = divideExactly(b, factor);
  return x && y ? std::pair(x, y) : std::pair(a, b);
}

SizeExpr SizeTable::divide(SizeExpr a, SizeExpr b) {
  if (!a || !b)
    return {};
  auto dividend = asConstant(a), divisor = asConstant(b);
  if (divisor == 0 || (divisor == -1 && dividend == kLowest))
    return {};
  if (dividend && divisor)
    return constant(*dividend / *divisor);
  if (SizeExpr exact = divideExactly(a, b))
    return exact;
  if (auto [x, y] = withoutCommonFactor(a, b); y != b)
    return divide(x, y);
  // (n * q + r) / n is q for 0 <= r < n.
  if (divisor && *divisor > 0 && bounds(a).low >= 0) {
    Polynomial whole, rest;
    for (const SizeTerm &term : terms(a))
      (term.coefficient % *divisor == 0 ? whole : rest).push_back(term);
    SizeExpr left = intern(rest), quotient = intern(whole);
    SizeBounds range = bounds(left);
    if (range.low >= 0 && range.high < *divisor)
      return divideExactly(quotient, b);
  }
  return intern(SizeAtom{Kind::Quotient, "", {}, {a, b}});
}

SizeExpr SizeTable::minimum(SizeExpr a, SizeExpr b) {
  if (!a || !b)
    return {};
  if (isAtMost(a, b, 0))
    return a;
  if (isAtMost(b, a, 0))
    return b;
  return intern(SizeAtom{Kind::Minimum, "", {}, {std::min(a, b), std::max(a, b)}});
}

SizeExpr SizeTable::maximum(SizeExpr a, SizeExpr b) {
  if (!a || !b)
    return {};
  if (isAtMost(a, b, 0))
    return b;
  if (isAtMost(b, a, 0))
    return a;
  return intern(SizeAtom{Kind::Maximum, "", {}, {std::min(a, b), std::max(a, b)}});
}

SizeExpr SizeTable::choose(SizePredicate predicate, SizeExpr a, SizeExpr b, SizeExpr yes,
                           SizeExpr no) {
  if (!a || !b)
    return {};
  // The alternative that is not chosen may have no size: counted from the end, a bound that
  // means "to the end" is too large.
  if (auto known = compare(predicate, a, b))
    return *known ? yes : no;
  if (!yes || !no)
    return {};
  if (yes == no)
    return yes;
  return intern(SizeAtom{Kind::Choice, "", predicate, {a, b, yes, no}});
}

//===----------------------------------------------------------------------===//
// Conditions that must hold
//===----------------------------------------------------------------------===//

SizeExpr SizeTable::substitute(SizeExpr a, Replacement replace) {
  if (!a)
    return {};
  SizeExpr sum = constant(0);
  Polynomial list = polynomials[a.index()]; // the table grows
  for (const SizeTerm &term : list) {
    SizeExpr product = constant(term.coefficient);
    for (unsigned number : term.atoms)
      product = multiply(product, replace(number));
    sum = add(sum, product);
  }
  return sum;
}

SizeExpr SizeTable::rebuild(const SizeAtom &atom,
                            llvm::function_ref<SizeExpr(SizeExpr)> map) {
  std::vector<SizeExpr> parts;
  for (SizeExpr operand : atom.operands)
    parts.push_back(map(operand));
  switch (atom.kind) {
  case Kind::Symbol:
    return symbol(atom.name);
  case Kind::Quotient:
    return divide(parts[0], parts[1]);
  case Kind::Minimum:
    return minimum(parts[0], parts[1]);
  case Kind::Maximum:
    return maximum(parts[0], parts[1]);
  case Kind::Choice:
    return choose(atom.predicate, parts[0], parts[1], parts[2], parts[3]);
  }
  return {};
}

SizeExpr SizeTable::resolveAtom(unsigned number) {
  auto memo = resolved.find(number);
  if (memo != resolved.end())
    return memo->second;
  // The rebuilt atom may be one of which more is known: a minimum that has a limit.
  auto found = identified.find(number);
  SizeExpr result = found != identified.end()
                        ? resolve(found->second)
                        : rebuild(SizeAtom(atoms[number]),
                                  [&](SizeExpr operand) { return resolve(operand); });
  const SizeAtom *now = asAtom(result);
  if (now && found == identified.end()) {
    auto again = identified.find(atomIds.at(*now));
    if (again != identified.end())
      result = resolve(again->second);
  }
  return resolved[number] = result;
}

SizeExpr SizeTable::resolve(SizeExpr a) {
  if (identified.empty())
    return a;
  return substitute(a, [&](unsigned number) { return resolveAtom(number); });
}

bool SizeTable::mentions(SizeExpr a, unsigned atom) const {
  llvm::SmallVector<SizeExpr> left{a};
  std::set<SizeExpr> seen;
  while (!left.empty()) {
    SizeExpr next = left.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    for (const SizeTerm &term : terms(next))
      for (unsigned number : term.atoms) {
        if (number == atom)
          return true;
        llvm::append_range(left, atoms[number].operands);
      }
  }
  return false;
}

bool SizeTable::identify(SizeExpr a, SizeExpr b) {
  SizeExpr difference = subtract(resolve(a), resolve(b));
  if (!difference || terms(difference).empty())
    return true;
  if (compare(SizePredicate::Equal, difference, constant(0)) == false)
    return false;
  // A computed size is replaced by given ones: the last atom is eliminated, but a size that
  // may be negative must not replace one that may not, if another choice exists.
  std::optional<unsigned> solved;
  SizeExpr replacement;
  bool isSound = false;
  for (const SizeTerm &term : std::vector<SizeTerm>(terms(difference))) {
    if (term.atoms.size() != 1 || (term.coefficient != 1 && term.coefficient != -1))
      continue;
    unsigned number = term.atoms[0];
    SizeExpr own = multiply(atomExpr(number), constant(term.coefficient));
    SizeExpr rest = multiply(subtract(difference, own), constant(-term.coefficient));
    if (!rest || mentions(rest, number))
      continue;
    bool isBetter = bounds(rest).low >= 0;
    if (solved && (isSound > isBetter || (isSound == isBetter && *solved > number)))
      continue;
    solved = number, replacement = rest, isSound = isBetter;
  }
  if (!solved)
    return true; // holds from now on, but cannot be used for a replacement
  identified[*solved] = replacement;
  resolved.clear();
  return true;
}

void SizeTable::limit(SizeExpr a, SizeExpr b) {
  if (const SizeAtom *least = asAtom(minimum(a, b));
      least && least->kind == Kind::Minimum) {
    identified[atomIds.at(*least)] = a;
    resolved.clear();
  }
}

SizeExpr
SizeTable::withoutLimits(SizeExpr a,
                         llvm::SmallVectorImpl<std::pair<SizeExpr, SizeExpr>> &limits) {
  std::map<unsigned, SizeExpr> known;
  std::function<SizeExpr(SizeExpr)> whole;
  auto free = [&](unsigned number) {
    SizeAtom atom = atoms[number]; // the table grows
    if (atom.kind == Kind::Minimum)
      for (auto [open, fixed] : {std::pair(atom.operands[0], atom.operands[1]),
                                 std::pair(atom.operands[1], atom.operands[0])})
        if (asConstant(fixed)) {
          limits.emplace_back(open, fixed);
          return whole(open);
        }
    return rebuild(atom, whole);
  };
  whole = [&](SizeExpr size) {
    return substitute(size, [&](unsigned number) {
      auto place = known.find(number);
      return place != known.end() ? place->second : known[number] = free(number);
    });
  };
  return whole(a);
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string printWhole(const SizeTable &table, SizeExpr size);

/// Formats a dividend or divisor: sums and products are put in parentheses.
static std::string printOperand(const SizeTable &table, SizeExpr size) {
  bool isWhole = table.asConstant(size).value_or(-1) >= 0 || table.asAtom(size);
  return isWhole ? printWhole(table, size) : "(" + printWhole(table, size) + ")";
}

/// Names may look like sums of others.
static std::string printName(llvm::StringRef name) {
  bool isPlain = name.find_first_of(" +-*/(),") == llvm::StringRef::npos;
  return isPlain ? name.str() : "'" + name.str() + "'";
}

static std::string printAtom(const SizeTable &table, const SizeAtom &atom) {
  std::vector<std::string> parts;
  for (SizeExpr operand : atom.operands)
    parts.push_back(printWhole(table, operand));
  switch (atom.kind) {
  case Kind::Symbol:
    return printName(atom.name);
  case Kind::Quotient:
    return "(" + printOperand(table, atom.operands[0]) + " / " +
           printOperand(table, atom.operands[1]) + ")";
  case Kind::Minimum:
    return "min(" + parts[0] + ", " + parts[1] + ")";
  case Kind::Maximum:
    return "max(" + parts[0] + ", " + parts[1] + ")";
  case Kind::Choice:
    const char *relation = atom.predicate == SizePredicate::Equal  ? " = "
                           : atom.predicate == SizePredicate::Less ? " < "
                                                                   : " <= ";
    return "(" + parts[0] + relation + parts[1] + " ? " + parts[2] + " : " + parts[3] + ")";
  }
  return "";
}

/// Formats a size with all that it is computed from; what is longer than a message may be
/// is cut.
static std::string printWhole(const SizeTable &table, SizeExpr size) {
  std::string text;
  for (const SizeTerm &term : table.terms(size)) {
    if (text.size() > kMaxText)
      return text;
    int64_t coefficient = term.coefficient;
    bool isNegative = coefficient < 0;
    if (!text.empty())
      text += isNegative ? " - " : " + ";
    else if (isNegative)
      text += "-";
    std::string factors;
    for (unsigned number : term.atoms)
      factors += (factors.empty() ? "" : " * ") + printAtom(table, table.atom(number));
    std::string magnitude = std::to_string(coefficient);
    magnitude.erase(0, isNegative);
    bool isOne = magnitude == "1" && !factors.empty();
    text += isOne ? factors : factors.empty() ? magnitude : magnitude + " * " + factors;
  }
  return text.empty() ? "0" : text;
}

/// Collects the free dimensions that a size follows from. Sizes share their parts, so each
/// atom is visited once.
static void collectNames(const SizeTable &table, SizeExpr size,
                         llvm::SetVector<llvm::StringRef> &names,
                         llvm::DenseSet<unsigned> &visited) {
  for (const SizeTerm &term : table.terms(size))
    for (unsigned number : term.atoms) {
      if (!visited.insert(number).second)
        continue;
      const SizeAtom &atom = table.atom(number);
      if (atom.kind == Kind::Symbol)
        names.insert(atom.name);
      for (SizeExpr operand : atom.operands)
        collectNames(table, operand, names, visited);
    }
}

std::string SizeTable::print(SizeExpr a) const {
  if (!a)
    return "?";
  std::string text = printWhole(*this, a);
  if (text.size() <= kMaxText)
    return text;
  llvm::SetVector<llvm::StringRef> names;
  llvm::DenseSet<unsigned> visited;
  collectNames(*this, a, names, visited);
  std::vector<std::string> parts;
  for (llvm::StringRef name : names)
    parts.push_back(printName(name));
  return "the size that follows from " + llvm::join(parts, ", ");
}
