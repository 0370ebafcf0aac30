//===- Graph.h - Functions on ONNX graphs -----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_FILE_GRAPH_H
#define TACIT_LIB_IMPORT_ONNX_FILE_GRAPH_H

#include "File/ProtoFile.h"
#include "llvm/ADT/StringSet.h"

namespace tacit::onnx_import {

/// Returns the name of a node, or a substitute for it: "MatMul:<its first output>".
std::string nodeName(const onnx::NodeProto &node);

/// Returns true for the domain of ONNX's own operators, "", which is also spelt "ai.onnx".
bool isDefaultDomain(llvm::StringRef domain);

/// Returns the graphs that a node holds.
llvm::SmallVector<const onnx::GraphProto *> subgraphsOf(const onnx::NodeProto &node);

/// Replaces each node that calls a function of the file by the nodes of that function.
/// Fails with BadInput if functions never end, and with Unsupported if one is of another
/// opset than the model.
llvm::Error inlineFunctions(ProtoFile &file, llvm::StringRef path);

/// Moves nodes after those whose results they read, also in graphs inside nodes, and keeps
/// their order otherwise. A graph with a cycle stays as it is.
void sortNodes(onnx::GraphProto &graph);

/// Checks that names are well-formed and unique, that every value is produced before it is
/// used, and that there are outputs. Fails with BadInput.
llvm::Error checkGraph(llvm::StringRef path, const onnx::GraphProto &graph);

/// Returns the names of all values that a node or a graph output uses.
llvm::StringSet<> usedValues(const onnx::GraphProto &graph);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_FILE_GRAPH_H
