//===- LibraryWriter.cpp - Shared library of a compiled model -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/LibraryWriter.h"
#include "tacit/Runtime/tacit_runtime.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace tacit {

/// Returns NAME as a C identifier that does not begin like one of the runtime.
static std::string identifier(StringRef name) {
  bool needsPrefix = isDigit(name.front()) || name.starts_with("tacit");
  std::string result = needsPrefix ? "model_" : "";
  for (char c : name)
    result += isAlnum(c) ? c : '_';
  return result;
}

Expected<LibraryPaths> libraryPaths(StringRef output) {
  if (path::extension(output) != ".so" || path::stem(output).empty())
    return fail(ErrorKind::InvalidArgument,
                "-o NAME.so writes NAME.so, NAME.h and NAME.weights",
                "the output '{}' does not end in .so", output.str());
  SmallString<256> header(output), weights(output);
  path::replace_extension(header, "h");
  path::replace_extension(weights, "weights");
  return LibraryPaths{output.str(), header.str().str(), weights.str().str(),
                      identifier(path::stem(output))};
}

std::string weightsEnd(uint64_t bytes, uint64_t hash) {
  std::string end;
  raw_string_ostream os(end);
  support::endian::Writer writer(os, endianness::little);
  writer.write<uint64_t>(hash);
  writer.write<uint64_t>(bytes);
  writer.write<uint64_t>(TACIT_WEIGHTS_VERSION);
  os << StringRef(TACIT_WEIGHTS_MAGIC, sizeof(tacit_weights_end::magic));
  return end;
}

/// Returns LLVM's own linker if it is installed, otherwise that of the system.
static Expected<std::string> findLinker() {
  for (StringRef name : {"ld.lld", "ld"}) {
    if (auto found = sys::findProgramByName(name, {TACIT_LLVM_BIN_DIR}))
      return *found;
    if (auto found = sys::findProgramByName(name))
      return *found;
  }
  return fail(ErrorKind::Internal, "install lld-22",
              "no linker: neither ld.lld nor ld is in {} or on the PATH",
              TACIT_LLVM_BIN_DIR);
}

/// Returns one of our archives, which lie relative to the running program: in ../lib/tacit
/// where it is installed, in ../lib where it is built. A program of somebody else that
/// links the compiler names the folder in TACIT_LIBRARY_DIR.
static Expected<std::string> findArchive(StringRef name) {
  static char anchor;
  SmallString<256> lib(fs::getMainExecutable(nullptr, &anchor));
  path::remove_filename(lib);
  path::append(lib, "..", "lib");
  path::remove_dots(lib, /*remove_dot_dot=*/true);
  std::vector<std::string> folders = {(lib + "/tacit").str(), lib.str().str()};
  if (auto folder = sys::Process::GetEnv("TACIT_LIBRARY_DIR"))
    folders.insert(folders.begin(), *folder);
  for (const std::string &folder : folders)
    if (std::string archive = folder + "/" + name.str(); fs::exists(archive))
      return archive;
  return fail(ErrorKind::Internal,
              "install Tacit as a whole, or name the folder in TACIT_LIBRARY_DIR",
              "'{}' is in none of the places for it: {}", name.str(), join(folders, ", "));
}

namespace {

/// A temporary file for the linker, which is removed afterwards.
class LinkerFile {
public:
  ~LinkerFile() {
    // A leftover in the folder for temporary files is not a reason to fail.
    if (!path.empty())
      (void)fs::remove(path);
  }

  /// Creates the file; must be called only once.
  llvm::Error create(StringRef suffix, StringRef bytes) {
    if (std::error_code reason = fs::createTemporaryFile("tacit-link", suffix, path))
      return fail(ErrorKind::Internal, "check the folder for temporary files",
                  "cannot create a temporary file: {}", reason.message());
    return writeFileAtomically(path, [&](raw_ostream &os) {
      os << bytes;
      return llvm::Error::success();
    });
  }
  StringRef getPath() const { return path; }

private:
  SmallString<128> path;
};

} // namespace

/// The functions of tacit.h without their prefix.
static constexpr StringLiteral kFunctions[] = {
    "init", "run", "output_shapes", "create", "run_state", "destroy", "close", "describe"};

/// Lists the symbols that the library exports: everything else that the object defines
/// stays internal, so that it cannot collide with a program's own functions or with other
/// models.
static std::string versionScript(StringRef prefix) {
  std::string script = "{ global: tacit_model; ";
  for (StringRef function : kFunctions)
    script += ("tacit_" + function + "; " + prefix + "_" + function + "; ").str();
  return script + "local: *; };\n";
}

static Expected<std::vector<std::string>>
linkerArguments(const LibraryPaths &paths, StringRef object, StringRef script,
                StringRef output, bool usesOpenMP) {
  std::vector<std::string> archives;
  for (StringRef name :
       {"libtacit_entry.a", "libtacit_runtime.a",
        usesOpenMP ? "libtacit_openmp.a" : "libtacit_serial.a", "libtacit_builtins.a"}) {
    auto archive = findArchive(name);
    if (!archive)
      return archive.takeError();
    archives.push_back(*archive);
  }
  // -z defs: an undefined symbol is an error now, and not when a program loads the library.
  // -Bsymbolic: if a program loads two models, each calls its own code.
  std::vector<std::string> arguments = {"-shared",
                                        "-z",
                                        "defs",
                                        "-z",
                                        "noexecstack",
                                        "-z",
                                        "now",
                                        "-Bsymbolic",
                                        "--eh-frame-hdr",
                                        "--hash-style=gnu",
                                        "--version-script=" + script.str(),
                                        "-soname",
                                        path::filename(paths.library).str(),
                                        "-o",
                                        output.str(),
                                        "-u",
                                        "tacit_run"};
  for (StringRef function : kFunctions)
    arguments.push_back(
        ("--defsym=" + paths.prefix + "_" + function + "=tacit_" + function).str());
  arguments.push_back(object.str());
  llvm::append_range(arguments, archives);
  SmallVector<StringRef> folders;
  StringRef(TACIT_LINK_DIRS).split(folders, ':', -1, /*KeepEmpty=*/false);
  for (StringRef folder : folders)
    arguments.push_back("-L" + folder.str());
  // By the names that every system has: -lc and -lm need development packages.
  arguments.insert(arguments.end(), {"-l:libm.so.6", "-l:libc.so.6"});
  // The library is found as that of the system, or else beside this one: what works here
  // has to work where it is copied to. It is not linked statically, because two copies of
  // LLVM's OpenMP in one process refuse to run.
  if (usesOpenMP)
    arguments.insert(arguments.end(), {"-l:libomp.so.5", "-rpath", "$ORIGIN"});
  return arguments;
}

/// Runs the linker; its output is part of the error.
static llvm::Error runLinker(StringRef linker, ArrayRef<std::string> arguments) {
  LinkerFile log;
  if (llvm::Error error = log.create("log", ""))
    return error;
  SmallVector<StringRef> command = {linker};
  command.append(arguments.begin(), arguments.end());
  std::string problem;
  int status = sys::ExecuteAndWait(linker, command, std::nullopt,
                                   {"", log.getPath(), log.getPath()}, 0, 0, &problem);
  if (status == 0)
    return llvm::Error::success();
  auto printed = MemoryBuffer::getFile(log.getPath());
  return fail(ErrorKind::Internal, "report this with the model that was compiled",
              "'{}' failed with status {}: {}\n{}", linker.str(), status, problem,
              printed ? (*printed)->getBuffer().rtrim().str() : std::string());
}

static llvm::Error link(const LibraryPaths &paths, const LibraryParts &parts) {
  auto linker = findLinker();
  if (!linker)
    return linker.takeError();
  LinkerFile object, script;
  if (llvm::Error error =
          object.create("o", StringRef(parts.object.data(), parts.object.size())))
    return error;
  if (llvm::Error error = script.create("map", versionScript(paths.prefix)))
    return error;
  return makeFileAtomically(paths.library, [&](StringRef temporary) -> llvm::Error {
    auto arguments = linkerArguments(paths, object.getPath(), script.getPath(), temporary,
                                     parts.usesOpenMP);
    if (!arguments)
      return arguments.takeError();
    return runLinker(*linker, *arguments);
  });
}

llvm::Error writeLibrary(const LibraryParts &parts) {
  auto paths = libraryPaths(parts.output);
  if (!paths)
    return paths.takeError();
  if (llvm::Error error = link(*paths, parts))
    return error;
  std::string header = libraryHeader(parts, paths->prefix);
  return writeFileAtomically(paths->header, [&](raw_ostream &os) {
    os << header;
    return llvm::Error::success();
  });
}

} // namespace tacit
