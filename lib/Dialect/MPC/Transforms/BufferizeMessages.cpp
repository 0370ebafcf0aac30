//===- BufferizeMessages.cpp - Messages in buffers ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/MPC/Transforms/BufferizeMessages.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "tacit/Dialect/MPC/IR/MPC.h"

using namespace mlir;
using namespace tacit::mpc;

/// Returns true for a buffer whose words follow one another.
static bool isContiguous(Value buffer) {
  return cast<MemRefType>(buffer.getType())
      .areTrailingDimsContiguous(cast<MemRefType>(buffer.getType()).getRank());
}

/// Returns a new buffer of the same shape as `buffer`, with its words if they are read.
static Value copyOf(RewriterBase &rewriter, Location loc, Value buffer, bool isRead) {
  auto type = cast<MemRefType>(buffer.getType());
  Value copy = memref::AllocOp::create(
      rewriter, loc, MemRefType::get(type.getShape(), type.getElementType()));
  if (isRead)
    memref::CopyOp::create(rewriter, loc, buffer, copy);
  return copy;
}

namespace {
/// An operation that writes its results into the buffers it is given.
template <typename OpT>
struct WriteMessage
    : bufferization::DstBufferizableOpInterfaceExternalModel<WriteMessage<OpT>, OpT> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const bufferization::AnalysisState &) const {
    // What was in a buffer before is never read.
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const bufferization::BufferizationOptions &options,
                          bufferization::BufferizationState &state) const {
    SmallVector<Value> buffers, results;
    // What is written into a copy, and where it has to go.
    SmallVector<std::pair<Value, Value>> copies;
    rewriter.setInsertionPoint(op);
    for (OpOperand &operand : op->getOpOperands()) {
      auto buffer = bufferization::getBuffer(rewriter, operand.get(), options, state);
      if (failed(buffer))
        return failure();
      bool isInit = cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
      if (isInit)
        results.push_back(*buffer);
      if (!isContiguous(*buffer)) {
        Value copy = copyOf(rewriter, op->getLoc(), *buffer, /*isRead=*/!isInit);
        if (isInit)
          copies.push_back({copy, *buffer});
        *buffer = copy;
      }
      buffers.push_back(*buffer);
    }
    OperationState written(op->getLoc(), op->getName(), buffers, TypeRange(),
                           op->getAttrs());
    written.propertiesAttr = op->getPropertiesAsAttribute();
    rewriter.create(written);
    for (auto [copy, buffer] : copies)
      memref::CopyOp::create(rewriter, op->getLoc(), copy, buffer);
    bufferization::replaceOpWithBufferizedValues(rewriter, op, results);
    return success();
  }
};

struct ReadMessage
    : bufferization::BufferizableOpInterface::ExternalModel<ReadMessage, DealOp> {
  bool bufferizesToMemoryRead(Operation *, OpOperand &,
                              const bufferization::AnalysisState &) const {
    return true;
  }
  bool bufferizesToMemoryWrite(Operation *, OpOperand &,
                               const bufferization::AnalysisState &) const {
    return false;
  }
  bufferization::AliasingValueList
  getAliasingValues(Operation *, OpOperand &, const bufferization::AnalysisState &) const {
    return {};
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const bufferization::BufferizationOptions &options,
                          bufferization::BufferizationState &state) const {
    auto deal = cast<DealOp>(op);
    auto buffer = bufferization::getBuffer(rewriter, deal.getInput(), options, state);
    if (failed(buffer))
      return failure();
    rewriter.setInsertionPoint(op);
    Value words = isContiguous(*buffer)
                      ? *buffer
                      : copyOf(rewriter, op->getLoc(), *buffer, /*isRead=*/true);
    DealOp::create(rewriter, op->getLoc(), words, deal.getSource(), deal.getSiteAttr());
    rewriter.eraseOp(op);
    return success();
  }
};
} // namespace

void tacit::mpc::registerBufferization(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, MPCDialect *) {
    MaterialOp::attachInterface<WriteMessage<MaterialOp>>(*context);
    DrawOp::attachInterface<WriteMessage<DrawOp>>(*context);
    ExchangeOp::attachInterface<WriteMessage<ExchangeOp>>(*context);
    DealOp::attachInterface<ReadMessage>(*context);
  });
}
