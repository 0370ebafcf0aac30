//===- NNToMPC.cpp - Converts nn to computation on secrets ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/CSE.h"
#include "tacit/Conversion/Passes.h"
#include "tacit/Dialect/MPC/Analysis/Disclosures.h"
#include "tacit/Dialect/MPC/Analysis/State.h"
#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Support/Elements.h"
#include "llvm/Support/xxhash.h"

namespace tacit {
#define GEN_PASS_DEF_CONVERTNNTOMPC
#include "tacit/Conversion/Passes.h.inc"
} // namespace tacit

using namespace mlir;
using namespace tacit;

/// Checks the function before its operations are looked at.
static LogicalResult checkFunction(func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return function.emitOpError() << "has branches; expected one block of nn operations";
  for (BlockArgument argument : function.getArguments()) {
    auto tensor = dyn_cast<RankedTensorType>(argument.getType());
    if (!tensor || !tensor.hasStaticShape())
      return emitError(argument.getLoc())
             << "argument " << argument.getArgNumber() << " is " << argument.getType()
             << "; expected a tensor of known dimensions";
  }
  return success();
}

/// A product by adding bit patterns has no meaning for secrets, and a requested multiplier
/// must not be dropped silently.
static LogicalResult checkMultiplier(Operation *op) {
  auto product = dyn_cast<nn::MultiplierOpInterface>(op);
  nn::MultiplierAttr multiplier = product ? product.getMultiplierAttr() : nullptr;
  if (!multiplier || multiplier.getKind() == nn::MultiplierKind::Exact)
    return success();
  if (multiplier.getKind() == nn::MultiplierKind::ShiftAdd)
    return op->emitOpError()
           << "multiplies by adding exponents of weights, which only the server knows in "
              "plain; leave out shift_add, which saves nothing between two parties";
  return op->emitOpError() << "multiplies by "
                           << numerics::stringifyMultiplierKind(multiplier.getKind())
                           << ", which adds bit patterns of floats; a secret fixed-point "
                              "number has none: leave out the multiplier";
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

/// Returns true if `parameter`, a constant, is combined with each row of `table` in the
/// same way.
static bool fitsRows(Value parameter, RankedTensorType table, int64_t axis) {
  auto type = tensorOf(parameter);
  if (!parameter.getDefiningOp<nn::ConstantOp>() || type.getRank() > table.getRank())
    return false;
  // The dimensions are aligned at the last one; the parameter must not vary along the axis,
  // or before it.
  ArrayRef<int64_t> dims = table.getShape().take_back(type.getRank());
  int64_t first = table.getRank() - type.getRank();
  for (auto [i, dim] : llvm::enumerate(type.getShape()))
    if (dim != 1 && (static_cast<int64_t>(i) + first <= axis || dim != dims[i]))
      return false;
  return true;
}

/// Returns `user`, which reads the rows that `pick` gives, as an operation on the whole
/// table. Returns null if it is not an operation that dequantizes.
static Value applyToTable(Operation *user, nn::GatherOp pick, OpBuilder &b) {
  auto table = tensorOf(pick.getData());
  auto axis = static_cast<int64_t>(pick.getAxis());
  if (!isa<nn::CastOp, nn::AddOp, nn::SubOp, nn::MulOp, nn::DivOp>(user))
    return {};
  for (Value operand : user->getOperands())
    if (operand != pick && !fitsRows(operand, table, axis))
      return {};
  IRMapping map;
  map.map(pick.getResult(), pick.getData());
  Operation *moved = b.clone(*user, map);
  moved->getResult(0).setType(table.clone(getElementTypeOrSelf(user->getResult(0))));
  return moved->getResult(0);
}

/// Erases assertions: the parties do not tell each other whether an index is valid.
static void eraseAssertions(func::FuncOp function) {
  for (auto op :
       llvm::make_early_inc_range(function.getBody().front().getOps<nn::AssertRangeOp>())) {
    op.replaceAllUsesWith(op.getInput());
    op.erase();
  }
}

/// A secret index selects among floats. A table of other numbers is dequantized, or
/// widened, as a whole by the party that owns it, and not after the selection of rows.
static void dequantizeTables(func::FuncOp function) {
  llvm::DenseSet<Value> rows;
  for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
    auto pick = llvm::find_if(op.getOperands(), [&](Value operand) {
      auto gather = operand.getDefiningOp<nn::GatherOp>();
      return gather &&
             (rows.contains(operand) || (!getElementTypeOrSelf(operand).isF32() &&
                                         gather.getData().getDefiningOp<nn::ConstantOp>()));
    });
    if (pick == op.operand_end())
      continue;
    auto gather = (*pick).getDefiningOp<nn::GatherOp>();
    OpBuilder b(&op);
    Value table = applyToTable(&op, gather, b);
    if (!table)
      continue;
    auto found = nn::GatherOp::create(b, gather.getLoc(), op.getResult(0).getType(), table,
                                      gather.getIndices(), gather.getAxis());
    nn::copySiteName(gather, found);
    rows.insert(found.getResult());
    op.getResult(0).replaceAllUsesWith(found.getResult());
    op.erase();
    rows.erase(gather);
    if (gather.use_empty())
      gather.erase();
  }
}

//===----------------------------------------------------------------------===//
// Constants that both parties know
//===----------------------------------------------------------------------===//

namespace {
/// The constants that have been disclosed so far, by type and a hash of the bytes.
class Disclosed {
public:
  /// The operation that discloses an equal constant for the same reason, or null.
  mpc::PublicOp find(nn::ConstantOp constant, mpc::Reason reason) const {
    for (mpc::PublicOp open : known.lookup(keyOf(constant)))
      if (open.getReason() == reason && holdsSame(constant, constantOf(open.getResult())))
        return open;
    return {};
  }

  void add(mpc::PublicOp open) {
    known[keyOf(constantOf(open.getResult()))].push_back(open);
  }

private:
  using Key = std::pair<Type, uint64_t>;

  static StringRef bytesOf(nn::ConstantOp constant, std::vector<char> &scratch) {
    ArrayRef<char> bytes =
        rawBytes(constant.getValue(), scratch).value_or(ArrayRef<char>());
    return {bytes.data(), bytes.size()};
  }

  static Key keyOf(nn::ConstantOp constant) {
    std::vector<char> scratch;
    return {constant.getType(), llvm::xxh3_64bits(bytesOf(constant, scratch))};
  }

  /// Returns true if two constants have equal bytes. If bytes are missing, they differ.
  static bool holdsSame(nn::ConstantOp one, nn::ConstantOp other) {
    std::vector<char> scratch, otherScratch;
    StringRef bytes = bytesOf(one, scratch);
    return one.getValue() == other.getValue() ||
           (!bytes.empty() && bytes == bytesOf(other, otherScratch));
  }

  llvm::DenseMap<Key, SmallVector<mpc::PublicOp, 1>> known;
};
} // namespace

/// Discloses to the client the constants that it may know, each by an operation of its own.
/// Exporters write one mask for each layer: of equal constants the first is disclosed, and
/// stands for the others. Returns true if there are such.
static bool disclose(func::FuncOp function, const llvm::StringSet<> &listed) {
  auto chosen = mpc::chooseDisclosures(function, listed).takeVector();
  llvm::sort(chosen, [](const auto &a, const auto &b) {
    return a.first->isBeforeInBlock(b.first);
  });
  Disclosed disclosed;
  bool isAnyEqual = false;
  OpBuilder b(function.getContext());
  for (auto [op, reason] : chosen) {
    auto constant = cast<nn::ConstantOp>(op);
    if (mpc::PublicOp open = disclosed.find(constant, reason)) {
      constant.getResult().replaceAllUsesWith(open.getResult());
      isAnyEqual = true;
      continue;
    }
    b.setInsertionPointAfter(constant);
    StringRef name = nn::getConstantName(constant);
    auto open =
        mpc::PublicOp::create(b, constant.getLoc(), constant.getType(), constant, reason,
                              name.empty() ? StringAttr() : b.getStringAttr(name));
    constant.getResult().replaceAllUsesExcept(open, open);
    disclosed.add(open);
  }
  return isAnyEqual;
}

/// Merges what every layer computes from the constants that are disclosed. Those of the
/// server stay apart, because whether they are equal is nobody else's business.
static void mergeEqual(func::FuncOp function) {
  nn::keepConstantsApart(function);
  IRRewriter rewriter(function.getContext());
  DominanceInfo dominance(function);
  eliminateCommonSubExpressions(rewriter, dominance, function);
}

static void erase(mpc::PublicOp open) {
  open.replaceAllUsesWith(open.getInput());
  open.erase();
}

/// Removes disclosures of constants that only the server reads.
static void concealUnneeded(Block &body, const mpc::KnowledgeInfo &knowledge) {
  auto isServers = [](Operation *op) {
    if (auto share = dyn_cast<mpc::ShareOp>(op))
      return share.getParty() == mpc::Party::Server;
    auto oneHot = dyn_cast<mpc::OneHotOp>(op);
    return oneHot && oneHot.getParty() == mpc::Party::Server;
  };
  llvm::DenseSet<Operation *> needed;
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body))) {
    bool isNeeded = llvm::any_of(op.getUsers(), [&](Operation *user) {
      if (isServers(user))
        return false;
      bool isPlain = isa_and_present<nn::NNDialect>(user->getDialect());
      return !isPlain || needed.contains(user) ||
             knowledge.of(user->getResult(0)).dependsOnInput();
    });
    auto open = dyn_cast<mpc::PublicOp>(op);
    if (isNeeded)
      needed.insert(&op);
    else if (open)
      erase(open);
  }
}

/// Returns true if one party can compute the operation alone.
static bool isKnown(Operation *op, const Lowering &lowering) {
  return llvm::all_of(op->getResults(), [&](Value result) {
    return lowering.knowledgeOf(result) != mpc::Knowledge::Secret;
  });
}

/// The client learns the results, except for state, of which each party keeps its share;
/// those that it can compute by itself it has already.
static LogicalResult convertReturn(func::ReturnOp op, Lowering &lowering) {
  auto function = cast<func::FuncOp>(op->getParentOp());
  SmallVector<Value> results(op.getOperands());
  for (auto [i, result] : llvm::enumerate(results)) {
    bool isState = static_cast<bool>(function.getResultAttr(i, mpc::kStateAttr));
    if (!isState && !lowering.knowledgeOf(result).dependsOnWeights())
      continue;
    result = isState ? lowering.share(result) : lowering.reveal(result);
    if (!result)
      return failure();
  }
  op->setOperands(results);
  return success();
}

/// Converts the operations that work on secrets; reports one error for each operation that
/// cannot be converted.
static LogicalResult convertOperations(ArrayRef<Operation *> ops, const Rules &rules,
                                       Lowering &lowering, Pass::Statistic &converted) {
  bool hasFailed = false;
  for (Operation *op : ops) {
    if (isa<mpc::PublicOp>(op))
      continue;
    lowering.begin(op);
    LogicalResult result = checkMultiplier(op);
    if (auto end = dyn_cast<func::ReturnOp>(op)) {
      // After an error the function stays as it was.
      result = failure(hasFailed || failed(convertReturn(end, lowering)));
    } else if (!isa_and_present<nn::NNDialect>(op->getDialect())) {
      result = op->emitOpError() << "is not an operation of the nn dialect; expected a "
                                    "program of nn operations alone";
    } else if (succeeded(result) && !isKnown(op, lowering)) {
      result = rules.apply(op, lowering);
      converted += succeeded(result);
    }
    if (succeeded(result))
      continue;
    hasFailed = true;
    lowering.finishFailed();
  }
  return failure(hasFailed);
}

static void eraseDead(Block &body, llvm::function_ref<bool(Operation *)> isCandidate) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op) && isCandidate(&op))
      op.erase();
}

/// Adds an argument for the shares of each argument that is state. Until the end the old
/// ones stay, because the operations that are being converted read them.
static SmallVector<std::pair<BlockArgument, BlockArgument>>
addStateArguments(func::FuncOp function, Lowering &lowering) {
  SmallVector<std::pair<BlockArgument, BlockArgument>> added;
  for (BlockArgument old : llvm::to_vector(function.getArguments())) {
    if (!function.getArgAttr(old.getArgNumber(), mpc::kStateAttr))
      continue;
    BlockArgument share =
        function.getBody().addArgument(lowering.secretType(old), old.getLoc());
    lowering.setSecret(old, share);
    added.push_back({old, share});
  }
  return added;
}

/// Puts these arguments in the place of the old ones, if all went well, and erases them.
static void finishStateArguments(func::FuncOp function,
                                 ArrayRef<std::pair<BlockArgument, BlockArgument>> added,
                                 bool isDone) {
  for (auto [old, share] : llvm::reverse(added)) {
    if (isDone)
      old.setType(share.getType());
    share.replaceAllUsesWith(old);
    function.getBody().eraseArgument(share.getArgNumber());
  }
  Block &body = function.getBody().front();
  if (isDone)
    function.setType(FunctionType::get(function.getContext(), body.getArgumentTypes(),
                                       body.getTerminator()->getOperandTypes()));
}

namespace {
struct ConvertNNToMPC : tacit::impl::ConvertNNToMPCBase<ConvertNNToMPC> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    if (fraction < 1 || 2 * fraction >= width)
      return emitError(UnknownLoc::get(context))
             << "a fraction of " << fraction.getValue() << " bits in a ring of "
             << width.getValue() << "; expected 1 to " << (width - 1) / 2
             << ", because a product has twice as many before it is truncated";
    // Every other condition is checked by the type itself.
    if (!mpc::ShareType::getChecked([&] { return emitError(UnknownLoc::get(context)); },
                                    context, ArrayRef<int64_t>(), width.getValue(),
                                    fraction.getValue()))
      return failure();
    addElementwiseRules(rules);
    addMovementRules(rules);
    addNormalizationRules(rules);
    addProductRules(rules);
    return success();
  }

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isDeclaration() && failed(convert(function)))
        signalPassFailure();
  }

private:
  LogicalResult convert(func::FuncOp function) {
    if (failed(checkFunction(function)))
      return failure();
    eraseAssertions(function);
    dequantizeTables(function);
    if (failed(mpc::markState(function, caches)))
      return failure();
    llvm::StringSet<> listed;
    for (const std::string &name : publicNames)
      listed.insert(name);
    AnalysisManager analyses = getAnalysisManager().nest(function);
    analyses.invalidate({});
    // A constant that is public has an operation of its own, behind which it is none: its
    // sum with a secret would be taken for a residual sum.
    auto &blocks = analyses.getAnalysis<nn::Blocks, func::FuncOp>();
    if (disclose(function, listed))
      mergeEqual(function);
    Block &body = function.getBody().front();
    auto ops = llvm::to_vector(llvm::make_pointer_range(body));
    Lowering lowering(function, analyses.getAnalysis<mpc::KnowledgeInfo>(), blocks, width,
                      fraction);
    auto state = addStateArguments(function, lowering);
    LogicalResult result = convertOperations(ops, rules, lowering, operations);
    // The operations that were replaced are erased; after an error, those that should have
    // replaced them.
    llvm::SmallPtrSet<Operation *, 32> old(llvm::from_range, ops);
    eraseDead(body, [&](Operation *op) { return succeeded(result) || !old.contains(op); });
    finishStateArguments(function, state, succeeded(result));
    analyses.invalidate({});
    if (succeeded(result))
      concealUnneeded(body, analyses.getAnalysis<mpc::KnowledgeInfo>());
    else
      for (auto open : llvm::make_early_inc_range(body.getOps<mpc::PublicOp>()))
        erase(open);
    return result;
  }

  Rules rules;
};
} // namespace
