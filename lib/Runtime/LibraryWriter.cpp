//===- LibraryWriter.cpp - Shared library of a compiled model -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/LibraryWriter.h"
#include "tacit/Runtime/tacit_runtime.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/SignalBlock.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include <sys/mman.h>
#include <unistd.h>

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
                      weights.str().str() + TACIT_OLD_SUFFIX,
                      identifier(path::stem(output))};
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

/// A file in memory, for the linker: a command that is killed leaves nothing behind.
class MemoryFile {
public:
  ~MemoryFile() {
    if (file >= 0)
      close(file);
  }

  /// Creates the file; must be called only once.
  llvm::Error create(const char *name, StringRef bytes) {
    file = memfd_create(name, /*flags=*/0);
    if (file >= 0) {
      raw_fd_ostream os(file, /*shouldClose=*/false);
      os << bytes;
      os.flush();
      if (!os.has_error())
        return llvm::Error::success();
      os.clear_error();
    }
    return fail(ErrorKind::Internal, "use a machine with more memory",
                "cannot hold {} bytes for the linker in memory", bytes.size());
  }
  /// Returns the name by which child processes open the file, which inherit it.
  std::string getPath() const { return fmt::format("/proc/self/fd/{}", file); }

private:
  int file = -1;
};

} // namespace

/// The functions of tacit.h without their prefix.
static constexpr StringLiteral kFunctions[] = {
    "init", "run", "output_shapes", "create", "run_state", "destroy", "close", "describe"};

/// Lists the symbols that the library exports: everything else that the object defines
/// stays internal, so that it cannot collide with a program's own functions or with other
/// models.
static std::string versionScript(StringRef prefix, bool isOfParty) {
  std::string script = "{ global: tacit_model; ";
  if (isOfParty)
    script += "tacit_outside_enter; ";
  for (StringRef function : kFunctions)
    script += ("tacit_" + function + "; " + prefix + "_" + function + "; ").str();
  return script + "local: *; };\n";
}

static Expected<std::vector<std::string>>
linkerArguments(const LibraryPaths &paths, StringRef object, StringRef script,
                StringRef output, const LibraryParts &parts) {
  std::vector<std::string> archives;
  for (StringRef name : {"libtacit_entry.a", "libtacit_runtime.a", "libtacit_party.a",
                         parts.usesOpenMP ? "libtacit_openmp.a" : "libtacit_serial.a",
                         "libtacit_builtins.a"}) {
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
  if (parts.usesOpenMP)
    arguments.insert(arguments.end(), {"-l:libomp.so.5", "-rpath", "$ORIGIN"});
  return arguments;
}

/// Runs the linker; its output is part of the error. Signals wait until it has ended: alone
/// it would go on, and leave its file behind.
static llvm::Error runLinker(StringRef linker, ArrayRef<std::string> arguments) {
  MemoryFile log;
  if (llvm::Error error = log.create("log", ""))
    return error;
  std::string logPath = log.getPath();
  SmallVector<StringRef> command = {linker};
  command.append(arguments.begin(), arguments.end());
  std::string problem;
  SignalBlock block;
  int status =
      sys::ExecuteAndWait(linker, command, std::nullopt,
                          {"", StringRef(logPath), StringRef(logPath)}, 0, 0, &problem);
  if (status == 0)
    return llvm::Error::success();
  auto printed = MemoryBuffer::getFileAsStream(logPath);
  return fail(ErrorKind::Internal, "report this with the model that was compiled",
              "'{}' failed with status {}: {}\n{}", linker.str(), status, problem,
              printed ? (*printed)->getBuffer().rtrim().str() : std::string());
}

static llvm::Error link(const LibraryPaths &paths, const LibraryParts &parts,
                        OutputFiles &files) {
  auto linker = findLinker();
  if (!linker)
    return linker.takeError();
  MemoryFile object, script;
  if (llvm::Error error =
          object.create("o", StringRef(parts.object.data(), parts.object.size())))
    return error;
  if (llvm::Error error =
          script.create("map", versionScript(paths.prefix, parts.isOfParty)))
    return error;
  return files.make(paths.library, isLibraryFile, [&](StringRef temporary) -> llvm::Error {
    auto arguments =
        linkerArguments(paths, object.getPath(), script.getPath(), temporary, parts);
    if (!arguments)
      return arguments.takeError();
    return runLinker(*linker, *arguments);
  });
}

llvm::Error checkLibraryOutputs(const LibraryPaths &paths, OutputFiles &files) {
  std::pair<StringRef, FileMark> outputs[] = {{paths.library, isLibraryFile},
                                              {paths.header, isLibraryHeader},
                                              {paths.weights, isLibraryWeights},
                                              {paths.oldWeights, isLibraryWeights}};
  for (auto [path, mark] : outputs)
    if (llvm::Error error = files.check(path, mark))
      return error;
  return llvm::Error::success();
}

Expected<uint64_t> writeWeights(const LibraryPaths &paths, uint64_t bytes,
                                function_ref<uint64_t(raw_ostream &)> write,
                                OutputFiles &files) {
  uint64_t hash = 0;
  auto writeAll = [&](raw_ostream &os) {
    hash = write(os);
    os << weightsEnd(bytes, hash);
    return llvm::Error::success();
  };
  if (llvm::Error error = files.write(paths.weights, isLibraryWeights, writeAll))
    return std::move(error);
  // Of two files, the one that the present library needs must not be lost.
  auto isNeeded = [paths] {
    std::optional<uint64_t> needed = hashOfLibrary(paths.library);
    return needed && needed == hashOfWeights(paths.weights);
  };
  if (llvm::Error error =
          files.setAside(paths.weights, paths.oldWeights, isLibraryWeights, isNeeded))
    return std::move(error);
  return hash;
}

llvm::Error writeLibrary(const LibraryParts &parts, OutputFiles &files) {
  auto paths = libraryPaths(parts.output);
  if (!paths)
    return paths.takeError();
  auto writeHeader = [&](raw_ostream &os) {
    os << libraryHeader(parts, paths->prefix);
    return llvm::Error::success();
  };
  if (!parts.source.empty())
    if (llvm::Error error = files.write(paths->header, isLibraryHeader, writeHeader))
      return error;
  return link(*paths, parts, files);
}

} // namespace tacit
