//===- LibraryHeader.cpp - C header of a compiled model -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/LibraryWriter.h"
#include "tacit/Support/ElementTypes.h"
#include "tacit/Support/HostTensor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace tacit {

/// The part of tacit.h that a caller needs, before and after the element types; it shares
/// the include guard of that file.
static constexpr const char *kBeforeElementTypes = R"(#ifndef TACIT_TENSOR_DECLARED
#define TACIT_TENSOR_DECLARED

#define TACIT_MAX_RANK 8

/* Element types, numbered as in ONNX (TensorProto.DataType). */
)";
static constexpr const char *kAfterElementTypes = R"(
/* A dense row-major tensor. `shape` holds `rank` dimensions, in elements. */
typedef struct {
  void *data;
  int32_t dtype;
  int32_t rank;
  int64_t shape[TACIT_MAX_RANK];
} tacit_tensor;

/* Status codes; text goes to `error`. */
enum { TACIT_OK = 0, TACIT_BAD_INPUT = 4, TACIT_INTERNAL = 1 };

#endif /* TACIT_TENSOR_DECLARED */
)";

/// Returns text of the model (names, paths) in a form that is safe in a C comment and fits
/// on one line.
static std::string commentText(StringRef text) {
  std::string result;
  for (char c : text.take_front(200))
    result += isPrint(c) && c != '\\' && !(c == '/' && StringRef(result).ends_with("*"))
                  ? c
                  : '_';
  return result;
}

/// Writes the enum of tacit.h, five element types to a line.
static void writeElementTypes(raw_ostream &os) {
  os << "enum { ";
  for (auto [i, type] : enumerate(elementTypes()))
    os << (i == 0       ? ""
           : i % 5 == 0 ? ",\n       "
                        : ", ")
       << type.constant << " = " << type.code;
  os << " };\n";
}

static bool isFixed(const LibraryTensor &tensor) {
  return llvm::none_of(tensor.shape, [](int64_t dim) { return dim < 0; });
}

/// Returns text such as "1x128"; for free dimensions it contains names, as in "[batch,
/// 128]", or "?" for a size that the model computes.
static std::string dimsText(const LibraryTensor &tensor, ArrayRef<std::string> names) {
  if (tensor.shape.empty())
    return "scalar";
  if (isFixed(tensor))
    return shapeText(tensor.shape);
  SmallVector<std::string> dims;
  for (auto [i, dim] : enumerate(tensor.shape)) {
    int64_t name = dim < 0 && i < tensor.dims.size() ? tensor.dims[i] : -1;
    dims.push_back(dim >= 0   ? std::to_string(dim)
                   : name < 0 ? std::string("?")
                              : commentText(names[name]));
  }
  return "[" + join(dims, ", ") + "]";
}

/// Writes a function that wraps a buffer, so that the C compiler checks the element type.
/// Free dimensions are arguments.
static void writeWrapper(raw_ostream &os, const LibraryTensor &tensor,
                         const std::string &function, bool isInput) {
  os << formatv("static inline tacit_tensor {0}({1}{2} *data", function,
                isInput ? "const " : "", findElementType(tensor.dtype)->cType);
  for (auto [i, dim] : enumerate(tensor.shape))
    if (dim < 0)
      os << ", int64_t dim_" << i;
  // C has no initializer for an empty array; members that are not named are zero.
  os << formatv(") {{\n  tacit_tensor tensor = {{{0}data, {1}, {2}, {{",
                isInput ? "(void *)" : "", findElementType(tensor.dtype)->constant,
                tensor.shape.size());
  if (tensor.shape.empty())
    os << "0";
  for (auto [i, dim] : enumerate(tensor.shape)) {
    os << (i ? ", " : "");
    if (dim < 0)
      os << "dim_" << i;
    else
      os << dim;
  }
  os << "}};\n  return tensor;\n}\n";
}

/// Writes the documentation of one tensor, its size if that is fixed, and a function that
/// wraps it.
static void writeTensor(raw_ostream &os, const LibraryParts &parts,
                        const LibraryTensor &tensor, StringRef prefix, StringRef kind,
                        size_t index) {
  os << formatv("\n/* {0} {1}, '{2}': {3}, shape {4}.",
                kind == "input" ? "Input" : "Output", index, commentText(tensor.name),
                dtypeName(tensor.dtype), dimsText(tensor, parts.dims));
  if (tensor.indexBound > 0)
    os << formatv("\n   Used as an index: every element must lie in [{0}, {1}].",
                  -tensor.indexBound, tensor.indexBound - 1);
  if (tensor.dtype == TACIT_BOOL)
    os << "\n   One byte per element, 0 or 1.";
  os << " */\n";
  std::string macro = formatv("{0}_{1}_{2}", prefix, kind, index);
  auto bytes = tensorBytes(tensor.dtype, tensor.shape);
  if (bytes)
    os << formatv("#define {0}_ELEMENTS {1}\n", StringRef(macro).upper(),
                  *bytes / dtypeBytes(tensor.dtype));
  // The dimensions of an output are unknown until the model has been queried.
  if (bytes || kind == "input")
    writeWrapper(os, tensor, macro, kind == "input");
}

/// Declares a buffer for each tensor of fixed shape.
static void writeBuffers(raw_ostream &os, ArrayRef<LibraryTensor> tensors, StringRef prefix,
                         StringRef kind) {
  for (auto [i, tensor] : enumerate(tensors))
    if (isFixed(tensor))
      os << formatv("     static {0} {1}_{2}[{3}_{4}_{2}_ELEMENTS];\n",
                    findElementType(tensor.dtype)->cType, kind, i, prefix.upper(),
                    kind.upper());
    else
      os << formatv("     {0} *{1}_{2} = ...;\n", findElementType(tensor.dtype)->cType,
                    kind, i);
}

static void writeArray(raw_ostream &os, ArrayRef<LibraryTensor> tensors, StringRef prefix,
                       StringRef kind) {
  os << formatv("     tacit_tensor {0}s[] = {{", kind);
  for (auto [i, tensor] : enumerate(tensors)) {
    os << formatv("{0}{1}_{2}_{3}({2}_{3}", i ? ", " : "", prefix, kind, i);
    for (int64_t dim : tensor.shape)
      if (dim < 0)
        os << ", ...";
    os << ")";
  }
  os << "};\n";
}

/// Writes a program that calls the model, as a comment.
static void writeExample(raw_ostream &os, const LibraryParts &parts, StringRef prefix) {
  std::string upper = prefix.upper();
  bool isFree = !parts.dims.empty();
  os << "/* Example:\n\n";
  writeBuffers(os, parts.inputs, prefix, "input");
  if (!isFree)
    writeBuffers(os, parts.outputs, prefix, "output");
  writeArray(os, parts.inputs, prefix, "input");
  if (isFree)
    os << formatv("     tacit_tensor outputs[{0}_NUM_OUTPUTS];\n", upper);
  else
    writeArray(os, parts.outputs, prefix, "output");
  os << "     char error[512];\n";
  if (isFree)
    os << formatv("     if ({0}_output_shapes(inputs, {1}_NUM_INPUTS, outputs, "
                  "{1}_NUM_OUTPUTS,\n"
                  "                 error, sizeof error) != TACIT_OK)\n"
                  "       fprintf(stderr, \"%s\\n\", error);\n"
                  "     for (int i = 0; i < {1}_NUM_OUTPUTS; ++i)\n"
                  "       outputs[i].data = malloc({0}_bytes(&outputs[i]));\n",
                  prefix, upper);
  os << formatv("     if ({0}_run(inputs, {1}_NUM_INPUTS, outputs, {1}_NUM_OUTPUTS,\n"
                "                 0, error, sizeof error) != TACIT_OK)\n"
                "       fprintf(stderr, \"%s\\n\", error);\n\n"
                "   cc program.c -L. -l:{2} -Wl,-rpath,'$ORIGIN'\n*/\n\n",
                prefix, upper, commentText(sys::path::filename(parts.output)));
}

/// Describes the files, the memory and the processor features that the library needs.
static void writeSummary(raw_ostream &os, const LibraryParts &parts) {
  os << formatv("/* C interface of {0}, made by tacit compile from {1}.\n\n",
                commentText(sys::path::filename(parts.output)),
                commentText(sys::path::filename(parts.source)));
  os << formatv(
      "   The model reads {0} bytes of weights from a file that must stay beside\n"
      "   the library, and works in ",
      parts.weightsBytes);
  if (parts.dims.empty())
    os << formatv("{0} bytes of memory that the first call\n   allocates.",
                  parts.arenaBytes);
  else
    os << "memory that grows with its inputs and is kept\n   between calls.";
  os << formatv(" It needs these processor features: {0}.",
                parts.features.empty() ? "none beyond the basic ones"
                                       : commentText(parts.features));
  if (!parts.dims.empty())
    os << formatv("\n\n   These dimensions are free, and each has one size in a call:\n"
                  "   {0}.",
                  commentText(join(parts.dims, ", ")));
  os << " */\n\n";
}

/// Declares what a caller needs if shapes are known only when the inputs are.
static void writeShapeFunctions(raw_ostream &os, StringRef prefix) {
  os << "\n/* Fills type and shape of the outputs for inputs of these shapes, so that the\n"
        "   caller can allocate them. Reads no data. Returns as the function below. */\n";
  os << formatv("int {0}_output_shapes(const tacit_tensor *inputs, int num_inputs,\n"
                "    tacit_tensor *outputs, int num_outputs, char *error, "
                "size_t error_size);\n\n",
                prefix);
  os << "/* Bytes of a tensor whose type and shape are filled in. */\n";
  os << formatv("static inline size_t {0}_bytes(const tacit_tensor *tensor) {{\n", prefix);
  os << R"(  size_t bytes = tensor->dtype == TACIT_F64 || tensor->dtype == TACIT_I64 ||
                         tensor->dtype == TACIT_U64
                     ? 8
                 : tensor->dtype == TACIT_F32 || tensor->dtype == TACIT_I32 ||
                         tensor->dtype == TACIT_U32
                     ? 4
                 : tensor->dtype == TACIT_F16 || tensor->dtype == TACIT_BF16 ||
                         tensor->dtype == TACIT_I16 || tensor->dtype == TACIT_U16
                     ? 2
                     : 1;
  for (int32_t i = 0; i < tensor->rank; ++i)
    bytes *= (size_t)tensor->shape[i];
  return bytes;
}
)";
}

std::string libraryHeader(const LibraryParts &parts, StringRef prefix) {
  std::string text, upper = prefix.upper();
  raw_string_ostream os(text);
  writeSummary(os, parts);
  os << formatv("#ifndef TACIT_MODEL_{0}_H\n#define TACIT_MODEL_{0}_H\n\n", upper);
  os << "#include <stddef.h>\n#include <stdint.h>\n\n";
  os << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  os << kBeforeElementTypes;
  writeElementTypes(os);
  os << kAfterElementTypes;
  os << formatv("\n#define {0}_NUM_INPUTS {1}\n#define {0}_NUM_OUTPUTS {2}\n", upper,
                parts.inputs.size(), parts.outputs.size());
  for (auto [i, tensor] : enumerate(parts.inputs))
    writeTensor(os, parts, tensor, prefix, "input", i);
  for (auto [i, tensor] : enumerate(parts.outputs))
    writeTensor(os, parts, tensor, prefix, "output", i);
  writeShapeFunctions(os, prefix);
  os << "\n/* Runs the model. The caller owns every buffer; nothing is allocated after "
        "the\n"
        "   first call of its size. `threads` <= 0 means one per core. Returns TACIT_OK, "
        "or another\n"
        "   code and a message in `error` (always terminated; may be null). In that case "
        "the\n"
        "   contents of the outputs are unspecified. Calls must not overlap. */\n";
  os << formatv("int {0}_run(const tacit_tensor *inputs, int num_inputs, "
                "tacit_tensor *outputs,\n    int num_outputs, int threads, char *error, "
                "size_t error_size);\n\n",
                prefix);
  writeExample(os, parts, prefix);
  os << "#ifdef __cplusplus\n}\n#endif\n\n";
  os << formatv("#endif /* TACIT_MODEL_{0}_H */\n", upper);
  return text;
}

} // namespace tacit
