//===- Secrets.h - What the parties' program has of a secret ----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Both parties have an additive share of a secret, or the secret in masked form: an opened
// word, which both know, and terms, each of which is a word of the dealer times a word that
// both know. A product of secrets in masked form needs no message: the dealer deals the
// products of its words. A share costs one opening to be masked again.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CONVERSION_MPCTOPARTIES_SECRETS_H
#define TACIT_LIB_CONVERSION_MPCTOPARTIES_SECRETS_H

#include "Programs.h"
#include "mlir/IR/IRMapping.h"
#include <optional>

namespace tacit {

/// One term of a masked secret.
struct Term {
  Dealt dealt;
  /// A word that both parties know, in their program; null stands for 1 or -1.
  mlir::Value factor;
  bool isNegated = false;
  /// The factor is a multiple of 2^(64 - bits), so that only the lowest `bits` of the dealt
  /// word matter.
  int64_t bits = kWordBits;
};

/// What the server knows and the client has behind a mask, for a whole session.
struct Weight {
  /// In the parties' program: the words at the server, and the words plus the mask at the
  /// client.
  mlir::Value version;
  /// Known to the server.
  Dealt mask;
};

/// What was opened for a truncation: a number with more bits of fraction, and the same
/// sign, up to one unit. It is `opened` minus the mask.
struct Untruncated {
  mlir::Value opened;
  Dealt mask;
  int64_t bits;
};

/// A secret behind a mask of the client, as its products with weights read it.
struct Operand {
  /// In the parties' program: the secret plus the mask at the server, and minus the mask at
  /// the client.
  mlir::Value factor;
  Dealt mask;
};

/// All tensors have the shape of the secret.
struct Secret {
  mlir::Value share; ///< null until it is needed, if the secret is masked
  /// In the dealer's program: what the share lacks, and is dealt when the share is needed.
  /// Sums of products are dealt as one word.
  mlir::Value rest;
  mlir::Value opened; ///< null if it is not masked
  llvm::SmallVector<Term> terms;
  std::optional<Weight> weight;
  /// There if a product with a weight has read the secret: others need no message.
  std::optional<Operand> operand;
  std::optional<Untruncated> untruncated;
  /// The share of the other party is zero.
  std::optional<mpc::Party> owner;

  bool isMasked() const { return static_cast<bool>(opened); }
  /// Returns true if the secret is `opened` minus one dealt word.
  bool hasPlainMask() const {
    return isMasked() && terms.size() == 1 && !terms[0].factor && terms[0].isNegated;
  }
};

/// Secret bits: the exclusive or of both parties' bits.
struct Bits {
  /// In the parties' program: one word has 64 bits. The words of one copy of the elements
  /// follow those of another.
  mlir::Value plane;
  llvm::SmallVector<int64_t> shape;
  int64_t numCopies = 1;
};

/// An argument of the parties' program: words that one party has, in place of which the
/// other has zeros or, if they are a weight, masked words.
struct Argument {
  mlir::BlockArgument words;
  /// The operation that encodes the words, or null for state, of which each party has a
  /// share.
  mlir::Operation *origin = nullptr;
  mpc::Party party = mpc::Party::Client;
  /// The material with which a weight is masked.
  std::optional<int64_t> mask = std::nullopt;
  /// The argument of @main, for state.
  mlir::BlockArgument state = {};
};

/// How a secret is read: as a share, in masked form, for its sign, or as an opened word
/// minus one dealt word.
enum class Opening { None, Masked, Sign, Plain };

inline mpc::ShareType typeOf(mlir::Value value) {
  return mlir::cast<mpc::ShareType>(value.getType());
}

/// Copies the operations that compute `value`, which is no secret, to `builder`.
mlir::Value copyPlain(mlir::OpBuilder &builder, mlir::Value value, mlir::IRMapping &copies);
/// Returns the words of numbers with a fraction.
mlir::Value encode(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value numbers,
                   int64_t fraction);

/// Holds a function of primitives while the programs are written that compute it.
class Lowering {
public:
  Lowering(Programs &programs) : programs(programs) {}

  static bool isPrimitive(mlir::Operation *op);
  /// Writes what a primitive does, which has that position in @main.
  void lower(mlir::Operation *op, int64_t number);

  Secret &secretOf(mlir::Value value) { return secrets[value]; }
  /// Adds an argument for state.
  void addState(mlir::BlockArgument argument);
  /// The values that the client learns, and what it gets for them in the parties' program.
  llvm::SmallVector<std::pair<mpc::RevealOp, mlir::Value>> revealed;

  /// Returns this party's share of a secret.
  mlir::Value shareOf(Secret &secret);
  /// Opens a share behind a mask, once, unless the secret is masked already.
  void mask(Secret &secret);
  /// Does the same unless the secret is `opened` minus one dealt word.
  void maskPlainly(Secret &secret);

  /// Returns x y, elementwise, which is not masked; both are.
  Secret multiply(llvm::ArrayRef<int64_t> shape, const Secret &x, const Secret &y);
  Secret square(const Secret &x);
  /// Returns the product of a secret and a weight.
  using Product = llvm::function_ref<mlir::Value(Program &, mlir::Value, mlir::Value)>;
  Secret multiplyByWeight(Secret &x, const Weight &weight, Product product);
  Secret matmul(Secret &x, Secret &y);
  Secret truncate(mlir::Value share, int64_t bits);
  Bits msb(Secret &x);
  Secret toArithmetic(const Bits &x);

  /// Returns numbers that both parties know, in fixed point.
  mlir::Value publicWords(mlir::Value numbers, int64_t fraction);
  mlir::Value dealersWords(mlir::Value numbers, int64_t fraction);
  Programs &programs;
  llvm::SmallVector<Argument> arguments;

private:
  void share(mlir::Operation *op, mpc::Party party);
  mlir::Value addArgument(mlir::Operation *origin, mpc::ShareType type, mpc::Party party);
  void reveal(mpc::RevealOp op);
  void lowerLinear(mlir::Operation *op);
  void negate(mpc::NegOp op);
  Opening openingFor(mlir::OpOperand &use);
  Opening openingOf(mlir::Value value);
  void openBefore(mlir::Operation *op);
  void lowerProduct(mlir::Operation *op);
  Secret multiplyElements(mpc::MulOp op);
  Secret multiplyMatrices(mpc::MatmulOp op);
  void move(mlir::Operation *op);
  void addPublic(mlir::Operation *op, Secret &x, mlir::Value words, bool isSubtracted);
  void combine(mlir::Operation *op, Secret &x, Secret &y, bool isSubtracted);
  void scale(mpc::MulOp op);
  /// Returns a value that needs no secret, in the parties' program.
  mlir::Value plain(mlir::Value value);

  llvm::DenseMap<mlir::Value, Secret> secrets;
  llvm::DenseMap<mlir::Value, Bits> bits;
  llvm::DenseMap<mlir::Value, Opening> openings;
  mlir::IRMapping plains, dealersPlains;
};

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_MPCTOPARTIES_SECRETS_H
