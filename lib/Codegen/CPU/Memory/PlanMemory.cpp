//===- PlanMemory.cpp - One arena for all intermediate buffers ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory/SizeArithmetic.h"
#include "MemorySlots.h"
#include "Model.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Dialect/CPU/IR/CPU.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/MapVector.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_PLANMEMORY
#include "tacit/Codegen/CPU/Memory/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using tacit::cpu::Buffer;
using tacit::cpu::kBufferAlignment;

/// The most bytes that one parallel task may keep on its stack (OpenMP gives its threads 4
/// MiB by default).
static constexpr int64_t kMaxStackBytes = 1 << 20;
static constexpr llvm::StringLiteral kStackCheck =
    "a parallel task would need more than 1048576 bytes of working memory";

/// Returns the largest number of elements that `alloc` can have, if its free dimensions are
/// bounded.
static std::optional<SmallVector<int64_t>> largestShape(memref::AllocOp alloc) {
  SmallVector<int64_t> shape(alloc.getType().getShape());
  auto sizes = alloc.getDynamicSizes();
  for (int64_t &dim : shape) {
    if (!ShapedType::isDynamic(dim))
      continue;
    auto bound = ValueBoundsConstraintSet::computeConstantBound(
        presburger::BoundType::UB, sizes.front(), /*stopCondition=*/nullptr,
        /*closedUB=*/true);
    if (failed(bound) || *bound < 0)
      return std::nullopt;
    dim = *bound;
    sizes = sizes.drop_front();
  }
  return shape;
}

namespace {
/// Adds up what one parallel task keeps on its stack: known bytes, and computed ones.
struct Stack {
  int64_t bytes = 0;
  SmallVector<Value> more;
};

struct PlanMemory : tacit::cpu::ModelPass<tacit::cpu::impl::PlanMemoryBase<PlanMemory>> {
  using ModelPass::ModelPass;

  LogicalResult runOnModel(func::FuncOp main) override {
    bool isFree = tacit::cpu::numFreeDims(main) > 0;
    if (failed(moveToStack(main, isFree)))
      return failure();
    auto buffers = collect(main, isFree);
    if (failed(buffers))
      return failure();
    numBuffers = buffers->size();
    if (isFree) {
      auto type = MemRefType::get({1}, IntegerType::get(&getContext(), 8));
      if (failed(main.insertArgument(1, type, {}, main.getLoc())) ||
          failed(tacit::cpu::placeInSlots(main, *buffers)))
        return failure();
      flattenEmptyArguments(main);
      return success();
    }
    int64_t arena = place(*buffers);
    for (const Buffer &buffer : *buffers)
      sumBytes += buffer.size;
    arenaBytes = arena;

    getOperation()->setAttr(tacit::cpu::kArenaAttr,
                            IntegerAttr::get(IntegerType::get(&getContext(), 64), arena));
    // The arena comes after the weights and before the inputs.
    auto type = MemRefType::get({arena}, IntegerType::get(&getContext(), 8));
    if (failed(main.insertArgument(1, type, {}, main.getLoc())))
      return failure();
    for (const Buffer &buffer : *buffers) {
      OpBuilder b(buffer.alloc);
      Location loc = buffer.alloc->getLoc();
      Value start = arith::ConstantIndexOp::create(b, loc, buffer.offset);
      Value view = memref::ViewOp::create(b, loc, buffer.alloc->getResultTypes()[0],
                                          main.getArgument(1), start, ValueRange());
      memref::AllocOp alloc = buffer.alloc;
      alloc->replaceAllUsesWith(ValueRange{view});
      alloc->erase();
    }
    flattenEmptyArguments(main);
    return success();
  }

  /// An input without elements (an empty cache) remains an argument of one dimension: with
  /// more dimensions, whose strides would be meaningless, it would not be a plain pointer.
  static void flattenEmptyArguments(func::FuncOp main) {
    OpBuilder b = OpBuilder::atBlockBegin(&main.getBody().front());
    for (BlockArgument argument : main.getArguments().drop_front(2)) {
      auto type = dyn_cast<MemRefType>(argument.getType());
      if (!type || !llvm::is_contained(type.getShape(), 0))
        continue;
      Value zero = arith::ConstantIndexOp::create(b, main.getLoc(), 0);
      Value view = memref::ViewOp::create(b, main.getLoc(), type, main.getArgument(1), zero,
                                          ValueRange());
      argument.replaceAllUsesWith(view);
      argument.setType(MemRefType::get({0}, type.getElementType()));
      // The names of dimensions that became 0 do not apply to the remaining one.
      main.removeArgAttr(argument.getArgNumber(), tacit::nn::kDimsAttr);
    }
    main.setType(FunctionType::get(main.getContext(), main.getBody().getArgumentTypes(),
                                   main.getResultTypes()));
  }

  /// Buffers that are allocated inside a parallel loop belong to one task, so they go on
  /// its stack.
  LogicalResult moveToStack(func::FuncOp main, bool isFree) {
    SmallVector<memref::AllocOp> allocs;
    main.walk([&](memref::AllocOp alloc) {
      if (alloc->getParentOfType<scf::ForallOp>())
        allocs.push_back(alloc);
    });
    llvm::MapVector<Operation *, Stack> stacks;
    OpBuilder top = OpBuilder::atBlockBegin(&main.getBody().front());
    IRMapping known;
    for (BlockArgument argument : main.getArguments())
      known.map(argument, argument);
    for (memref::AllocOp alloc : allocs) {
      // They are allocated at the start of the outermost task, so that inner loops do not
      // grow the stack.
      auto task = alloc->getParentOfType<scf::ForallOp>();
      while (auto outer = task->getParentOfType<scf::ForallOp>())
        task = outer;
      OpBuilder b = OpBuilder::atBlockBegin(task.getBody());
      auto shape = largestShape(alloc);
      if (failed(shape || !isFree ? moveBounded(b, alloc, shape, stacks[task])
                                  : moveFree(b, alloc, top, known, stacks[task])))
        return failure();
      ++numOnStack;
    }
    for (auto &[task, stack] : stacks)
      if (!stack.more.empty())
        checkAtRunTime(top, main.getLoc(), stack);
    return success();
  }

  /// Handles a buffer of at most `shape`.
  static LogicalResult moveBounded(OpBuilder &b, memref::AllocOp alloc,
                                   std::optional<SmallVector<int64_t>> shape,
                                   Stack &stack) {
    MemRefType type = alloc.getType();
    auto size = shape ? tacit::byteSize(MemRefType::get(*shape, type.getElementType()))
                      : std::nullopt;
    int64_t left = kMaxStackBytes - stack.bytes;
    if (!size || *size > left)
      return alloc->emitError()
             << "a parallel task needs a buffer of type " << type << "; expected at most "
             << left << " bytes of " << kMaxStackBytes << " that a task may use";
    stack.bytes += llvm::alignTo(*size, kBufferAlignment);
    if (type.hasStaticShape()) {
      Value slot = memref::AllocaOp::create(b, alloc->getLoc(), type,
                                            b.getI64IntegerAttr(kBufferAlignment));
      alloc->replaceAllUsesWith(ValueRange{slot});
      alloc->erase();
    } else {
      auto bytes = MemRefType::get({*size}, b.getI8Type());
      replaceByView(alloc, memref::AllocaOp::create(b, alloc->getLoc(), bytes,
                                                    b.getI64IntegerAttr(kBufferAlignment)));
    }
    return success();
  }

  /// Handles a buffer of any size, which is computed at `top`.
  static LogicalResult moveFree(OpBuilder &b, memref::AllocOp alloc, OpBuilder &top,
                                IRMapping &known, Stack &stack) {
    SmallVector<Value> sizes;
    for (Value size : alloc.getDynamicSizes()) {
      auto copy = tacit::cpu::copySize(top, size, known);
      if (failed(copy))
        return failure();
      sizes.push_back(*copy);
    }
    auto size = tacit::cpu::knownBytes(alloc.getType());
    if (!size)
      return alloc->emitError() << "cannot plan a buffer of type " << alloc.getType()
                                << "; expected a known size";
    Location loc = alloc->getLoc();
    stack.more.push_back(tacit::cpu::emitBytes(top, loc, *size, sizes));
    auto bytes = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
    replaceByView(alloc, memref::AllocaOp::create(b, loc, bytes, stack.more.back(),
                                                  b.getI64IntegerAttr(kBufferAlignment)));
    return success();
  }

  static void replaceByView(memref::AllocOp alloc, Value bytes) {
    OpBuilder b(alloc);
    Value zero = arith::ConstantIndexOp::create(b, alloc->getLoc(), 0);
    Value view = memref::ViewOp::create(b, alloc->getLoc(), alloc.getType(), bytes, zero,
                                        alloc.getDynamicSizes());
    alloc->replaceAllUsesWith(ValueRange{view});
    alloc->erase();
  }

  /// The computed part of what a task needs must fit, too.
  static void checkAtRunTime(OpBuilder &b, Location loc, const Stack &stack) {
    Value sum = arith::ConstantIndexOp::create(b, loc, stack.bytes);
    for (Value bytes : stack.more)
      sum = arith::AddIOp::create(b, loc, sum, bytes);
    Value most = arith::ConstantIndexOp::create(b, loc, kMaxStackBytes);
    Value fits = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sle, sum, most);
    cf::AssertOp::create(b, loc, fits, kStackCheck);
  }

  FailureOr<SmallVector<Buffer>> collect(func::FuncOp main, bool isFree) {
    Block &entry = main.getBody().front();
    DenseMap<Operation *, int64_t> position;
    for (auto [i, op] : llvm::enumerate(entry))
      position[&op] = i;
    BufferViewFlowAnalysis aliases(main);
    SmallVector<Buffer> buffers;
    WalkResult result = main.walk([&](memref::AllocOp alloc) {
      auto size = isFree ? tacit::cpu::knownBytes(alloc.getType())
                         : tacit::byteSize(alloc.getType());
      if (!size) {
        alloc->emitError() << "cannot plan a buffer of type " << alloc.getType()
                           << "; expected a known size";
        return WalkResult::interrupt();
      }
      int64_t born = position.lookup(entry.findAncestorOpInBlock(*alloc));
      // Sizes that are still products are rounded up after the multiplication.
      if (!isFree)
        size = llvm::alignTo(*size, kBufferAlignment);
      Buffer buffer{alloc, *size, born, born};
      for (Value alias : aliases.resolve(alloc.getResult()))
        for (Operation *user : alias.getUsers())
          if (Operation *ancestor = entry.findAncestorOpInBlock(*user))
            buffer.last = std::max(buffer.last, position.lookup(ancestor));
      buffers.push_back(buffer);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return failure();
    return buffers;
  }

  /// Places the largest buffers first, each at the lowest offset that no buffer with an
  /// overlapping live range occupies. Returns the size of the arena.
  static int64_t place(MutableArrayRef<Buffer> buffers) {
    SmallVector<Buffer *> order;
    for (Buffer &buffer : buffers)
      order.push_back(&buffer);
    llvm::sort(order, [](Buffer *a, Buffer *b) {
      return std::make_pair(-a->size, a->first) < std::make_pair(-b->size, b->first);
    });
    SmallVector<Buffer *> placed; // sorted by offset
    int64_t arena = 0;
    for (Buffer *buffer : order) {
      int64_t offset = 0;
      for (Buffer *other : placed) {
        if (other->last < buffer->first || buffer->last < other->first)
          continue;
        if (offset + buffer->size <= other->offset)
          break;
        offset = std::max(offset, other->offset + other->size);
      }
      buffer->offset = offset;
      arena = std::max(arena, offset + buffer->size);
      auto where = llvm::upper_bound(
          placed, buffer, [](Buffer *a, Buffer *b) { return a->offset < b->offset; });
      placed.insert(where, buffer);
    }
    return arena;
  }
};
} // namespace
