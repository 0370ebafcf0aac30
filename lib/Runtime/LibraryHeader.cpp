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
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include <map>

using namespace llvm;

namespace tacit {

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// The longest line of a text in the header, which may then end a comment.
static constexpr size_t kColumns = 89;
/// A longer size of an output is not documented.
static constexpr size_t kMaxSize = 60;

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

/// Writes `text` with line breaks at its blanks. Every line but the first begins with
/// `indent`; `column` is where the first begins.
static void wrap(raw_ostream &os, StringRef text, StringRef indent, size_t column) {
  bool isFirst = true;
  for (StringRef word : llvm::split(text, ' ')) {
    if (!isFirst && column + 1 + word.size() > kColumns) {
      os << "\n" << indent;
      column = indent.size();
    } else if (!isFirst) {
      os << " ";
      ++column;
    }
    os << word;
    column += word.size();
    isFirst = false;
  }
}

/// Writes a comment of one or more paragraphs.
static void writeComment(raw_ostream &os, StringRef text) {
  os << "/* ";
  bool isFirst = true;
  for (StringRef paragraph : llvm::split(text, '\n')) {
    os << (isFirst ? "" : paragraph.empty() ? "\n" : "\n   ");
    wrap(os, paragraph, "   ", 3);
    isFirst = false;
  }
  os << " */\n";
}

/// Writes the declaration `head(parameters);`, or its beginning.
static void writePrototype(raw_ostream &os, StringRef head,
                           ArrayRef<std::string> parameters, StringRef end) {
  // Lines break between parameters only.
  static constexpr char kBlank = '\1';
  std::vector<std::string> units(parameters);
  for (std::string &unit : units)
    std::replace(unit.begin(), unit.end(), ' ', kBlank);
  std::string text;
  raw_string_ostream wrapped(text);
  wrap(wrapped, join(units, ", ") + ")", std::string(4, ' '), head.size() + 1);
  std::replace(text.begin(), text.end(), kBlank, ' ');
  os << head << "(" << text << end;
}

/// Returns `name` as a part of a C identifier; empty if it has nothing of one.
static std::string identifierOf(StringRef name) {
  std::string result;
  for (char c : name.take_front(40))
    result += isAlnum(c) ? c : '_';
  bool hasLetter = llvm::any_of(result, [](char c) { return isAlpha(c); });
  return hasLetter ? result : "";
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

static bool isFixed(const LibraryTensor &tensor) {
  return llvm::none_of(tensor.shape, [](int64_t dim) { return dim < 0; });
}

/// Returns the number of the name of a free dimension, or -1.
static int64_t nameOf(const LibraryTensor &tensor, size_t dim) {
  return tensor.shape[dim] < 0 && dim < tensor.dims.size() ? tensor.dims[dim] : -1;
}

/// Returns a size as documentation: a number, a name, "past + seq", or "?" if the formula
/// is too long to help.
static std::string sizeText(const LibraryTensor &tensor, size_t dim,
                            ArrayRef<std::string> names) {
  if (tensor.shape[dim] >= 0)
    return std::to_string(tensor.shape[dim]);
  if (int64_t name = nameOf(tensor, dim); name >= 0)
    return names[name];
  bool isKnown = dim < tensor.sizes.size() && !tensor.sizes[dim].empty() &&
                 tensor.sizes[dim].size() <= kMaxSize;
  return isKnown ? tensor.sizes[dim] : "?";
}

/// Returns text such as "1x128" or "[batch, past + seq]".
static std::string shapeOf(const LibraryTensor &tensor, ArrayRef<std::string> names) {
  if (tensor.shape.empty())
    return "scalar";
  if (isFixed(tensor))
    return shapeText(tensor.shape);
  SmallVector<std::string> dims;
  for (size_t i = 0; i < tensor.shape.size(); ++i)
    dims.push_back(commentText(sizeText(tensor, i, names)));
  return "[" + join(dims, ", ") + "]";
}

std::string libraryDescription(const LibraryParts &parts) {
  auto tensors = [&](ArrayRef<LibraryTensor> list) {
    json::Array array;
    for (const LibraryTensor &tensor : list) {
      json::Array shape;
      for (size_t i = 0; i < tensor.shape.size(); ++i)
        if (tensor.shape[i] >= 0)
          shape.push_back(tensor.shape[i]);
        else
          shape.push_back(json::fixUTF8(sizeText(tensor, i, parts.dims)));
      json::Object entry{{"name", json::fixUTF8(tensor.name)},
                         {"dtype", dtypeName(tensor.dtype)},
                         {"type", tensor.dtype},
                         {"shape", std::move(shape)}};
      if (tensor.indexBound > 0)
        entry["index_bound"] = tensor.indexBound;
      array.push_back(std::move(entry));
    }
    return array;
  };
  json::Array dims, features;
  for (StringRef dim : parts.dims)
    dims.push_back(json::fixUTF8(dim));
  for (StringRef feature : llvm::split(parts.features, ','))
    if (!feature.empty())
      features.push_back(feature);
  json::Object description{
      {"schema", 1},
      {"model", json::fixUTF8(sys::path::filename(parts.source))},
      {"inputs", tensors(parts.inputs)},
      {"outputs", tensors(parts.outputs)},
      {"free_dims", std::move(dims)},
      {"weights_bytes", static_cast<int64_t>(parts.weightsBytes)},
      {"features", std::move(features)},
  };
  return formatv("{0}", json::Value(std::move(description))).str();
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

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

/* The working memory of one call at a time. */
typedef struct tacit_state tacit_state;

#endif /* TACIT_TENSOR_DECLARED */
)";

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

/// Returns the parameter for each free dimension: its name in ONNX if C can have it, one
/// parameter for all that have the same name; "" for known dimensions.
static SmallVector<std::string> parametersOf(const LibraryTensor &tensor,
                                             ArrayRef<std::string> names) {
  static const StringSet<> reserved = {
      "data",     "tensor",   "auto",    "break",   "case",     "char",         "const",
      "continue", "default",  "do",      "double",  "else",     "enum",         "extern",
      "float",    "for",      "goto",    "if",      "inline",   "int",          "long",
      "register", "restrict", "return",  "short",   "signed",   "sizeof",       "static",
      "struct",   "switch",   "typedef", "union",   "unsigned", "void",         "volatile",
      "while",    "bool",     "class",   "new",     "delete",   "this",         "template",
      "operator", "private",  "public",  "virtual", "true",     "false",        "namespace",
      "using",    "try",      "catch",   "throw",   "friend",   "typename",     "protected",
      "and",      "or",       "not",     "xor",     "explicit", "mutable",      "export",
      "asm",      "wchar_t",  "typeid",  "signed",  "nullptr",  "concept",      "requires",
      "compl",    "bitand",   "bitor",   "alignas", "alignof",  "static_assert"};
  SmallVector<std::string> parameters;
  std::map<std::string, int64_t> taken;
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    if (tensor.shape[i] >= 0) {
      parameters.push_back("");
      continue;
    }
    int64_t name = nameOf(tensor, i);
    std::string text = name >= 0 ? identifierOf(names[name]) : "";
    bool isUsable = !text.empty() && !isDigit(text.front()) && text.front() != '_' &&
                    !reserved.contains(text);
    if (!isUsable || !taken.try_emplace(text, name).second)
      // Two names can become one identifier.
      if (!isUsable || taken[text] != name)
        text = "dim_" + std::to_string(i);
    parameters.push_back(text);
  }
  return parameters;
}

/// Writes a function that wraps a buffer, so that the C compiler checks the element type.
/// Free dimensions are arguments.
static void writeWrapper(raw_ostream &os, const LibraryTensor &tensor,
                         ArrayRef<std::string> names, const std::string &function,
                         bool isInput) {
  const ElementType *type = findElementType(tensor.dtype);
  SmallVector<std::string> dims = parametersOf(tensor, names);
  std::vector<std::string> parameters = {(isInput ? "const " : "") + type->cType.str() +
                                         " *data"};
  SmallVector<std::string> sizes;
  for (auto [dim, parameter] : zip(tensor.shape, dims)) {
    sizes.push_back(dim < 0 ? parameter : std::to_string(dim));
    if (dim < 0 && !is_contained(parameters, "int64_t " + parameter))
      parameters.push_back("int64_t " + parameter);
  }
  writePrototype(os, "static inline tacit_tensor " + function, parameters, " {");
  // C has no initializer for an empty array; members that are not named are zero.
  os << "\n  tacit_tensor tensor = {";
  wrap(os,
       formatv("{0}data, {1}, {2}, {{{3}}};", isInput ? "(void *)" : "", type->constant,
               tensor.shape.size(), sizes.empty() ? std::string("0") : join(sizes, ", "))
           .str(),
       std::string(4, ' '), 24);
  os << "\n  return tensor;\n}\n";
}

/// Returns the names of the tensors for C; "" for those that C cannot tell apart.
static SmallVector<std::string> namesOf(ArrayRef<LibraryTensor> tensors) {
  SmallVector<std::string> names;
  StringMap<unsigned> count;
  for (const LibraryTensor &tensor : tensors) {
    names.push_back(identifierOf(tensor.name));
    ++count[StringRef(names.back()).lower()];
  }
  for (std::string &name : names)
    // input_0_x would look like a macro of input 0.
    if (count[StringRef(name).lower()] > 1 || (!name.empty() && isDigit(name.front())))
      name.clear();
  return names;
}

/// Writes the documentation of one tensor, its size if that is fixed, and a function that
/// wraps it; `name` is its name in C, or empty.
static void writeTensor(raw_ostream &os, const LibraryParts &parts,
                        const LibraryTensor &tensor, StringRef prefix, StringRef kind,
                        size_t index, StringRef name) {
  std::string text = formatv(
      "{0} {1}, '{2}': {3}, shape {4}.", kind == "input" ? "Input" : "Output", index,
      commentText(tensor.name), dtypeName(tensor.dtype), shapeOf(tensor, parts.dims));
  if (tensor.indexBound > 0)
    text += formatv("\nUsed as an index: every element must lie in [{0}, {1}].",
                    -tensor.indexBound, tensor.indexBound - 1);
  if (tensor.dtype == TACIT_BOOL)
    text += "\nOne byte per element, 0 or 1.";
  os << "\n";
  writeComment(os, text);
  std::string macro = formatv("{0}_{1}_{2}", prefix, kind, index);
  std::string named = (prefix + "_" + kind + "_" + name).str();
  auto bytes = tensorBytes(tensor.dtype, tensor.shape);
  if (bytes)
    os << formatv("#define {0}_ELEMENTS {1}\n", StringRef(macro).upper(),
                  *bytes / dtypeBytes(tensor.dtype));
  if (!name.empty())
    os << formatv("#define {0} {1}\n", StringRef(named).upper(), index);
  // The dimensions of an output are unknown until the model has been queried.
  if (!bytes && kind == "output")
    return;
  if (!name.empty())
    os << formatv("#define {0} {1}\n", named, macro);
  writeWrapper(os, tensor, parts.dims, macro, kind == "input");
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static const std::vector<std::string> kCall = {"const tacit_tensor *inputs",
                                               "int num_inputs", "tacit_tensor *outputs",
                                               "int num_outputs"};
static const std::vector<std::string> kError = {"char *error", "size_t error_size"};

static void declare(raw_ostream &os, const std::string &comment, const std::string &head,
                    ArrayRef<std::vector<std::string>> parameters) {
  os << "\n";
  if (!comment.empty())
    writeComment(os, comment);
  std::vector<std::string> all;
  for (const auto &list : parameters)
    all.insert(all.end(), list.begin(), list.end());
  writePrototype(os, head, all, ";\n");
}

/// Declares what a caller needs if shapes are known only when the inputs are.
static void writeShapeFunctions(raw_ostream &os, StringRef prefix) {
  declare(os,
          "Fills type and shape of the outputs for inputs of these shapes, so that the "
          "caller can allocate them. Reads no data, and needs no weights. Returns as the "
          "functions below.",
          ("int " + prefix + "_output_shapes").str(), {kCall, kError});
  os << "\n/* Bytes of a tensor whose type and shape are filled in. */\n";
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

/// Declares the calls.
static void writeRunFunctions(raw_ostream &os, StringRef prefix) {
  auto name = [&](StringRef function) { return (prefix + "_" + function).str(); };
  declare(
      os,
      "Maps and checks the weights, which the first call would do otherwise; their file "
      "is opened when the library is loaded. Needed only to find out early whether they "
      "are there. Returns TACIT_OK, or another "
      "code and a message in `error` (always terminated, cut to `error_size` bytes; may "
      "be null).",
      "int " + name("init"), {kError});
  declare(
      os,
      "Runs the model. `threads` <= 0 means one per core. Any number of threads may "
      "call it at the same time: each call uses working memory of its own, which is "
      "kept for later calls, and results do not depend on what else runs. Inputs, which "
      "are only read, and outputs belong to the caller. An output must not overlap an "
      "input or another output: a cache that goes in as past comes out in a second "
      "buffer, and the caller exchanges the two. Returns as the function above; after "
      "an error the contents of the outputs are unspecified, and the next call is not "
      "affected.",
      "int " + name("run"), {kCall, {"int threads"}, kError});
  declare(
      os,
      "The same with working memory that the caller holds, one for each thread, say. It "
      "belongs to the caller until " +
          name("destroy") +
          ", which any thread may call when no call uses it; a null pointer is ignored "
          "there. A state may pass from thread to thread, but serves one call at a "
          "time: a second one is refused. " +
          name("create") + " opens the weights as " + name("init") +
          " does, and returns a null pointer and a message after an error.",
      "tacit_state *" + name("create"), {kError});
  auto state = std::vector<std::string>{"tacit_state *state"};
  declare(os, "", "int " + name("run_state"), {state, kCall, {"int threads"}, kError});
  declare(os, "", "void " + name("destroy"), {state});
  declare(
      os,
      "Frees what the library keeps between calls: working memory, and the weights once "
      "no state uses them. No other call may run at this time. The next call works as "
      "the first one did. dlclose does the same; states must be destroyed before. The "
      "process may fork at any time, and both go on calling.",
      "void " + name("close"), {std::vector<std::string>{"void"}});
  declare(os,
          "Describes the model as JSON: names, types and shapes of inputs and outputs, for "
          "callers that cannot read this header. The text belongs to the library.",
          "const char *" + name("describe"), {std::vector<std::string>{"void"}});
}

//===----------------------------------------------------------------------===//
// Example
//===----------------------------------------------------------------------===//

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

static void writeArray(raw_ostream &os, const LibraryParts &parts,
                       ArrayRef<LibraryTensor> tensors, StringRef prefix, StringRef kind) {
  os << formatv("     tacit_tensor {0}s[] = {{", kind);
  for (auto [i, tensor] : enumerate(tensors)) {
    SmallVector<std::string> arguments = {(kind + "_" + Twine(i)).str()};
    for (const std::string &parameter : parametersOf(tensor, parts.dims))
      if (!parameter.empty() && !is_contained(arguments, parameter))
        arguments.push_back(parameter);
    os << (i ? ",\n         " : "\n         ");
    wrap(os, formatv("{0}_{1}_{2}({3})", prefix, kind, i, join(arguments, ", ")).str(),
         std::string(13, ' '), 9);
  }
  os << "};\n";
}

/// Writes a program that calls the model, as a comment.
static void writeExample(raw_ostream &os, const LibraryParts &parts, StringRef prefix) {
  std::string upper = prefix.upper();
  bool isFree = !parts.dims.empty();
  os << "\n/* Example:\n\n";
  writeBuffers(os, parts.inputs, prefix, "input");
  if (!isFree)
    writeBuffers(os, parts.outputs, prefix, "output");
  writeArray(os, parts, parts.inputs, prefix, "input");
  if (isFree)
    os << formatv("     tacit_tensor outputs[{0}_NUM_OUTPUTS];\n", upper);
  else
    writeArray(os, parts, parts.outputs, prefix, "output");
  os << "     char error[512];\n";
  if (isFree)
    os << formatv("     if ({0}_output_shapes(inputs, {1}_NUM_INPUTS, outputs,\n"
                  "             {1}_NUM_OUTPUTS, error, sizeof error) != TACIT_OK)\n"
                  "       fprintf(stderr, \"%s\\n\", error);\n"
                  "     for (int i = 0; i < {1}_NUM_OUTPUTS; ++i)\n"
                  "       outputs[i].data = malloc({0}_bytes(&outputs[i]));\n",
                  prefix, upper);
  os << formatv("     if ({0}_run(inputs, {1}_NUM_INPUTS, outputs, {1}_NUM_OUTPUTS,\n"
                "             0, error, sizeof error) != TACIT_OK)\n"
                "       fprintf(stderr, \"%s\\n\", error);\n\n"
                "   cc program.c -L. -l:{2} -Wl,-rpath,'$ORIGIN'\n*/\n\n",
                prefix, upper, commentText(sys::path::filename(parts.output)));
}

//===----------------------------------------------------------------------===//
// The header
//===----------------------------------------------------------------------===//

/// Describes the files, the memory and the processor features that the library needs.
static void writeSummary(raw_ostream &os, const LibraryParts &parts) {
  std::string text =
      formatv("C interface of {0}, made by tacit compile from {1}.\n\nThe model reads {2} "
              "bytes of weights from a file that must stay beside the library, ",
              commentText(sys::path::filename(parts.output)),
              commentText(sys::path::filename(parts.source)), parts.weightsBytes);
  text += parts.dims.empty()
              ? formatv("and works in {0} bytes of memory for each call at a time.",
                        parts.arenaBytes)
                    .str()
              : "and works in memory that grows with its inputs and is kept between calls.";
  std::string features = commentText(join(split(parts.features, ','), ", "));
  text += parts.features.empty() ? " It runs on every processor of its kind."
                                 : " It needs a processor with " + features +
                                       ", and refuses to run on others.";
  text += parts.usesOpenMP
              ? " Its threads are those of libomp.so.5 (Debian: libomp5), which the system "
                "has or which lies beside the library."
              : " It runs on one thread.";
  if (!parts.dims.empty())
    text += "\n\nThese dimensions are free, and each has one size in a call: " +
            commentText(join(parts.dims, ", ")) + ".";
  writeComment(os, text);
  os << "\n";
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
  for (auto [i, name] : enumerate(namesOf(parts.inputs)))
    writeTensor(os, parts, parts.inputs[i], prefix, "input", i, name);
  for (auto [i, name] : enumerate(namesOf(parts.outputs)))
    writeTensor(os, parts, parts.outputs[i], prefix, "output", i, name);
  writeShapeFunctions(os, prefix);
  writeRunFunctions(os, prefix);
  writeExample(os, parts, prefix);
  os << "#ifdef __cplusplus\n}\n#endif\n\n";
  os << formatv("#endif /* TACIT_MODEL_{0}_H */\n", upper);
  return text;
}

} // namespace tacit
