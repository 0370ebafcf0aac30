//===- Lowering.h - Shared parts of the nn to mpc conversion ----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whether an operation becomes mpc depends on who knows its operands, not on its type:
// one nn.gather stays as it is, and another becomes a product. So this is a walk in
// program order with a table of rules, one per kind of operation. A rule that cannot
// do its work says why, and the walk goes on, so that one run names all of them.
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

inline mlir::RankedTensorType tensorOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

inline mpc::ShareType shareOf(mlir::Value value) {
  return mlir::cast<mpc::ShareType>(value.getType());
}

/// What becomes of the mask of an attention: numbers that are 1 where a score takes
/// part, known to both; or a secret that is added. Both null if every score does.
struct LoweredMask {
  mlir::Value keep, bias;
};

/// What a rule, or a part of one, returns after an error.
struct Refusal {
  operator mlir::LogicalResult() const { return mlir::failure(); }
  operator mlir::Value() const { return {}; }
};

/// A function on its way to mpc, and what rules are made of. Operations are built
/// before the one being converted, at its location.
///
/// A value that could not be made is null, and the error was reported; what takes a
/// null value gives one back.
class Lowering : private mlir::OpBuilder::Listener {
public:
  Lowering(mlir::func::FuncOp function, const mpc::KnowledgeInfo &knowledge,
           const nn::Blocks &blocks, int64_t width, int64_t fraction);

  /// Begins with the conversion of `op`.
  void begin(mlir::Operation *op);

  /// `value` is what the result of the current operation becomes.
  mlir::LogicalResult finish(mlir::Value value);

  /// Gives the current operation, which failed, a result that the next ones can read.
  void finishFailed();

  /// An error at the current operation; `reason` goes on after its name.
  Refusal refuse(const llvm::Twine &reason);

  /// What the old `value` is as a secret; made one once, by the party that knows it.
  mlir::Value share(mlir::Value value);

  /// What the client learns when it is given the old `value`.
  mlir::Value reveal(mlir::Value value);

  //===--------------------------------------------------------------------===//
  // Arithmetic on secrets. Products are truncated to the fraction of the program.
  //===--------------------------------------------------------------------===//

  /// Of old values, either of which may be known.
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value subtract(mlir::Value lhs, mlir::Value rhs);
  mlir::Value multiply(mlir::Value lhs, mlir::Value rhs);
  mlir::Value square(mlir::Value value);

  /// Of a secret and an old value.
  mlir::Value addTo(mlir::Value secret, mlir::Value value);
  mlir::Value multiplyBy(mlir::Value secret, mlir::Value value);

  /// Of a secret and another one, or numbers that both know.
  mlir::Value sum(mlir::Value secret, mlir::Value other);
  mlir::Value product(mlir::Value secret, mlir::Value other);
  mlir::Value scale(mlir::Value secret, double factor);
  mlir::Value matmul(mlir::Value lhs, mlir::Value rhs, mpc::Role role);
  mlir::Value truncate(mlir::Value secret);
  mlir::Value reshape(mlir::Value secret, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value secret, llvm::ArrayRef<int64_t> permutation);
  mlir::Value expand(mlir::Value secret, llvm::ArrayRef<int64_t> shape);

  /// `yes` where the old value `condition` is true, which one party knows, else `no`; of
  /// secrets, or numbers that both know, of which one at least is secret.
  mlir::Value choose(mlir::Value condition, mlir::Value yes, mlir::Value no);

  /// A function of a secret, with the place it comes from.
  template <typename OpT, typename... Args>
  mlir::Value apply(mlir::Value secret, Args &&...args) {
    if (!secret)
      return {};
    auto op = OpT::create(builder, loc, secret, std::forward<Args>(args)...);
    setSite(op, mpc::Role::Other);
    return op;
  }

  /// Says of `op` from which block of the model it comes, and what it is for.
  void setSite(mlir::Operation *op, mpc::Role role);

  //===--------------------------------------------------------------------===//
  // Known values
  //===--------------------------------------------------------------------===//

  mpc::Knowledge knowledgeOf(mlir::Value value) const { return knowledge.of(value); }
  /// Of a value that one party knows, or both.
  mpc::Party partyOf(mlir::Value value) const;
  /// Fails, with an error, if fixed point cannot hold the number as a factor.
  mlir::LogicalResult checkFactor(double number) {
    return checkNumber(number, Use::Factor);
  }
  /// The number that a constant repeats which both parties know.
  std::optional<double> publicNumber(mlir::Value value) const;

  /// A tensor of one number that follows from the current operation, and that both know.
  mlir::Value number(double value);
  /// The same, if fixed point can hold it.
  mlir::Value term(double value);
  /// The old `value` as a term: a number that both know, or else its secret.
  mlir::Value term(mlir::Value value) { return operand(value, Use::Term); }
  /// A mask of zeros and ones that both know, made of the constant mask `name`.
  mlir::Value publicMask(mlir::ElementsAttr mask, llvm::StringRef name);
  /// A secret of what `party` knows.
  mlir::Value shareFrom(mpc::Party party, mlir::Value plain);

  /// A secret of zeros and a one per index that `party` knows.
  mlir::Value oneHot(mlir::Value indices, mpc::Party party, int64_t classes);

  /// Fails, with an error, if a secret cannot have that many elements.
  mlir::LogicalResult checkSize(llvm::ArrayRef<int64_t> shape);

  const nn::Blocks &getBlocks() const { return blocks; }

  mlir::OpBuilder builder;
  mlir::Location loc;
  /// What the masks seen so far became.
  llvm::DenseMap<mlir::Value, LoweredMask> masks;

private:
  /// What is made of a site has its name.
  void notifyOperationInserted(mlir::Operation *op,
                               mlir::OpBuilder::InsertPoint previous) override;

  enum class Use { Term, Factor };
  /// A number that both know, in the place of the old `value`; or else its secret.
  mlir::Value operand(mlir::Value value, Use use);
  /// Fails, with an error, if fixed point cannot hold the number in that use.
  mlir::LogicalResult checkNumber(double value, Use use);
  template <typename OpT, typename... Args>
  mlir::Value combine(mlir::Value lhs, mlir::Value rhs, Args... args);

  const mpc::KnowledgeInfo &knowledge;
  const nn::Blocks &blocks;
  const int64_t width, fraction;
  mlir::Operation *current = nullptr;
  /// Old values to secrets.
  llvm::DenseMap<mlir::Value, mlir::Value> secrets;
  /// Numbers, by their value and by what they belong to.
  llvm::DenseMap<std::pair<mlir::Attribute, mlir::StringAttr>, mlir::Value> numbers;
};

/// Rules by the name of the operation that they convert.
class Rules {
public:
  template <typename OpT>
  void add(mlir::LogicalResult (*rule)(OpT, Lowering &)) {
    rules[OpT::getOperationName()] = [rule](mlir::Operation *op, Lowering &lowering) {
      return rule(mlir::cast<OpT>(op), lowering);
    };
  }

  /// Converts `op`, or says why it cannot be.
  mlir::LogicalResult apply(mlir::Operation *op, Lowering &lowering) const;

private:
  llvm::StringMap<std::function<mlir::LogicalResult(mlir::Operation *, Lowering &)>> rules;
};

/// The constant that `value` is, known to both or not.
nn::ConstantOp constantOf(mlir::Value value);
/// The number that a float constant repeats, where that can be told without reading the
/// bytes of a blob.
std::optional<double> splatValue(mlir::Value value);

void addElementwiseRules(Rules &rules);
void addNormalizationRules(Rules &rules);
void addProductRules(Rules &rules);
void addMovementRules(Rules &rules);

/// Each in a file of its own.
mlir::LogicalResult convertAttention(nn::AttentionOp op, Lowering &lowering);
mlir::LogicalResult convertRotary(nn::RotaryOp op, Lowering &lowering);
mlir::LogicalResult convertConv(nn::ConvOp op, Lowering &lowering);

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_NNTOMPC_LOWERING_H
