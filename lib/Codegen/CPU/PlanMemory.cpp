//===- PlanMemory.cpp - One arena for all intermediate buffers ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Support/Elements.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_PLANMEMORY
#include "tacit/Codegen/CPU/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;

/// Buffers start on a cache line.
static constexpr int64_t kAlignment = 64;
/// Most bytes that one parallel task may keep on its stack (OpenMP gives its
/// threads 4 MiB by default).
static constexpr int64_t kMaxStackBytes = 1 << 20;

namespace {
/// A buffer, when it is alive (operations of the entry block, both included), and
/// where it was put.
struct Buffer {
  memref::AllocOp alloc;
  int64_t size, first, last, offset = 0;
};

struct PlanMemory : tacit::cpu::impl::PlanMemoryBase<PlanMemory> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal()) {
      module.emitError() << "expected a function @main: the model";
      return signalPassFailure();
    }
    if (failed(moveToStack(main)))
      return signalPassFailure();
    auto buffers = collect(main);
    if (failed(buffers))
      return signalPassFailure();
    int64_t arena = place(*buffers);
    for (const Buffer &buffer : *buffers)
      sumBytes += buffer.size;
    arenaBytes = arena;
    numBuffers = buffers->size();

    module->setAttr(tacit::nn::kArenaAttr,
                    IntegerAttr::get(IntegerType::get(&getContext(), 64), arena));
    // After the weights, before the inputs.
    auto type = MemRefType::get({arena}, IntegerType::get(&getContext(), 8));
    if (failed(main.insertArgument(1, type, {}, main.getLoc())))
      return signalPassFailure();
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
  }

  /// An input without elements (an empty cache) stays an argument, of one dimension:
  /// a buffer of more, none of whose strides means anything, is no plain pointer.
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
    }
    main.setType(FunctionType::get(main.getContext(), main.getBody().getArgumentTypes(),
                                   main.getResultTypes()));
  }

  /// Buffers made inside a parallel loop belong to one task: to its stack.
  LogicalResult moveToStack(func::FuncOp main) {
    SmallVector<memref::AllocOp> allocs;
    main.walk([&](memref::AllocOp alloc) {
      if (alloc->getParentOfType<scf::ForallOp>())
        allocs.push_back(alloc);
    });
    DenseMap<Operation *, int64_t> sums;
    for (memref::AllocOp alloc : allocs) {
      // At the start of the outermost task, so that inner loops do not grow it.
      auto task = alloc->getParentOfType<scf::ForallOp>();
      while (auto outer = task->getParentOfType<scf::ForallOp>())
        task = outer;
      auto size = tacit::byteSize(alloc.getType());
      int64_t left = kMaxStackBytes - sums.lookup(task);
      if (!size || *size > left)
        return alloc->emitError() << "a parallel task needs a buffer of type " << alloc.getType()
                                  << "; expected at most " << left << " bytes of "
                                  << kMaxStackBytes << " that a task may use";
      sums[task] += llvm::alignTo(*size, kAlignment);
      OpBuilder b = OpBuilder::atBlockBegin(task.getBody());
      Value slot = memref::AllocaOp::create(b, alloc->getLoc(), alloc.getType(),
                                            b.getI64IntegerAttr(kAlignment));
      alloc->replaceAllUsesWith(ValueRange{slot});
      alloc->erase();
      ++numOnStack;
    }
    return success();
  }

  FailureOr<SmallVector<Buffer>> collect(func::FuncOp main) {
    Block &entry = main.getBody().front();
    DenseMap<Operation *, int64_t> position;
    for (auto [i, op] : llvm::enumerate(entry))
      position[&op] = i;
    BufferViewFlowAnalysis aliases(main);
    SmallVector<Buffer> buffers;
    WalkResult result = main.walk([&](memref::AllocOp alloc) {
      auto size = tacit::byteSize(alloc.getType());
      if (!size) {
        alloc->emitError() << "cannot plan a buffer of type " << alloc.getType()
                           << "; expected a known size";
        return WalkResult::interrupt();
      }
      int64_t born = position.lookup(entry.findAncestorOpInBlock(*alloc));
      Buffer buffer{alloc, static_cast<int64_t>(llvm::alignTo(*size, kAlignment)), born, born};
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

  /// Largest first, each at the lowest place that no buffer alive at the same
  /// time occupies. Returns the size of the arena.
  static int64_t place(MutableArrayRef<Buffer> buffers) {
    SmallVector<Buffer *> order;
    for (Buffer &buffer : buffers)
      order.push_back(&buffer);
    llvm::sort(order, [](Buffer *a, Buffer *b) {
      return std::make_pair(-a->size, a->first) < std::make_pair(-b->size, b->first);
    });
    SmallVector<Buffer *> placed; // by offset
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
      auto where = llvm::upper_bound(placed, buffer, [](Buffer *a, Buffer *b) {
        return a->offset < b->offset;
      });
      placed.insert(where, buffer);
    }
    return arena;
  }
};
} // namespace
