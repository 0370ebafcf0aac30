//===- Programs.h - The programs of the parties and the dealer --*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Both parties run the same program, on words of their own. The dealer runs another one,
// which makes the words that the parties' masks and corrections come from. The two are
// written side by side, one operation of the model after the other.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CONVERSION_MPCTOPARTIES_PROGRAMS_H
#define TACIT_LIB_CONVERSION_MPCTOPARTIES_PROGRAMS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "tacit/Dialect/MPC/IR/MPC.h"

namespace tacit {

inline constexpr int64_t kWordBits = 64;

/// Builds arithmetic modulo 2^64 on scalars.
class WordBuilder {
public:
  WordBuilder(mlir::OpBuilder &builder, mlir::Location loc) : b(builder), loc(loc) {}

  mlir::Value constant(uint64_t word);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value bitAnd(mlir::Value x, mlir::Value y);
  mlir::Value bitXor(mlir::Value x, mlir::Value y);
  mlir::Value bitNot(mlir::Value x);
  mlir::Value neg(mlir::Value x);
  mlir::Value shiftLeft(mlir::Value x, int64_t bits);
  /// Shifts in zeros.
  mlir::Value shiftRight(mlir::Value x, int64_t bits);
  /// Rotates by a number of bits from 0 to 63.
  mlir::Value rotateLeft(mlir::Value x, mlir::Value bits);
  /// Returns the index of a loop.
  mlir::Value index(unsigned loop);

  mlir::OpBuilder &b;
  mlir::Location loc;
};

using WordsBody = llvm::function_ref<mlir::Value(WordBuilder &, mlir::ValueRange)>;

/// A part of a tensor that an elementwise loop reads where it is. Each dimension has a
/// fixed index or, if its number is negative, that of a loop: -1 is the innermost.
struct Part {
  mlir::Value tensor;
  llvm::SmallVector<int64_t> place;
};

/// One program, to the end of which operations on tensors of words are added.
class Program {
public:
  explicit Program(mlir::func::FuncOp function);

  mlir::RankedTensorType words(llvm::ArrayRef<int64_t> shape) const;

  /// Returns what `body` computes for each element of `shape`, to which `inputs` broadcast.
  mlir::Value map(llvm::ArrayRef<int64_t> shape, mlir::ValueRange inputs, WordsBody body);
  mlir::Value map(mlir::Value like, mlir::ValueRange inputs, WordsBody body);
  /// Does the same with parts of tensors, each of which would otherwise be an operation.
  mlir::Value mapParts(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<Part> parts,
                       WordsBody body);

  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value neg(mlir::Value x);
  /// Returns the sum along axes, which stay as 1.
  mlir::Value sum(mlir::Value x, llvm::ArrayRef<int64_t> axes);
  /// Returns the product [..., M, K] by [..., K, N], whose leading dimensions broadcast.
  mlir::Value matmul(mlir::Value x, mlir::Value y);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  /// Returns element `i` of the first dimension, which is dropped.
  mlir::Value row(mlir::Value x, int64_t i);
  /// Returns rows [from, to) of the first dimension.
  mlir::Value rows(mlir::Value x, int64_t from, int64_t to);
  mlir::Value join(mlir::ValueRange tensors);
  /// Exchanges the first two of three dimensions.
  mlir::Value swapLeading(mlir::Value x);
  mlir::Value zeros(llvm::ArrayRef<int64_t> shape);
  mlir::Value empty(llvm::ArrayRef<int64_t> shape);

  /// Returns 64 planes of the bits of all elements: with `n` words to a plane, bit e of
  /// word [i, w] is bit i of element n e + w, so that words that follow one another are
  /// computed from elements that do.
  mlir::Value toPlanes(mlir::Value x);
  /// Returns the bits of one plane as elements that are 0 or 1.
  mlir::Value fromPlane(mlir::Value plane, llvm::ArrayRef<int64_t> shape);

  mlir::func::FuncOp function;
  mlir::OpBuilder builder;
  mlir::Location loc;
};

/// A tensor of words of the dealer, and a party's share of it.
struct Dealt {
  mlir::Value word;  ///< in the dealer's program
  mlir::Value share; ///< in the parties'
};

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return mlir::cast<mlir::ShapedType>(value.getType()).getShape();
}

/// Writes both programs.
class Programs {
public:
  Programs(mlir::func::FuncOp parties, mlir::func::FuncOp dealer, mlir::Value isServer)
      : party(parties), dealer(dealer), isServer(isServer) {}

  /// The operations that follow stand for `op`, which has that position in @main.
  void begin(mlir::Operation *op, int64_t number);

  Dealt draw(llvm::ArrayRef<int64_t> shape, mpc::Origin origin, bool isBoolean = false,
             bool isSession = false);
  /// Deals words of which the lowest `bits` matter.
  Dealt deal(mlir::Value word, int64_t bits = kWordBits);
  /// Deals words whose shares are combined by exclusive or.
  Dealt dealBits(mlir::Value word);

  /// Returns what the other party sent in place of `message`.
  mlir::Value exchange(mlir::Value message,
                       mpc::Direction direction = mpc::Direction::Both);
  /// Returns the sum of what both have.
  mlir::Value open(mlir::Value share);
  /// Returns the exclusive or of what both have.
  mlir::Value openBits(mlir::Value share);

  /// Returns `word` at the server and 0 at the client, or the reverse.
  mlir::Value atServer(mlir::Value word);
  mlir::Value atClient(mlir::Value word);

  Program party, dealer;
  /// A tensor of one word in the parties' program: 1 at the server, 0 at the client.
  mlir::Value isServer;

private:
  Dealt make(mlir::Value word, llvm::ArrayRef<int64_t> shape, mpc::Origin origin,
             int64_t bits, bool isBoolean, bool isSession);

  mpc::PlaceAttr site;
  int64_t numMaterials = 0;
};

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_MPCTOPARTIES_PROGRAMS_H
