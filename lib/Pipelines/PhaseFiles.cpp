//===- PhaseFiles.cpp - Programs on disk, weights beside them -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Pipelines/PhaseFiles.h"
#include "NestingDepth.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/FileBlob.h"
#include "tacit/Support/InputFiles.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace tacit;

// The format of weights.bin: the bytes of each weight, on 64-byte boundaries; then for each
// the length of its key (u32), the key, its offset and its length (u64); then the number of
// weights, the offset of that index (u64), and the magic. Little-endian.
static constexpr llvm::StringLiteral kMagic = "TACITWB1";
static constexpr uint64_t kAlignment = 64;
static constexpr uint64_t kFooter = 8 + 8 + 8;

/// The weights of all programs in a folder.
static constexpr llvm::StringLiteral kFolderWeights = "weights.bin";

/// The last line of a program as a file. Lines are numbered as where it is printed.
static constexpr llvm::StringLiteral kProgramMark = "// A program of tacit";

/// Before it, there is a line with the hash and the key of each weight.
static constexpr llvm::StringLiteral kWeightMark = "// weight ";
static constexpr size_t kHashDigits = 16;

/// MLIR would read its binary format as well, in which damage is harder to detect.
static constexpr llvm::StringLiteral kBytecodeMagic = "ML\xefR";

/// This is more than any program of ours needs, and far less than the stack allows.
static constexpr size_t kMaxNesting = 256;

/// Calls `visit` for every resource that the program names, once per mention.
static void forEachResource(ModuleOp module,
                            llvm::function_ref<void(DenseResourceElementsAttr)> visit) {
  module.walk([&](Operation *op) {
    op->getAttrDictionary().walk([&](DenseResourceElementsAttr attr) { visit(attr); });
  });
}

void tacit::printProgram(ModuleOp module, llvm::raw_ostream &os) {
  OpPrintingFlags flags;
  flags.elideLargeResourceString(/*largeResourceLimit=*/0);
  flags.enableDebugInfo(/*enable=*/false);
  OwningOpRef<ModuleOp> named = module.clone();
  nn::keepConstantNames(*named);
  std::string text;
  llvm::raw_string_ostream(text) << mlir::OpWithFlags(*named, flags);
  // If every resource is left out, the printer still writes empty sections for them.
  StringRef program = StringRef(text).rtrim();
  if (program.consume_back("#-}")) {
    StringRef frame = program.rtrim();
    if (frame.consume_back("{-#"))
      program = frame.rtrim();
    else
      program = StringRef(text).rtrim();
  }
  os << program << "\n";
}

//===----------------------------------------------------------------------===//
// Hashes of weights
//===----------------------------------------------------------------------===//

/// Returns the key as part of a comment, which is one line.
static std::string keyText(StringRef key) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::printEscapedString(key, os);
  return text;
}

static uint64_t hashOf(ArrayRef<char> bytes) {
  return llvm::xxh3_64bits(
      ArrayRef(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()));
}

/// Returns the hashes that stand at the end of a program, by the texts of keys. There are
/// none where the program was written by hand.
static llvm::StringMap<uint64_t> readHashes(StringRef program) {
  llvm::StringMap<uint64_t> hashes;
  while (!program.empty()) {
    auto [before, line] = program.rtrim().rsplit('\n');
    program = line.empty() ? StringRef() : before;
    uint64_t hash;
    if (line == kProgramMark)
      continue;
    if (!line.consume_front(kWeightMark) ||
        line.take_front(kHashDigits).getAsInteger(16, hash))
      break;
    hashes[line.drop_front(std::min(kHashDigits + 1, line.size()))] = hash;
  }
  return hashes;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

bool tacit::isProgramFile(StringRef contents) {
  return contents.rtrim().ends_with(kProgramMark);
}

bool tacit::isProgramWeights(StringRef contents) { return contents.ends_with(kMagic); }

std::string tacit::weightsBeside(StringRef program) {
  llvm::SmallString<256> path(program);
  llvm::sys::path::replace_extension(path, ".weights.bin");
  return path.str().str();
}

std::string PhaseFiles::weightsIn(StringRef folder) {
  llvm::SmallString<256> path(folder);
  llvm::sys::path::append(path, kFolderWeights);
  return path.str().str();
}

llvm::Expected<std::unique_ptr<PhaseFiles>> PhaseFiles::create(StringRef folder,
                                                               OutputFiles &outputs) {
  if (auto error = outputs.makeFolder(folder))
    return std::move(error);
  auto weights = outputs.begin(weightsIn(folder), isProgramWeights, /*isDiagnostic=*/true);
  if (!weights)
    return weights.takeError();
  return std::unique_ptr<PhaseFiles>(
      new PhaseFiles(outputs, **weights, /*isDiagnostic=*/true));
}

llvm::Expected<std::unique_ptr<PhaseFiles>> PhaseFiles::createBeside(StringRef program,
                                                                     OutputFiles &outputs) {
  auto weights = outputs.begin(weightsBeside(program), isProgramWeights);
  if (!weights)
    return weights.takeError();
  return std::unique_ptr<PhaseFiles>(
      new PhaseFiles(outputs, **weights, /*isDiagnostic=*/false));
}

llvm::Error PhaseFiles::write(ModuleOp module, StringRef programPath, bool needsWeights) {
  std::string missing;
  llvm::SetVector<StringRef> named;
  forEachResource(module, [&](DenseResourceElementsAttr attr) {
    StringRef key = attr.getRawHandle().getKey();
    if (!named.insert(key) || hashes.count(key))
      return;
    std::vector<char> scratch;
    auto bytes = rawBytes(attr, scratch);
    if (!bytes) {
      missing = key;
      return;
    }
    hashes[key] = hashOf(*bytes);
    weights.write_zeros(llvm::alignTo(weights.tell(), kAlignment) - weights.tell());
    entries.push_back({key.str(), weights.tell(), bytes->size()});
    weights.write(bytes->data(), bytes->size());
    releasePages(*bytes);
  });
  if (needsWeights && !missing.empty())
    return fail(ErrorKind::Internal, "", "the bytes of weight '{}' were lost", missing);
  auto print = [&](llvm::raw_ostream &os) {
    printProgram(module, os);
    for (StringRef key : named)
      if (auto hash = hashes.find(key); hash != hashes.end())
        os << kWeightMark << llvm::format_hex_no_prefix(hash->getValue(), kHashDigits)
           << ' ' << keyText(key) << "\n";
    os << kProgramMark << "\n";
    return llvm::Error::success();
  };
  return outputs.write(programPath, isProgramFile, print, isDiagnostic);
}

PhaseFiles::~PhaseFiles() {
  uint64_t index = weights.tell();
  llvm::support::endian::Writer writer(weights, llvm::endianness::little);
  for (const Entry &entry : entries) {
    writer.write<uint32_t>(entry.key.size());
    weights << entry.key;
    writer.write<uint64_t>(entry.offset);
    writer.write<uint64_t>(entry.length);
  }
  writer.write<uint64_t>(entries.size());
  writer.write<uint64_t>(index);
  // A failure of the stream is reported when the outputs are put in place.
  weights << kMagic;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

using Index = llvm::StringMap<ArrayRef<char>>;

/// Maps keys to bytes, all of them inside `data`; nullopt for a damaged file.
static std::optional<Index> readIndex(StringRef data) {
  using llvm::support::endian::read32le;
  using llvm::support::endian::read64le;
  if (data.size() < kFooter || !data.ends_with(kMagic))
    return std::nullopt;
  uint64_t count = read64le(data.end() - kFooter), at = read64le(data.end() - kFooter + 8);
  uint64_t end = data.size() - kFooter;
  Index index;
  for (uint64_t i = 0; i < count; ++i) {
    if (at > end || end - at < 4)
      return std::nullopt;
    uint64_t keySize = read32le(data.data() + at);
    at += 4;
    if (end - at < keySize || end - at - keySize < 16)
      return std::nullopt;
    StringRef key = data.substr(at, keySize);
    at += keySize;
    uint64_t offset = read64le(data.data() + at), length = read64le(data.data() + at + 8);
    at += 16;
    if (offset > end || length > end - offset)
      return std::nullopt;
    index[key] = ArrayRef<char>(data.data() + offset, length);
  }
  return index;
}

llvm::Expected<OwningOpRef<ModuleOp>>
tacit::parseProgram(std::unique_ptr<llvm::MemoryBuffer> text, StringRef path,
                    MLIRContext *context) {
  if (text->getBuffer().starts_with(kBytecodeMagic))
    return fail(ErrorKind::BadInput,
                {"give NN-PHASE.mlir, a program as it was dumped", Setting::PhaseDump},
                "'{}' is bytecode; expected the text of a program", path.str());
  if (size_t depth = nestingDepth(text->getBuffer()); depth > kMaxNesting)
    return fail(ErrorKind::BadInput, "dump the phase again",
                "'{}' nests {} levels deep; expected at most {}", path.str(), depth,
                kMaxNesting);
  std::string message;
  OwningOpRef<ModuleOp> module;
  {
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
      llvm::raw_string_ostream os(message);
      if (!message.empty())
        os << "\n  ";
      if (auto loc = dyn_cast<FileLineColLoc>(diagnostic.getLocation()))
        os << "line " << loc.getLine() << ", column " << loc.getColumn() << ": ";
      os << diagnostic;
    });
    llvm::SourceMgr sources;
    sources.AddNewSourceBuffer(std::move(text), llvm::SMLoc());
    module = parseSourceFile<ModuleOp>(sources, ParserConfig(context));
  }
  if (!module)
    return fail(ErrorKind::BadInput, "correct the line, or dump the phase again",
                "'{}' is not a program: {}", path.str(), message);

  if (!module->lookupSymbol("main"))
    return fail(ErrorKind::BadInput,
                {"give NN-PHASE.mlir, a program as it was dumped", Setting::PhaseDump},
                "'{}' has no function @main", path.str());
  nn::restoreConstantNames(*module);
  return module;
}

namespace {
/// The file with the weights of a program, which need not exist.
class WeightsOf {
public:
  /// Fails with BadInput if the file is damaged.
  llvm::Error open(StringRef program);
  /// Attaches the bytes of a weight, unless the program contains them. Fails with BadInput
  /// if they are not what the program was written with.
  llvm::Error attach(DenseResourceElementsAttr attr, bool isNeeded);

  /// The hashes that the program has for its weights.
  llvm::StringMap<uint64_t> hashes;

private:
  llvm::Error find(DenseResourceElementsAttr attr, bool isNeeded);

  std::string program, path;
  std::shared_ptr<llvm::MemoryBuffer> mapped;
  Index index;
};
} // namespace

llvm::Error WeightsOf::open(StringRef programPath) {
  program = programPath;
  path = weightsBeside(program);
  if (!llvm::sys::fs::exists(path))
    path = PhaseFiles::weightsIn(llvm::sys::path::parent_path(program));
  if (!llvm::sys::fs::exists(path))
    return llvm::Error::success();
  auto buffer = readInput(path);
  if (buffer)
    mapped = std::move(*buffer);
  auto read = mapped ? readIndex(mapped->getBuffer()) : std::nullopt;
  if (!read)
    return fail(ErrorKind::BadInput, "dump the phases again",
                "'{}' is not a weight file of phase dumps, or is truncated", path);
  index = std::move(*read);
  return llvm::Error::success();
}

/// Says how to have the right weights again.
static const char *kKeepWeights = "keep the weight file that was dumped with the program";

/// Attaches bytes of the file, if it has any for the weight.
llvm::Error WeightsOf::find(DenseResourceElementsAttr attr, bool isNeeded) {
  StringRef key = attr.getRawHandle().getKey();
  auto found = index.find(key);
  if (found != index.end()) {
    auto &manager = DenseResourceElementsHandle::getManagerInterface(attr.getContext());
    manager.update(key, makeFileBlob(found->second, mapped));
    return llvm::Error::success();
  }
  if (!isNeeded)
    return llvm::Error::success();
  return fail(ErrorKind::BadInput, kKeepWeights, "'{}' names the weight '{}', {}", program,
              key.str(),
              mapped ? fmt::format("which '{}' does not hold", path)
                     : fmt::format("but the file '{}' is missing", path));
}

llvm::Error WeightsOf::attach(DenseResourceElementsAttr attr, bool isNeeded) {
  StringRef key = attr.getRawHandle().getKey();
  bool isInText = attr.getRawHandle().getBlob() != nullptr;
  if (!isInText)
    if (auto error = find(attr, isNeeded))
      return error;
  const AsmResourceBlob *blob = attr.getRawHandle().getBlob();
  if (!blob)
    return llvm::Error::success();
  ArrayRef<char> bytes = blob->getData();
  auto size = byteSize(attr.getType());
  if (!size || bytes.size() != static_cast<size_t>(*size))
    return fail(ErrorKind::BadInput, kKeepWeights,
                "weight '{}' has {} bytes; expected {} for its type", key.str(),
                bytes.size(), size.value_or(0));
  auto expected = hashes.find(keyText(key));
  if (isInText || !isNeeded || expected == hashes.end())
    return llvm::Error::success();
  uint64_t found = hashOf(bytes);
  releasePages(bytes);
  if (found == expected->getValue())
    return llvm::Error::success();
  return fail(ErrorKind::BadInput,
              kKeepWeights + std::string("; a later command may have replaced it, so write "
                                         "the program again"),
              "weight '{}' in '{}' has the hash {:016x}; expected {:016x}, with which '{}' "
              "was written",
              key.str(), path, found, expected->getValue(), program);
}

llvm::Expected<OwningOpRef<ModuleOp>>
tacit::readProgram(StringRef path, MLIRContext *context, bool needsWeights) {
  auto text = readInput(path, /*isText=*/true);
  if (!text)
    return fail(ErrorKind::BadInput, "check the path", "cannot read '{}': {}", path.str(),
                text.getError().message());
  WeightsOf weights;
  weights.hashes = readHashes((*text)->getBuffer());
  auto module = parseProgram(std::move(*text), path, context);
  if (!module)
    return module.takeError();
  if (auto error = weights.open(path))
    return std::move(error);
  llvm::DenseSet<Attribute> attached;
  llvm::Error error = llvm::Error::success();
  forEachResource(**module, [&](DenseResourceElementsAttr attr) {
    if (!error && attached.insert(attr).second)
      error = weights.attach(attr, needsWeights);
  });
  if (error)
    return std::move(error);
  return module;
}
