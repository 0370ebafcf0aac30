//===- MPCToParties.cpp - What each party and the dealer compute ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../MPCToLinalg/Lowering.h"
#include "Secrets.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tacit/Conversion/Passes.h"
#include "tacit/Dialect/NN/Analysis/Dims.h"
#include "tacit/Dialect/NN/IR/Origin.h"

namespace tacit {
#define GEN_PASS_DEF_CONVERTMPCTOPARTIES
#include "tacit/Conversion/Passes.h.inc"
} // namespace tacit

using namespace mlir;
using namespace tacit;

/// Returns true if any of the values is a secret.
static bool hasSecrets(ValueRange values) {
  return llvm::any_of(values.getTypes(), mpc::isSecret);
}

namespace {
/// Where numbers that are no secrets come from, besides constants.
class Origins {
public:
  bool areKnown(Value value) { return !dependsOn(value, /*onInputs=*/true); }
  bool areBefore(Value value) { return !dependsOn(value, /*onInputs=*/false); }

private:
  /// Returns true if a value follows from something that is revealed or, if that is asked,
  /// from an argument.
  bool dependsOn(Value value, bool onInputs) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return onInputs;
    if (isa<mpc::RevealOp>(op))
      return true;
    auto known = found[onInputs].find(value);
    if (known != found[onInputs].end())
      return known->second;
    return found[onInputs][value] = llvm::any_of(op->getOperands(), [&](Value operand) {
             return dependsOn(operand, onInputs);
           });
  }

  llvm::DenseMap<Value, bool> found[2];
};

struct ConvertMPCToParties : tacit::impl::ConvertMPCToPartiesBase<ConvertMPCToParties> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || !main.getBody().hasOneBlock()) {
      module.emitError() << "expected a function @main with one block: the model";
      return signalPassFailure();
    }
    if (failed(check(main)))
      return signalPassFailure();
    OpBuilder b(main);
    auto create = [&](StringRef name, TypeRange inputs) {
      auto function =
          func::FuncOp::create(b, main.getLoc(), name, b.getFunctionType(inputs, {}));
      function.addEntryBlock();
      return function;
    };
    auto one = RankedTensorType::get({}, b.getI64Type());
    func::FuncOp parties = create("party", one), dealer = create("dealer", {});
    Programs programs(parties, dealer, parties.getArgument(0));
    Lowering lowering(programs);
    lowerBody(main, lowering);
    finish(main, parties, lowering);
    func::ReturnOp::create(programs.dealer.builder, main.getLoc());
    eraseUnused(parties, dealer);
    SmallVector<Type> known;
    for (Type type : main.getArgumentTypes())
      if (!isa<mpc::ShareType>(type))
        known.push_back(type);
    writePreparation(create("client", known), main, mpc::Party::Client, lowering);
    writePreparation(create("server", {}), main, mpc::Party::Server, lowering);
    for (auto [op, numbers] : lowering.revealed)
      known.push_back(numbers.getType());
    writeResults(create("result", known), main, lowering);
    main.erase();
  }

  /// Returns the bits of the ring of a primitive, which reads or makes shares.
  static int64_t widthOf(Operation *op) {
    for (ValueRange values : {ValueRange(op->getResults()), ValueRange(op->getOperands())})
      for (Value value : values)
        if (auto share = dyn_cast<mpc::ShareType>(value.getType()))
          return share.getWidth();
    return 0;
  }

  /// Reports every operation for which there are no messages, or whose results have no
  /// sizes that the parties know before.
  static LogicalResult check(func::FuncOp main) {
    bool ok = true;
    Origins origins;
    for (Operation &op : main.getBody().front().without_terminator()) {
      for (Type type : op.getResultTypes())
        if (auto tensor = dyn_cast<RankedTensorType>(type);
            tensor && !tensor.hasStaticShape()) {
          op.emitOpError() << "has a dimension that is not known; expected numbers";
          ok = false;
        }
      if (!hasSecrets(op.getOperands()) && !hasSecrets(op.getResults()))
        continue;
      if (!Lowering::isPrimitive(&op))
        op.emitOpError() << "has no protocol of messages; expected a primitive, as "
                            "mpc-expand with recipe=tacit produces them";
      else if (int64_t width = widthOf(&op); width != kWordBits)
        op.emitOpError() << "computes in a ring of " << width << " bits; expected "
                         << kWordBits;
      else if (!isComputedBefore(&op, origins))
        op.emitOpError() << "reads numbers that its party does not know before the run; "
                            "mpc-verify-secrecy says why";
      else
        continue;
      ok = false;
    }
    return success(ok);
  }

  /// Returns true if the numbers that an operation reads follow from constants or, where
  /// the client puts in something, from the inputs.
  static bool isComputedBefore(Operation *op, Origins &origins) {
    auto share = dyn_cast<mpc::ShareOp>(op);
    auto rows = dyn_cast<mpc::OneHotOp>(op);
    bool isClients = (share && share.getParty() == mpc::Party::Client) ||
                     (rows && rows.getParty() == mpc::Party::Client);
    return llvm::all_of(op->getOperands(), [&](Value operand) {
      return mpc::isSecret(operand.getType()) ||
             (isClients ? origins.areBefore(operand) : origins.areKnown(operand));
    });
  }

  static void lowerBody(func::FuncOp main, Lowering &lowering) {
    for (BlockArgument argument : main.getArguments())
      if (isa<mpc::ShareType>(argument.getType()))
        lowering.addState(argument);
    for (auto [i, op] : llvm::enumerate(main.getBody().front().without_terminator()))
      if (hasSecrets(op.getOperands()) || hasSecrets(op.getResults()))
        lowering.lower(&op, i);
    auto end = cast<func::ReturnOp>(main.getBody().front().getTerminator());
    SmallVector<Value> results;
    for (auto [op, numbers] : lowering.revealed)
      results.push_back(numbers);
    for (Value operand : end.getOperands())
      if (isa<mpc::ShareType>(operand.getType()))
        results.push_back(lowering.shareOf(lowering.secretOf(operand)));
    func::ReturnOp::create(lowering.programs.party.builder, end.getLoc(), results);
  }

  /// Removes arguments that nothing uses, and states what the others are.
  void finish(func::FuncOp main, func::FuncOp parties, Lowering &lowering) {
    MLIRContext *context = &getContext();
    Block &body = parties.getBody().front();
    SmallVector<Argument> kept;
    for (Argument &argument : lowering.arguments) {
      if (argument.words.use_empty())
        body.eraseArgument(argument.words.getArgNumber());
      else
        kept.push_back(argument);
    }
    lowering.arguments = kept;
    parties.setType(FunctionType::get(context, body.getArgumentTypes(),
                                      body.getTerminator()->getOperandTypes()));
    OpBuilder b(context);
    nameResults(main, parties, lowering);
    for (const Argument &argument : kept) {
      unsigned number = argument.words.getArgNumber();
      if (!argument.origin) {
        parties.setArgAttrs(number, main.getArgAttrDict(argument.state.getArgNumber()));
        continue;
      }
      if (StringAttr name = nameOf(main, argument.origin->getOperand(0)))
        parties.setArgAttr(number, nn::kNameAttr, name);
      parties.setArgAttr(number, mpc::kPartyAttr,
                         mpc::PartyAttr::get(context, argument.party));
      if (argument.mask)
        parties.setArgAttr(number, mpc::kMaskAttr, b.getI64IntegerAttr(*argument.mask));
    }
  }

  /// Returns the name of an input or of a constant from which a value is computed; null if
  /// none has one.
  static StringAttr nameOf(func::FuncOp main, Value value) {
    SmallVector<Value> values{value};
    llvm::SmallDenseSet<Value> seen;
    while (!values.empty()) {
      value = values.pop_back_val();
      if (auto argument = dyn_cast<BlockArgument>(value)) {
        if (auto name =
                main.getArgAttrOfType<StringAttr>(argument.getArgNumber(), nn::kNameAttr))
          return name;
        continue;
      }
      Operation *op = value.getDefiningOp();
      if (isa<nn::ConstantOp>(op) && !nn::getConstantName(op).empty())
        return StringAttr::get(main.getContext(), nn::getConstantName(op));
      for (Value operand : llvm::reverse(op->getOperands()))
        if (seen.insert(operand).second)
          values.push_back(operand);
    }
    return {};
  }

  /// A result has the name of the output that it becomes.
  static void nameResults(func::FuncOp main, func::FuncOp parties,
                          const Lowering &lowering) {
    Operation *end = main.getBody().front().getTerminator();
    unsigned next = 0;
    for (auto [op, numbers] : lowering.revealed) {
      auto found = llvm::find(end->getOperands(), Value(op.getResult()));
      if (found != end->getOperands().end())
        if (auto name = main.getResultAttr(found.getIndex(), nn::kNameAttr))
          parties.setResultAttr(next, nn::kNameAttr, name);
      ++next;
    }
    for (auto [i, operand] : llvm::enumerate(end->getOperands()))
      if (isa<mpc::ShareType>(operand.getType()))
        parties.setResultAttrs(next++, main.getResultAttrs(i));
  }

  /// Returns the number of rows that the elements of an argument choose from, in the
  /// client's program: 0 if it chooses none, or none directly.
  static int64_t indexBound(BlockArgument argument) {
    int64_t bound = nn::indexBound(argument);
    SmallVector<Value> values{argument};
    while (!values.empty()) {
      for (Operation *user : values.pop_back_val().getUsers()) {
        if (isa<nn::CastOp, nn::ReshapeOp, nn::SliceOp, nn::TransposeOp, nn::ExpandOp>(
                user))
          values.push_back(user->getResult(0));
        auto rows = dyn_cast<mpc::OneHotOp>(user);
        if (!rows)
          continue;
        int64_t classes = typeOf(rows.getResult()).getShape().back();
        bound = bound == 0 ? classes : std::min(bound, classes);
      }
    }
    return bound;
  }

  /// Removes material that nothing needs: masks of weights that are only added.
  static void eraseUnused(func::FuncOp parties, func::FuncOp dealer) {
    auto erase = [](auto op) {
      if (op.getResult() && op.getResult().use_empty())
        op.erase();
    };
    for (Operation &op : llvm::make_early_inc_range(parties.getBody().front()))
      if (auto material = dyn_cast<mpc::MaterialOp>(op))
        erase(material);
    for (Operation &op : llvm::make_early_inc_range(dealer.getBody().front()))
      if (auto draw = dyn_cast<mpc::DrawOp>(op))
        erase(draw);
  }

  /// Writes the function in which `party` computes its arguments, alone.
  static void writePreparation(func::FuncOp function, func::FuncOp main, mpc::Party party,
                               const Lowering &lowering) {
    OpBuilder b = OpBuilder::atBlockEnd(&function.getBody().front());
    IRMapping copies;
    if (party == mpc::Party::Client)
      mapInputs(main, function, copies);
    SmallVector<Value> words;
    for (const Argument &argument : lowering.arguments) {
      if (!argument.origin || argument.party != party)
        continue;
      Value input = copyPlain(b, argument.origin->getOperand(0), copies);
      auto type = typeOf(argument.origin->getResult(0));
      auto one = dyn_cast<mpc::OneHotOp>(argument.origin);
      words.push_back(
          one ? oneHotRows(b, one, input)
              : encode(b, argument.origin->getLoc(), input, type.getFraction()));
    }
    func::ReturnOp::create(b, function.getLoc(), words);
    function.setType(FunctionType::get(b.getContext(), function.getArgumentTypes(),
                                       ValueRange(words).getTypes()));
  }

  /// Maps the arguments of @main that are not state to the first ones of `function`;
  /// returns their number.
  static unsigned mapInputs(func::FuncOp main, func::FuncOp function, IRMapping &copies) {
    unsigned next = 0;
    for (BlockArgument argument : main.getArguments())
      if (!isa<mpc::ShareType>(argument.getType())) {
        function.setArgAttrs(next, main.getArgAttrDict(argument.getArgNumber()));
        if (int64_t bound = indexBound(argument))
          function.setArgAttr(next, mpc::kIndexBoundAttr,
                              OpBuilder(function).getI64IntegerAttr(bound));
        copies.map(argument, function.getArgument(next++));
      }
    return next;
  }

  /// Writes the function in which the client computes the results of the model, alone, from
  /// its inputs and what it learned.
  static void writeResults(func::FuncOp function, func::FuncOp main,
                           const Lowering &lowering) {
    OpBuilder b = OpBuilder::atBlockEnd(&function.getBody().front());
    IRMapping copies;
    unsigned next = mapInputs(main, function, copies);
    for (auto [op, numbers] : lowering.revealed)
      copies.map(Value(op.getResult()), function.getArgument(next++));
    SmallVector<Value> results;
    for (Value operand : main.getBody().front().getTerminator()->getOperands())
      if (!isa<mpc::ShareType>(operand.getType()))
        results.push_back(copyPlain(b, operand, copies));
    func::ReturnOp::create(b, function.getLoc(), results);
    function.setType(FunctionType::get(b.getContext(), function.getArgumentTypes(),
                                       ValueRange(results).getTypes()));
    next = 0;
    for (auto [i, operand] :
         llvm::enumerate(main.getBody().front().getTerminator()->getOperands()))
      if (!isa<mpc::ShareType>(operand.getType()))
        function.setResultAttrs(next++, main.getResultAttrs(i));
  }

  /// As in nn.gather, an index below zero counts from the end.
  static Value oneHotRows(OpBuilder &builder, mpc::OneHotOp op, Value indices) {
    ArrayRef<int64_t> shape = typeOf(op.getResult()).getShape();
    int64_t rank = shape.size(), classes = shape.back();
    AffineMap map = AffineMap::getMultiDimIdentityMap(rank, builder.getContext())
                        .getMajorSubMap(rank - 1);
    return parallelGeneric(builder, op.getLoc(),
                           RankedTensorType::get(shape, builder.getI64Type()), indices, map,
                           [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                             return buildIsColumn(b, loc, args[0], rank - 1, classes);
                           });
  }
};
} // namespace
