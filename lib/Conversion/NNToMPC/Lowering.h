//===- Lowering.h - Shared parts of the nn to mpc conversion ----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whether an operation becomes mpc depends on who knows its operands, not on its type: one
// nn.gather stays as it is, and another becomes a product. Therefore the conversion is a
// walk in program order with a table of rules, one per kind of operation, and not a dialect
// conversion. A rule that cannot be applied reports the reason, and the walk continues, so
// that one run reports all of them.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CONVERSION_NNTOMPC_LOWERING_H
#define TACIT_LIB_CONVERSION_NNTOMPC_LOWERING_H

#include "mlir/IR/Builders.h"
#include "tacit/Dialect/MPC/Analysis/Knowledge.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/NN/Analysis/Blocks.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include <functional>

namespace tacit {

inline mpc::ShareType shareOf(mlir::Value value) {
  return mlir::cast<mpc::ShareType>(value.getType());
}

/// The lowered mask of an attention: numbers that are 1 where a score takes part, known to
/// both parties, or a secret that is added. Both are null if every score takes part.
struct LoweredMask {
  mlir::Value keep, bias;
};

/// What a rule, or a part of one, returns after an error.
struct Refusal {
  operator mlir::LogicalResult() const { return mlir::failure(); }
  operator mlir::Value() const { return {}; }
};

/// Holds a function during its conversion to mpc, and the building blocks of rules.
/// Operations are created before the one that is being converted, at its location.
///
/// A value that could not be created is null, and the error was reported; functions that
/// take a null value return null.
class Lowering : private mlir::OpBuilder::Listener {
public:
  Lowering(mlir::func::FuncOp function, const mpc::KnowledgeInfo &knowledge,
           const nn::Blocks &blocks, int64_t width, int64_t fraction);

  /// Begins the conversion of `op`.
  void begin(mlir::Operation *op);

  /// Replaces the result of the current operation by `value`.
  mlir::LogicalResult finish(mlir::Value value);

  /// Gives the current operation, which failed, a result that later ones can read.
  void finishFailed();

  /// Reports an error at the current operation; `reason` follows its name.
  Refusal refuse(const llvm::Twine &reason);

  /// Returns the old `value` as a secret, which is created once, by the party that knows
  /// the value.
  mlir::Value share(mlir::Value value);

  /// Records the secret that stands for an old value.
  void setSecret(mlir::Value value, mlir::Value secret) { secrets[value] = secret; }

  /// Returns the type of the secret of an old value.
  mpc::ShareType secretType(mlir::Value value) const {
    return mpc::ShareType::get(builder.getContext(), tensorOf(value).getShape(), width,
                               fraction);
  }

  /// Returns what the client learns when the old `value` is revealed to it.
  mlir::Value reveal(mlir::Value value);

  //===--------------------------------------------------------------------===//
  // Arithmetic on secrets. Products are truncated to the fraction of the program.
  //===--------------------------------------------------------------------===//

  /// These take old values, either of which may be known.
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value subtract(mlir::Value lhs, mlir::Value rhs);
  mlir::Value multiply(mlir::Value lhs, mlir::Value rhs);
  mlir::Value square(mlir::Value value);

  /// These take a secret and an old value.
  mlir::Value addTo(mlir::Value secret, mlir::Value value);
  mlir::Value multiplyBy(mlir::Value secret, mlir::Value value);

  /// These take a secret and another one, or numbers that both parties know.
  mlir::Value sum(mlir::Value secret, mlir::Value other);
  mlir::Value product(mlir::Value secret, mlir::Value other);
  mlir::Value scale(mlir::Value secret, double factor);
  mlir::Value matmul(mlir::Value lhs, mlir::Value rhs, mpc::Role role);
  mlir::Value truncate(mlir::Value secret);
  mlir::Value reshape(mlir::Value secret, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value secret, llvm::ArrayRef<int64_t> permutation);
  mlir::Value expand(mlir::Value secret, llvm::ArrayRef<int64_t> shape);

  /// Returns `yes` where the old value `condition`, which one party knows, is true, and
  /// `no` elsewhere. The two are secrets or numbers that both parties know; at least one is
  /// secret.
  mlir::Value choose(mlir::Value condition, mlir::Value yes, mlir::Value no);

  /// Applies a function to a secret, with the location that it comes from.
  template <typename OpT, typename... Args>
  mlir::Value apply(mlir::Value secret, Args &&...args) {
    if (!secret)
      return {};
    auto op = OpT::create(builder, loc, secret, std::forward<Args>(args)...);
    setSite(op, mpc::Role::Other);
    return op;
  }

  /// Records on `op` which block of the model it comes from, and what it is for.
  void setSite(mlir::Operation *op, mpc::Role role);

  //===--------------------------------------------------------------------===//
  // Known values
  //===--------------------------------------------------------------------===//

  mpc::Knowledge knowledgeOf(mlir::Value value) const { return knowledge.of(value); }
  /// Returns true for a value that one party knows, or both.
  mpc::Party partyOf(mlir::Value value) const;
  /// Fails, with an error, if fixed point cannot hold the number as a factor.
  mlir::LogicalResult checkFactor(double number) {
    return checkNumber(number, Use::Factor);
  }
  /// Returns the number that is repeated by a splat constant which both parties know.
  std::optional<double> publicNumber(mlir::Value value) const;
  /// Returns true for such a splat, and for a constant of one element. What is made of a
  /// constant of the server does not depend on whether its elements are equal.
  bool isNumber(mlir::Value value) const;

  /// Returns a tensor of one number that follows from the current operation, and that both
  /// parties know.
  mlir::Value number(double value);
  /// Returns the same, if fixed point can hold it.
  mlir::Value term(double value);
  /// Returns the old `value` as a term: a number that both parties know, or otherwise its
  /// secret.
  mlir::Value term(mlir::Value value) { return operand(value, Use::Term); }
  /// Returns a mask of zeros and ones that both parties know, made from the constant mask
  /// `name`.
  mlir::Value publicMask(mlir::ElementsAttr mask, llvm::StringRef name);
  /// Returns a secret of a value that `party` knows.
  mlir::Value shareFrom(mpc::Party party, mlir::Value plain);

  /// Returns a secret one-hot row for each index that `party` knows.
  mlir::Value oneHot(mlir::Value indices, mpc::Party party, int64_t classes);

  /// Fails, with an error, if a secret cannot have that many elements.
  mlir::LogicalResult checkSize(llvm::ArrayRef<int64_t> shape);

  const nn::Blocks &getBlocks() const { return blocks; }

  mlir::OpBuilder builder;
  mlir::Location loc;
  /// The results of lowering the masks seen so far.
  llvm::DenseMap<mlir::Value, LoweredMask> masks;

private:
  /// Gives new operations the name of the site that they come from.
  void notifyOperationInserted(mlir::Operation *op,
                               mlir::OpBuilder::InsertPoint previous) override;

  enum class Use { Term, Factor };
  /// Returns a number that both parties know in place of the old `value`, or otherwise its
  /// secret.
  mlir::Value operand(mlir::Value value, Use use);
  /// Fails, with an error, if fixed point cannot hold the number in that use.
  mlir::LogicalResult checkNumber(double value, Use use);
  template <typename OpT, typename... Args>
  mlir::Value combine(mlir::Value lhs, mlir::Value rhs, Args... args);

  const mpc::KnowledgeInfo &knowledge;
  const nn::Blocks &blocks;
  const int64_t width, fraction;
  mlir::Operation *current = nullptr;
  /// Maps old values to secrets.
  llvm::DenseMap<mlir::Value, mlir::Value> secrets;
  /// Maps numbers, by their value and the constant they belong to, to public values.
  llvm::DenseMap<std::pair<mlir::Attribute, mlir::StringAttr>, mlir::Value> numbers;
};

/// Maps names of operations to the rules that convert them.
class Rules {
public:
  template <typename OpT>
  void add(mlir::LogicalResult (*rule)(OpT, Lowering &)) {
    rules[OpT::getOperationName()] = [rule](mlir::Operation *op, Lowering &lowering) {
      return rule(mlir::cast<OpT>(op), lowering);
    };
  }

  /// Converts `op`, or reports why it cannot be converted.
  mlir::LogicalResult apply(mlir::Operation *op, Lowering &lowering) const;

private:
  llvm::StringMap<std::function<mlir::LogicalResult(mlir::Operation *, Lowering &)>> rules;
};

/// Returns the constant that defines `value`, whether both parties know it or not.
nn::ConstantOp constantOf(mlir::Value value);
/// Returns the number that a float constant repeats, if that can be told without reading
/// the bytes of a blob.
std::optional<double> splatValue(mlir::Value value);

/// A mask that adds this to a score, or replaces it by this, excludes the score.
inline constexpr double kExcluded = -1000;

/// Returns a mask that one party knows, booleans or numbers, as a secret to be added to
/// scores: an excluded score gets a number that fixed point holds. Booleans are true where
/// a score is kept, or with `isInverse` where it is excluded.
mlir::Value maskAddend(mlir::Value mask, Lowering &lowering, bool isInverse = false);

/// Returns true for a comparison of which every use is the condition of a choice.
bool isCondition(mlir::Operation *op);

void addElementwiseRules(Rules &rules);
void addNormalizationRules(Rules &rules);
void addProductRules(Rules &rules);
void addMovementRules(Rules &rules);

/// Each function is defined in a file of its own.
mlir::LogicalResult convertAttention(nn::AttentionOp op, Lowering &lowering);
mlir::LogicalResult convertRotary(nn::RotaryOp op, Lowering &lowering);
mlir::LogicalResult convertConv(nn::ConvOp op, Lowering &lowering);
mlir::LogicalResult convertPool(nn::PoolOp op, Lowering &lowering);

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_NNTOMPC_LOWERING_H
