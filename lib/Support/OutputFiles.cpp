//===- OutputFiles.cpp - The files that a command writes ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/OutputFiles.h"
#include "CommitLock.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/InputFiles.h"
#include "tacit/Support/SignalBlock.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/xxhash.h"
#include <climits>
#include <fcntl.h>
#include <linux/magic.h>
#include <random>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

using namespace llvm;
using namespace tacit;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

/// A temporary file is called like its destination, with this and eight digits behind it.
static constexpr StringLiteral kTemporary = ".tacit-";
static constexpr size_t kDigits = 8;

static std::error_code lastError() { return {errno, std::generic_category()}; }

static llvm::Error cannotWrite(StringRef path, std::error_code reason) {
  return fail(ErrorKind::BadInput, "check that the folder exists, is writable and has room",
              "cannot write '{}': {}", path.str(), reason.message());
}

static std::string folderOf(StringRef file) {
  StringRef folder = path::parent_path(file);
  return folder.empty() ? "." : folder.str();
}

/// Returns true for a link of the kernel, such as /proc/self/fd/1: what it leads to has no
/// name, or another one than its text says.
static bool isKernelLink(StringRef link) {
  struct statfs about;
  std::string folder = folderOf(link);
  return statfs(folder.c_str(), &about) == 0 && about.f_type == PROC_SUPER_MAGIC;
}

/// Returns the file that a name refers to, which need not exist: renaming onto a symbolic
/// link would replace the link and leave its target as it was.
static std::string followLinks(StringRef path) {
  static constexpr int kMaxLinks = 40;
  SmallString<256> file(path);
  for (int i = 0; i < kMaxLinks && fs::is_symlink_file(file); ++i) {
    if (isKernelLink(file))
      return file.str().str();
    char text[PATH_MAX];
    ssize_t length = readlink(file.c_str(), text, sizeof text);
    if (length < 0)
      return path.str();
    SmallString<256> next(StringRef(text, length));
    if (path::is_relative(next)) {
      SmallString<256> absolute(folderOf(file));
      path::append(absolute, next);
      next = absolute;
    }
    file = next;
  }
  return file.str().str();
}

/// Returns the number of the open file of this process that a name such as /dev/stdout
/// leads to; -1 for any other name.
static int descriptorOf(StringRef target) {
  int number;
  if (path::filename(target).getAsInteger(10, number) || !isKernelLink(target) ||
      !fs::equivalent(folderOf(target), "/proc/self/fd"))
    return -1;
  return number;
}

/// Returns the beginning of the names of temporary files for `target`; a file system would
/// not take a name that is much longer.
static std::string temporaryPrefix(StringRef target) {
  static constexpr size_t kMaxName = 200;
  std::string name = path::filename(target).str();
  if (name.size() > kMaxName)
    name = name.substr(0, kMaxName) + "-" + utohexstr(xxh3_64bits(name));
  SmallString<256> prefix(path::parent_path(target));
  path::append(prefix, name + kTemporary.str());
  return prefix.str().str();
}

//===----------------------------------------------------------------------===//
// One output
//===----------------------------------------------------------------------===//

struct OutputFiles::Item {
  std::string path;   ///< as the user wrote it
  std::string target; ///< the file that is replaced
  FileMark mark;
  bool isDiagnostic;
  std::string temporary = {}; ///< empty for a device or a pipe
  std::unique_ptr<raw_fd_ostream> stream = nullptr;
  /// See setAside; `saved` is the name that the present file has got.
  std::string aside = {}, saved = {};
  /// A second name of the file that was replaced, until all others are.
  std::string backup = {};
  bool isReplaced = false, canUndo = false;
  FileMark asideMark = nullptr;
  std::function<bool()> isNeeded = {};

  llvm::Error create();
  llvm::Error close();
  llvm::Error keepAside();
  /// Where the path is a link, the name of the file that is set aside.
  std::string asideTarget() const { return target + path::extension(aside).str(); }
  llvm::Error replace();
  bool undo();
  void remove();
};

/// Creates the temporary file. No signal may arrive before it is known that the file is to
/// be removed.
llvm::Error OutputFiles::Item::create() {
  std::random_device random;
  SignalBlock block;
  int file = -1;
  std::string name;
  do {
    name = temporaryPrefix(target) + fmt::format("{:0{}x}", random(), kDigits);
    file = open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (file < 0 && errno == EEXIST);
  if (file < 0)
    return cannotWrite(path, lastError());
  temporary = name;
  sys::RemoveFileOnSignal(temporary);
  stream = std::make_unique<raw_fd_ostream>(file, /*shouldClose=*/true);
  return llvm::Error::success();
}

llvm::Error OutputFiles::Item::close() {
  if (!stream)
    return llvm::Error::success();
  stream->close();
  std::error_code reason = stream->error();
  // The stream aborts the process if it is destroyed with an unhandled error.
  stream->clear_error();
  stream.reset();
  return reason ? cannotWrite(path, reason) : llvm::Error::success();
}

void OutputFiles::Item::remove() {
  if (stream) {
    stream->close();
    stream->clear_error();
    stream.reset();
  }
  if (temporary.empty())
    return;
  // If the removal fails, the next command that writes this name tries again.
  (void)fs::remove(temporary);
  sys::DontRemoveFileOnSignal(temporary);
  temporary.clear();
}

/// Where `path` is a link, the present file stays in its folder, and the other name of it
/// becomes a link as well.
llvm::Error OutputFiles::Item::keepAside() {
  if (aside.empty() || !fs::exists(target) || !isNeeded())
    return llvm::Error::success();
  bool isLink = target != path;
  std::string name = isLink ? asideTarget() : aside;
  if (std::error_code reason = fs::rename(target, name))
    return cannotWrite(path, reason);
  saved = name;
  if (!isLink)
    return llvm::Error::success();
  SmallString<256> absolute(name);
  std::error_code reason = fs::make_absolute(absolute);
  if (!reason)
    reason = fs::remove(aside);
  if (!reason)
    reason = fs::create_link(absolute, aside);
  return reason ? cannotWrite(aside, reason) : llvm::Error::success();
}

/// Puts the file in place. Who may read and write it stays as it was.
llvm::Error OutputFiles::Item::replace() {
  struct stat present;
  bool exists = stat(target.c_str(), &present) == 0;
  if (auto error = keepAside())
    return error;
  if (exists) {
    // A file system that has no rights keeps none.
    (void)chmod(temporary.c_str(), present.st_mode & 0777);
    std::string name = temporary + ".tmp";
    if (saved.empty() && link(target.c_str(), name.c_str()) == 0)
      backup = name;
  }
  if (std::error_code reason = fs::rename(temporary, target))
    return cannotWrite(path, reason);
  isReplaced = true;
  canUndo = !exists || !saved.empty() || !backup.empty();
  sys::DontRemoveFileOnSignal(temporary);
  temporary.clear();
  return llvm::Error::success();
}

/// Puts the former file in place again, or none if there was none. Returns false if that
/// is not possible.
bool OutputFiles::Item::undo() {
  if (isReplaced && !canUndo)
    return false;
  if (!saved.empty()) {
    if (saved != aside)
      (void)fs::remove(aside);
    return !fs::rename(saved, target);
  }
  // Renaming one name of a file to another name of it does nothing.
  if (!backup.empty())
    return isReplaced ? !fs::rename(backup, target) : !fs::remove(backup);
  return !isReplaced || !fs::remove(target);
}

//===----------------------------------------------------------------------===//
// What may be replaced
//===----------------------------------------------------------------------===//

/// Returns true if the present file bears the mark. There is nothing to lose in an empty
/// one.
static bool isMarked(StringRef target, FileMark mark) {
  uint64_t size = 0;
  if (!fs::file_size(target, size) && size == 0)
    return true;
  auto contents = MemoryBuffer::getFile(target, /*IsText=*/false,
                                        /*RequiresNullTerminator=*/false);
  return contents && mark((*contents)->getBuffer());
}

llvm::Error OutputFiles::checkTarget(StringRef path, StringRef target, FileMark mark) {
  fs::file_status status;
  if (fs::status(target, status))
    return llvm::Error::success(); // Whether it can be created is found out by creating it.
  if (fs::is_directory(status))
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  if (!fs::is_regular_file(status))
    return llvm::Error::success();
  if (auto input = findInput(status.getUniqueID())) {
    isRefused = true;
    return fail(ErrorKind::InvalidArgument, "write to another file",
                "the output '{}' is {} this command reads", path.str(),
                *input == path ? "a file that" : "the file '" + *input + "', which");
  }
  // An open file is written where it stands, so nothing in it is replaced.
  if (!mark || force || descriptorOf(target) >= 0 || isMarked(target, mark))
    return llvm::Error::success();
  isRefused = true;
  return fail(ErrorKind::InvalidArgument, "write to another file" + howToForce,
              "the output '{}' would replace a file that was not made by Tacit",
              path.str());
}

llvm::Error OutputFiles::check(StringRef path, FileMark mark) {
  return checkTarget(path, followLinks(path), mark);
}

//===----------------------------------------------------------------------===//
// Temporary files of commands that were killed
//===----------------------------------------------------------------------===//

/// Returns true for a name that ends as `temporaryPrefix` and Item::create make it. The
/// linker gives its own temporary files a further suffix.
static bool isTemporary(StringRef name) {
  size_t at = name.rfind(kTemporary);
  if (at == StringRef::npos)
    return false;
  StringRef digits = name.substr(at + kTemporary.size());
  return digits.size() >= kDigits && all_of(digits.take_front(kDigits), isHexDigit) &&
         (digits.size() == kDigits || digits.substr(kDigits).starts_with(".tmp"));
}

/// Returns the temporary files in a folder.
static std::vector<std::string> findTemporaries(StringRef folder) {
  std::vector<std::string> found;
  std::error_code reason;
  for (fs::directory_iterator it(folder, reason, /*follow_symlinks=*/false), end;
       !reason && it != end; it.increment(reason))
    if (isTemporary(path::filename(it->path())))
      found.push_back(it->path());
  return found;
}

/// Everybody who writes into a folder shares a lock on it. Whoever gets the lock alone, for
/// a moment, knows that no temporary file there is in use. A folder that cannot be locked
/// is only never tidied.
void OutputFiles::lockFolder(StringRef folder) {
  static constexpr int kAttempts = 100, kPause = 10'000; // one second in all
  if (locks.count(folder.str()))
    return;
  int file = open(folder.str().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0)
    return;
  Lock &lock = locks[folder.str()];
  lock.file = file;
  // This comes before the first file of our own, because the change from one kind of lock
  // to the other is not one step.
  if (flock(file, LOCK_EX | LOCK_NB) == 0)
    lock.strays = findTemporaries(folder);
  for (int i = 0; i < kAttempts && flock(file, LOCK_SH | LOCK_NB) != 0; ++i)
    usleep(kPause);
}

/// Removes those of `strays` that were to become `target`.
static void removeStrays(ArrayRef<std::string> strays, StringRef target) {
  std::string prefix = path::filename(temporaryPrefix(target)).str();
  for (const std::string &stray : strays)
    if (path::filename(stray).starts_with(prefix))
      // A file that cannot be removed takes room, but does no other harm.
      (void)fs::remove(stray);
}

/// A linker can outlive the command that was killed; so this is done again at the end.
void OutputFiles::tidyFolders() {
  for (const auto &[folder, lock] : locks) {
    if (flock(lock.file, LOCK_EX | LOCK_NB) != 0)
      continue;
    std::vector<std::string> strays = findTemporaries(folder);
    for (const std::unique_ptr<Item> &item : items)
      if (folderOf(item->target) == folder)
        removeStrays(strays, item->target);
  }
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

OutputFiles::OutputFiles(bool force, StringRef forceOption)
    : force(force),
      howToForce(forceOption.empty() ? ""
                                     : ", or add " + forceOption.str() + " to replace it") {
}

OutputFiles::~OutputFiles() {
  if (!isRefused)
    commitDiagnostics();
  discard();
}

Expected<OutputFiles::Item *> OutputFiles::add(StringRef path, FileMark mark,
                                               bool isDiagnostic) {
  std::string target = followLinks(path);
  if (auto error = checkTarget(path, target, mark))
    return std::move(error);
  for (const std::unique_ptr<Item> &item : items) {
    bool isSame = path::filename(item->target) == path::filename(target) &&
                  fs::equivalent(folderOf(item->target), folderOf(target));
    if (!isSame || item->temporary.empty())
      continue;
    isRefused = true;
    return fail(ErrorKind::InvalidArgument, "give each a name of its own",
                "two outputs of this command would be written to '{}'", path.str());
  }
  auto item = std::make_unique<Item>(Item{path.str(), target, mark, isDiagnostic});
  if (int descriptor = descriptorOf(target); descriptor >= 0) {
    // Opening it once more would write over what is there, from the beginning.
    outs().flush();
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
      return cannotWrite(path, lastError());
    item->stream = std::make_unique<raw_fd_ostream>(copy, /*shouldClose=*/true);
  } else if (fs::exists(target) && !fs::is_regular_file(target)) {
    std::error_code reason;
    item->stream = std::make_unique<raw_fd_ostream>(target, reason);
    if (reason)
      return cannotWrite(path, reason);
  } else {
    lockFolder(folderOf(target));
    removeStrays(locks[folderOf(target)].strays, target);
    if (auto error = item->create())
      return std::move(error);
  }
  items.push_back(std::move(item));
  return items.back().get();
}

Expected<raw_fd_ostream *> OutputFiles::begin(StringRef path, FileMark mark,
                                              bool isDiagnostic) {
  auto item = add(path, mark, isDiagnostic);
  if (!item)
    return item.takeError();
  return (*item)->stream.get();
}

llvm::Error OutputFiles::write(StringRef path, FileMark mark,
                               function_ref<llvm::Error(raw_ostream &)> write,
                               bool isDiagnostic) {
  auto item = add(path, mark, isDiagnostic);
  if (!item)
    return item.takeError();
  llvm::Error error = write(*(*item)->stream);
  llvm::Error closed = (*item)->close();
  if (!error && !closed)
    return llvm::Error::success();
  (*item)->remove();
  llvm::erase_if(items, [&](const auto &other) { return other.get() == *item; });
  // If the bytes could not be computed, it does not matter whether they could be written.
  if (!error)
    return closed;
  consumeError(std::move(closed));
  return error;
}

llvm::Error OutputFiles::make(StringRef path, FileMark mark,
                              function_ref<llvm::Error(StringRef)> make) {
  // Opening a pipe would wait for a reader.
  if (std::string target = followLinks(path);
      fs::exists(target) && !fs::is_regular_file(target))
    return fail(ErrorKind::BadInput, "give the name of a file",
                "cannot write '{}': not a regular file", path.str());
  auto item = add(path, mark, /*isDiagnostic=*/false);
  if (!item)
    return item.takeError();
  if (auto error = (*item)->close())
    return error;
  return make((*item)->temporary);
}

llvm::Error OutputFiles::setAside(StringRef path, std::string aside, FileMark mark,
                                  std::function<bool()> isNeeded) {
  if (auto error = checkTarget(aside, aside, mark))
    return error;
  for (const std::unique_ptr<Item> &item : items)
    if (item->path == path) {
      item->aside = std::move(aside);
      item->asideMark = mark;
      item->isNeeded = std::move(isNeeded);
      break;
    }
  return llvm::Error::success();
}

llvm::Error OutputFiles::makeFolder(StringRef folder) {
  std::vector<std::string> missing;
  for (StringRef above = folder; !above.empty() && !fs::exists(above);
       above = path::parent_path(above))
    missing.push_back(above.str());
  // The user's umask decides who may read it, as for the files.
  if (std::error_code error =
          fs::create_directories(folder, /*IgnoreExisting=*/true, fs::perms::all_all))
    return fail(ErrorKind::BadInput, "choose a folder that can be written to",
                "cannot make the folder '{}': {}", folder.str(), error.message());
  folders.insert(folders.end(), missing.rbegin(), missing.rend());
  return llvm::Error::success();
}

uint64_t OutputFiles::sizeOf(StringRef path) const {
  for (const std::unique_ptr<Item> &item : items) {
    uint64_t size = 0;
    if (item->path == path && !fs::file_size(item->temporary, size))
      return size;
  }
  return 0;
}

//===----------------------------------------------------------------------===//
// The end
//===----------------------------------------------------------------------===//

void OutputFiles::discard() {
  for (const std::unique_ptr<Item> &item : items)
    item->remove();
  items.clear();
  // Only empty folders are removed.
  for (const std::string &folder : llvm::reverse(folders))
    rmdir(folder.c_str());
  folders.clear();
  for (const auto &[folder, lock] : locks)
    if (lock.file >= 0)
      close(lock.file);
  locks.clear();
}

llvm::Error OutputFiles::finishStreams() {
  for (const std::unique_ptr<Item> &item : items)
    if (auto error = item->close())
      return error;
  return llvm::Error::success();
}

/// Undoes the replacements, the last one first. If one cannot be undone, those before it
/// stay: a library finds the weights that were set aside.
void OutputFiles::restoreAll() {
  for (const std::unique_ptr<Item> &item : llvm::reverse(items))
    if (!item->undo())
      return;
}

llvm::Error OutputFiles::replaceAll() {
  for (const std::unique_ptr<Item> &item : items)
    if (!item->temporary.empty())
      if (auto error = item->replace())
        return error;
  return llvm::Error::success();
}

/// Returns the folders where files are replaced that belong together. A single file is
/// replaced in one step.
std::vector<std::string> OutputFiles::foldersToLock() const {
  std::vector<std::string> folders;
  for (const std::unique_ptr<Item> &item : items)
    if (!item->temporary.empty())
      folders.push_back(folderOf(item->target));
  if (folders.size() < 2)
    folders.clear();
  return folders;
}

/// Something may have been read, or written by others, since the outputs were begun.
llvm::Error OutputFiles::checkAll() {
  for (const std::unique_ptr<Item> &item : items) {
    if (auto error = checkTarget(item->path, item->target, item->mark))
      return error;
    if (item->aside.empty())
      continue;
    if (auto error = checkTarget(item->aside, item->aside, item->asideMark))
      return error;
  }
  return llvm::Error::success();
}

/// Removes the second names of what was replaced, and the files that were set aside, now or
/// by a command that was killed.
void OutputFiles::removeAside() {
  for (const std::unique_ptr<Item> &item : items) {
    if (!item->backup.empty())
      (void)fs::remove(item->backup);
    if (item->aside.empty())
      continue;
    // A file that cannot be removed is one that no library looks for.
    (void)fs::remove(item->aside);
    if (item->target != item->path)
      (void)fs::remove(item->asideTarget());
  }
}

/// Replaces all files or none, undisturbed by signals and other commands.
llvm::Error OutputFiles::putInPlace() {
  CommitLock lock;
  if (auto error = lock.acquire(foldersToLock()))
    return error;
  if (auto error = checkAll())
    return error;
  llvm::Error error = replaceAll();
  if (error)
    restoreAll();
  else
    removeAside();
  return error;
}

llvm::Error OutputFiles::commit() {
  llvm::Error error = finishStreams();
  if (!error)
    error = putInPlace();
  if (!error) {
    tidyFolders();
    folders.clear();
  }
  discard();
  return error;
}

void OutputFiles::commitDiagnostics() {
  llvm::erase_if(items, [](const std::unique_ptr<Item> &item) {
    if (!item->isDiagnostic)
      item->remove();
    return !item->isDiagnostic;
  });
  // There is another error to report, which matters more.
  if (!items.empty())
    consumeError(commit());
}
