//===- MemorySlots.cpp - An arena of sizes known at run time --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// When a program with free dimensions is compiled, it is not known which of two buffers is
// larger, so that they cannot be stacked as PlanMemory stacks buffers of known size. Whole
// slots are shared instead. In a transformer most buffers have the same free dimensions
// (batch times sequence), which can be compared after all.
//
//===----------------------------------------------------------------------===//

#include "MemorySlots.h"
#include "Memory/SizeArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace tacit::cpu;

namespace {
/// A buffer whose free dimensions are numbered, so that equal ones are recognised.
struct Request {
  const Buffer *buffer;
  SmallVector<unsigned> dims; // sorted
  unsigned slot = 0;

  /// Estimates the size, to compare it with others; all free dimensions count the same.
  double guess() const {
    static constexpr double kTypicalSize = 64;
    return buffer->size * std::pow(kTypicalSize, dims.size());
  }
};

/// A slot is as large as the largest of its terms (bytes times free dimensions).
struct Slot {
  SmallVector<const Buffer *> buffers;
  llvm::MapVector<SmallVector<unsigned>, int64_t> terms;

  bool isFreeFor(const Buffer &buffer) const {
    return llvm::all_of(buffers, [&](const Buffer *other) {
      return other->last < buffer.first || buffer.last < other->first;
    });
  }
  void add(const Request &request) {
    buffers.push_back(request.buffer);
    int64_t &bytes = terms[request.dims];
    bytes = std::max(bytes, request.buffer->size);
  }
};

/// Reads the sizes of the buffers and assigns slots.
class Planner {
public:
  explicit Planner(func::FuncOp main)
      : top(OpBuilder::atBlockBegin(&main.getBody().front())), loc(main.getLoc()) {
    for (BlockArgument argument : main.getArguments())
      known.map(argument, argument);
  }

  LogicalResult add(const Buffer &buffer) {
    Request request{&buffer, {}};
    memref::AllocOp alloc = buffer.alloc;
    for (Value size : alloc.getDynamicSizes()) {
      auto copy = copySize(top, size, known);
      if (failed(copy))
        return failure();
      auto [entry, isNew] = numbers.try_emplace(*copy, values.size());
      if (isNew)
        values.push_back(*copy);
      request.dims.push_back(entry->second);
    }
    llvm::sort(request.dims);
    requests.push_back(std::move(request));
    return success();
  }

  /// The largest buffers come first, so that later ones fit into existing slots.
  void assign() {
    SmallVector<Request *> order;
    for (Request &request : requests)
      order.push_back(&request);
    llvm::sort(order, [](Request *a, Request *b) {
      // The last criterion breaks ties: requests are in program order.
      return std::make_tuple(-a->guess(), a->buffer->first, a) <
             std::make_tuple(-b->guess(), b->buffer->first, b);
    });
    for (Request *request : order) {
      request->slot = choose(*request);
      if (request->slot == slots.size())
        slots.emplace_back();
      slots[request->slot].add(*request);
    }
  }

  /// Computes the offsets of the slots, and makes each buffer a view of its slot.
  void emit(Value arena) {
    SmallVector<Value> starts;
    Value end = arith::ConstantIndexOp::create(top, loc, 0);
    for (const Slot &slot : slots) {
      starts.push_back(end);
      end = arith::AddIOp::create(top, loc, end, sizeOf(slot));
    }
    auto bytes = MemRefType::get({ShapedType::kDynamic}, top.getI8Type());
    Value zero = arith::ConstantIndexOp::create(top, loc, 0);
    Value whole = memref::ViewOp::create(top, loc, bytes, arena, zero, end);
    for (const Request &request : requests) {
      memref::AllocOp alloc = request.buffer->alloc;
      OpBuilder b(alloc);
      Value view = memref::ViewOp::create(b, alloc->getLoc(), alloc.getType(), whole,
                                          starts[request.slot], alloc.getDynamicSizes());
      alloc->replaceAllUsesWith(ValueRange{view});
      alloc->erase();
    }
  }

private:
  /// Prefers a slot with the same free dimensions, then any other, then a new one.
  unsigned choose(const Request &request) const {
    unsigned best = slots.size();
    for (auto [i, slot] : llvm::enumerate(slots)) {
      if (!slot.isFreeFor(*request.buffer))
        continue;
      if (slot.terms.contains(request.dims))
        return i;
      if (best == slots.size())
        best = i;
    }
    return best;
  }

  Value sizeOf(const Slot &slot) {
    Value size;
    for (const auto &[dims, bytes] : slot.terms) {
      SmallVector<Value> sizes =
          llvm::map_to_vector(dims, [&](unsigned number) { return values[number]; });
      Value term = emitBytes(top, loc, bytes, sizes);
      size = size ? arith::MaxSIOp::create(top, loc, size, term).getResult() : term;
    }
    return size;
  }

  OpBuilder top;
  Location loc;
  IRMapping known;
  DenseMap<Value, unsigned> numbers;
  SmallVector<Value> values;
  SmallVector<Request> requests;
  SmallVector<Slot> slots;
};
} // namespace

std::optional<int64_t> tacit::cpu::knownBytes(MemRefType type) {
  SmallVector<int64_t> known;
  llvm::copy_if(type.getShape(), std::back_inserter(known),
                [](int64_t dim) { return !ShapedType::isDynamic(dim); });
  return byteSize(MemRefType::get(known, type.getElementType()));
}

Value tacit::cpu::emitBytes(OpBuilder &b, Location loc, int64_t knownBytes,
                            ValueRange sizes) {
  Value bytes = arith::ConstantIndexOp::create(b, loc, knownBytes);
  for (Value size : sizes)
    bytes = arith::MulIOp::create(b, loc, bytes, size);
  Value line = arith::ConstantIndexOp::create(b, loc, kBufferAlignment);
  Value lines = arith::CeilDivSIOp::create(b, loc, bytes, line);
  return arith::MulIOp::create(b, loc, lines, line);
}

LogicalResult tacit::cpu::placeInSlots(func::FuncOp main, ArrayRef<Buffer> buffers) {
  Planner planner(main);
  for (const Buffer &buffer : buffers)
    if (failed(planner.add(buffer)))
      return failure();
  planner.assign();
  planner.emit(main.getArgument(1));
  return success();
}
