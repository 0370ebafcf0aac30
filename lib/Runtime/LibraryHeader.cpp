//===- LibraryHeader.cpp - C header of a compiled model -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/LibraryWriter.h"
#include "tacit/Support/HostTensor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace tacit {

/// The part of tacit.h that a caller needs; the guard is shared with it.
static constexpr const char *kTensorDeclarations = R"(#ifndef TACIT_TENSOR_DECLARED
#define TACIT_TENSOR_DECLARED

#define TACIT_MAX_RANK 8

/* Element types, numbered as in ONNX (TensorProto.DataType). */
enum { TACIT_F32 = 1, TACIT_U8 = 2, TACIT_I8 = 3, TACIT_I32 = 6, TACIT_I64 = 7,
       TACIT_BOOL = 9, TACIT_F64 = 11 };

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

/// Text of the model (names, paths) that can stand in a C comment and on one line.
static std::string commentText(StringRef text) {
  std::string result;
  for (char c : text.take_front(200))
    result += isPrint(c) && c != '\\' && !(c == '/' && StringRef(result).ends_with("*"))
                  ? c
                  : '_';
  return result;
}

static StringRef cType(int32_t dtype) {
  switch (dtype) {
  case TACIT_F32:
    return "float";
  case TACIT_F64:
    return "double";
  case TACIT_I8:
    return "int8_t";
  case TACIT_I32:
    return "int32_t";
  case TACIT_I64:
    return "int64_t";
  default:
    return "uint8_t";
  }
}

static StringRef dtypeConstant(int32_t dtype) {
  switch (dtype) {
  case TACIT_F32:
    return "TACIT_F32";
  case TACIT_F64:
    return "TACIT_F64";
  case TACIT_I8:
    return "TACIT_I8";
  case TACIT_I32:
    return "TACIT_I32";
  case TACIT_I64:
    return "TACIT_I64";
  case TACIT_U8:
    return "TACIT_U8";
  default:
    return "TACIT_BOOL";
  }
}

/// "1x128", a free dimension as "?".
static std::string dimsText(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  return join(
      map_range(shape, [](int64_t dim) { return dim < 0 ? "?" : std::to_string(dim); }),
      "x");
}

/// Documentation of one tensor and, where its shape is fixed, its size and a function
/// that wraps a buffer: the C compiler then checks the element type.
static void writeTensor(raw_ostream &os, const LibraryTensor &tensor, StringRef prefix,
                        StringRef kind, size_t index) {
  os << formatv("\n/* {0} {1}, '{2}': {3}, shape {4}.",
                kind == "input" ? "Input" : "Output", index, commentText(tensor.name),
                dtypeName(tensor.dtype), dimsText(tensor.shape));
  if (tensor.indexBound > 0)
    os << formatv("\n   Used as an index: every element must lie in [{0}, {1}].",
                  -tensor.indexBound, tensor.indexBound - 1);
  if (tensor.dtype == TACIT_BOOL)
    os << "\n   One byte per element, 0 or 1.";
  os << " */\n";
  auto bytes = tensorBytes(tensor.dtype, tensor.shape);
  if (!bytes)
    return;
  std::string macro = formatv("{0}_{1}_{2}", prefix, kind, index);
  bool isInput = kind == "input";
  os << formatv("#define {0}_ELEMENTS {1}\n", StringRef(macro).upper(),
                *bytes / dtypeBytes(tensor.dtype));
  os << formatv("static inline tacit_tensor {0}({1}{2} *data) {{\n", macro,
                isInput ? "const " : "", cType(tensor.dtype));
  // The initializer of an empty array is no C; what is not named is zero.
  os << formatv("  tacit_tensor tensor = {{{0}data, {1}, {2}, {{",
                isInput ? "(void *)" : "", dtypeConstant(tensor.dtype),
                tensor.shape.size());
  if (tensor.shape.empty())
    os << "0";
  interleaveComma(tensor.shape, os);
  os << "}};\n  return tensor;\n}\n";
}

/// A program that calls the model, as a comment.
static void writeExample(raw_ostream &os, const LibraryParts &parts, StringRef prefix) {
  std::string upper = prefix.upper();
  os << "/* Example:\n\n";
  for (auto [kind, tensors] :
       {std::pair("input", &parts.inputs), std::pair("output", &parts.outputs)})
    for (auto [i, tensor] : enumerate(*tensors))
      os << formatv("     static {0} {1}_{2}[{3}_{4}_{2}_ELEMENTS];\n", cType(tensor.dtype),
                    kind, i, upper, StringRef(kind).upper());
  for (auto [kind, tensors] :
       {std::pair("input", &parts.inputs), std::pair("output", &parts.outputs)}) {
    os << formatv("     tacit_tensor {0}s[] = {{", kind);
    for (size_t i = 0; i < tensors->size(); ++i)
      os << formatv("{0}{1}_{2}_{3}({2}_{3})", i ? ", " : "", prefix, kind, i);
    os << "};\n";
  }
  os << formatv("     char error[512];\n"
                "     if ({0}_run(inputs, {1}_NUM_INPUTS, outputs, {1}_NUM_OUTPUTS,\n"
                "                 0, error, sizeof error) != TACIT_OK)\n"
                "       fprintf(stderr, \"%s\\n\", error);\n\n"
                "   cc program.c -L. -l:{2} -Wl,-rpath,'$ORIGIN'\n*/\n\n",
                prefix, upper, commentText(sys::path::filename(parts.output)));
}

std::string libraryHeader(const LibraryParts &parts, StringRef prefix) {
  std::string text, upper = prefix.upper();
  raw_string_ostream os(text);
  auto fileName = commentText(sys::path::filename(parts.output));
  os << formatv("/* C interface of {0}, made by tacit compile from {1}.\n\n", fileName,
                commentText(sys::path::filename(parts.source)));
  os << formatv(
      "   The model reads {0} bytes of weights from a file that must stay beside\n"
      "   the library, and works in {1} bytes of memory that the first call\n"
      "   allocates. It needs these processor features: {2}. */\n\n",
      parts.weightsBytes, parts.arenaBytes,
      parts.features.empty() ? "none beyond the basic ones" : commentText(parts.features));
  os << formatv("#ifndef TACIT_MODEL_{0}_H\n#define TACIT_MODEL_{0}_H\n\n", upper);
  os << "#include <stddef.h>\n#include <stdint.h>\n\n";
  os << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  os << kTensorDeclarations;
  os << formatv("\n#define {0}_NUM_INPUTS {1}\n#define {0}_NUM_OUTPUTS {2}\n", upper,
                parts.inputs.size(), parts.outputs.size());
  for (auto [i, tensor] : enumerate(parts.inputs))
    writeTensor(os, tensor, prefix, "input", i);
  for (auto [i, tensor] : enumerate(parts.outputs))
    writeTensor(os, tensor, prefix, "output", i);
  os << "\n/* Runs the model. The caller owns every buffer; nothing is allocated after "
        "the\n"
        "   first call. `threads` <= 0 means one per core. Returns TACIT_OK, or another\n"
        "   code and a message in `error` (always terminated; may be null). Calls must\n"
        "   not overlap. */\n";
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
