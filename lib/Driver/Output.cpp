//===- Output.cpp - Progress and results ----------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Output.h"
#include "llvm/Support/Format.h"
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace tacit;

void driver::progress(const OutputOptions &options, size_t phase, size_t numPhases,
                      llvm::StringRef what, double seconds) {
  if (options.quiet || !isatty(STDERR_FILENO))
    return;
  llvm::errs() << llvm::format("[%zu/%zu] %-10s %6.2f s\n", phase + 1, numPhases,
                               what.str().c_str(), seconds);
}

void driver::ProgressMeter::advance() {
  double seconds = secondsSince(start);
  if (++done < steps && seconds < last + 1)
    return;
  // Steps that took less than a second in all are over before anybody reads of them.
  if (seconds >= 1)
    progress(options, done - 1, steps, what, seconds);
  last = seconds;
}

double driver::secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int64_t driver::peakMemory() {
  rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? int64_t(usage.ru_maxrss) * 1024 : 0;
}

static void write(llvm::json::OStream &os, const llvm::json::Value &value);

/// Writes the members of an object by name, but the version of the format first.
static void writeMembers(llvm::json::OStream &os, const llvm::json::Object &object) {
  static constexpr llvm::StringLiteral kSchema("schema");
  std::vector<llvm::StringRef> keys;
  for (const auto &member : object)
    keys.push_back(member.getFirst());
  llvm::sort(keys, [](llvm::StringRef a, llvm::StringRef b) {
    return std::pair(a != kSchema, a) < std::pair(b != kSchema, b);
  });
  for (llvm::StringRef key : keys)
    os.attributeBegin(key), write(os, *object.get(key)), os.attributeEnd();
}

/// Does what json::OStream::value does, but writes each number with as few digits as
/// determine it.
static void write(llvm::json::OStream &os, const llvm::json::Value &value) {
  if (const llvm::json::Object *object = value.getAsObject()) {
    os.object([&] { writeMembers(os, *object); });
  } else if (const llvm::json::Array *array = value.getAsArray()) {
    os.array([&] {
      for (const llvm::json::Value &element : *array)
        write(os, element);
    });
  } else if (value.kind() == llvm::json::Value::Number && !value.getAsInteger()) {
    os.rawValue(fmt::format("{}", *value.getAsNumber()));
  } else {
    os.value(value);
  }
}

llvm::Error driver::finish(const OutputOptions &options, OutputFiles &files,
                           llvm::json::Value value,
                           llvm::function_ref<void(llvm::raw_ostream &)> printText) {
  auto print = [&](llvm::raw_ostream &os) {
    {
      llvm::json::OStream stream(os, /*IndentSize=*/2);
      write(stream, value);
    }
    os << "\n";
    return llvm::Error::success();
  };
  if (!options.json.empty() && options.json != "-")
    if (auto error = files.write(options.json, /*mark=*/nullptr, print))
      return error;
  if (auto error = files.commit())
    return error;
  if (options.wantsText())
    printText(llvm::outs());
  return options.wantsText() ? llvm::Error::success() : print(llvm::outs());
}
