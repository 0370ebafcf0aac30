//===- Protocol.cpp - The protocol that a program is made for -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Protocol.h"
#include "tacit/Dialect/MPC/Analysis/State.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"

using namespace tacit;
using namespace tacit::driver;

/// A product has twice the fraction, and needs a sign and a bit before the point. The
/// figures of a protocol are for a ring of `fixedWidth` bits; a twin can have any.
static llvm::Error checkRing(int64_t width, int64_t fraction,
                             std::optional<int64_t> fixedWidth) {
  if (width >= 2 * fraction + 2)
    return llvm::Error::success();
  std::string hint = fmt::format("use --fraction {}", std::max<int64_t>(0, width / 2 - 1));
  if (fixedWidth && *fixedWidth != width)
    hint = fmt::format("--width {}, or leave it out", *fixedWidth);
  else if (!fixedWidth && 2 * fraction + 2 <= 64)
    hint += fmt::format(" or --width {}", 2 * fraction + 2);
  return fail(ErrorKind::InvalidArgument, hint,
              "a ring of {} bits is too small for a fraction of {}: a product has twice "
              "the fraction, a sign, and a bit before the point",
              width, fraction);
}

/// A twin requires that machine words hold the ring, and that the protocol's computations
/// are known.
static llvm::Expected<Protocol> checkTwin(Protocol protocol) {
  const TwoPartyOptions &ring = protocol.twoParty;
  if (!ring.isExpanded)
    return fail(ErrorKind::InvalidArgument, "--protocol crypten",
                "'{}' has measurements, not formulas: what it computes is not known",
                ring.protocol);
  if (ring.width > 64)
    return fail(ErrorKind::InvalidArgument, "--width 64",
                "--width is {}; the twin computes with at most 64 bits", ring.width);
  return protocol;
}

TwoPartyOptions driver::twoPartyOptions(const ProtocolOptions &options) {
  TwoPartyOptions twoParty;
  // Where no protocol is named, it is the default one.
  twoParty.truncatesLocally =
      llvm::cantFail(cost::findSuite(twoParty.protocol))->info().truncation ==
      cost::Truncation::Local;
  twoParty.isBounded = options.isBounded;
  twoParty.normScale = options.normScale;
  twoParty.publicNames = options.publicNames;
  twoParty.caches = options.caches;
  twoParty.width = options.width.value_or(twoParty.width);
  twoParty.fraction = options.fraction.value_or(twoParty.fraction);
  return twoParty;
}

llvm::Expected<Protocol> driver::chooseProtocol(const ProtocolOptions &options,
                                                llvm::StringRef name, size_t reached,
                                                bool isTwin) {
  if (name.find_first_of("{}'\"") != llvm::StringRef::npos)
    return fail(ErrorKind::InvalidArgument, "rename the file",
                "--protocol names '{}'; expected no quotation mark or brace in it",
                name.str());
  auto suite = cost::findSuite(name);
  if (!suite)
    return suite.takeError();
  const cost::SuiteInfo &info = (*suite)->info();
  Protocol protocol{*suite, twoPartyOptions(options)};
  if (reached == *findPhase(PhaseKind::Cost, Flow::TwoParty))
    return fail(
        ErrorKind::InvalidArgument, "--from expand, with the program as that phase left it",
        "no phase follows 'cost', and its program does not record whose costs it has");
  if (reached >= *findPhase(PhaseKind::Mpc, Flow::TwoParty) &&
      (options.width || options.fraction))
    return fail(ErrorKind::InvalidArgument, "leave it out, or start from an earlier phase",
                "--{} has no effect after phase 'mpc'",
                options.width ? "width" : "fraction");
  TwoPartyOptions &ring = protocol.twoParty;
  ring.protocol = name.str();
  ring.isExpanded = (*suite)->wantsExpanded();
  ring.truncatesLocally = info.truncation == cost::Truncation::Local;
  ring.hasMessages = info.kind == cost::SuiteKind::Messages;
  if (info.expansion != cost::Expansion::CrypTen)
    ring.normScale = 1;
  ring.width = options.width.value_or(info.ringBits);
  ring.fraction = options.fraction.value_or(info.fractionBits);
  std::optional<int64_t> fixedWidth;
  if (!isTwin)
    fixedWidth = info.ringBits;
  if (auto error = checkRing(ring.width, ring.fraction, fixedWidth))
    return std::move(error);
  if (isTwin)
    return checkTwin(std::move(protocol));
  if (ring.width != info.ringBits)
    return fail(ErrorKind::InvalidArgument,
                fmt::format("--width {}, or leave it out", info.ringBits),
                "--width is {}; the figures of '{}' are for a ring of {} bits", ring.width,
                info.name, info.ringBits);
  return protocol;
}

llvm::Error driver::checkObeyed(const ProtocolOptions &options,
                                llvm::ArrayRef<Protocol> protocols) {
  bool isObeyed = llvm::any_of(protocols, [](const Protocol &protocol) {
    return protocol.suite->info().expansion == cost::Expansion::CrypTen;
  });
  if (isObeyed || (!options.hasFunctions && !options.hasNormScale))
    return llvm::Error::success();
  const cost::SuiteInfo &suite = protocols.front().suite->info();
  return fail(ErrorKind::InvalidArgument, "leave it out, or add --protocol crypten",
              "--{} has no effect on '{}': it {}",
              options.hasFunctions ? "functions" : "norm-scale", suite.name,
              suite.expansion == cost::Expansion::None
                  ? "counts whole functions, as they were published"
                  : "has functions of its own, which hold for any number");
}

/// Returns the names that are most similar to `name`, as a list.
static std::string namesLike(llvm::StringRef name, std::vector<std::string> names) {
  static constexpr size_t kShown = 3;
  auto key = [&](llvm::StringRef other) {
    return std::pair(name.edit_distance(other), other);
  };
  llvm::sort(names, [&](llvm::StringRef a, llvm::StringRef b) { return key(a) < key(b); });
  names.resize(std::min(names.size(), kShown));
  return llvm::join(names, ", ");
}

llvm::Error driver::checkPublicNames(mlir::ModuleOp program,
                                     const TwoPartyOptions &options) {
  if (options.publicNames.empty())
    return llvm::Error::success();
  std::vector<std::string> names = report::constantNames(program);
  for (const std::string &name : options.publicNames)
    if (!llvm::is_contained(names, name))
      return fail(ErrorKind::InvalidArgument,
                  names.empty() ? std::string("leave it out")
                                : "use one like " + namesLike(name, names),
                  "--public names '{}'; the program has no constant of that name, or no "
                  "longer has it",
                  name);
  return llvm::Error::success();
}

llvm::Error driver::checkCaches(mlir::ModuleOp program, const TwoPartyOptions &options) {
  report::ProgramInterface interface = report::ProgramInterface::of(program);
  auto check = [&](llvm::StringRef name, const std::vector<OnnxValue> &values,
                   const char *what) -> llvm::Error {
    std::vector<std::string> names;
    for (const OnnxValue &value : values)
      if (value.dtypeName == "float32")
        names.push_back(value.name);
    if (llvm::is_contained(names, name))
      return llvm::Error::success();
    return fail(ErrorKind::InvalidArgument,
                names.empty() ? std::string("leave it out")
                              : "use one like " + namesLike(name, names),
                "--caches names '{}'; the program has no {} of floats of that name",
                name.str(), what);
  };
  for (llvm::StringRef pair : options.caches) {
    if (pair == mpc::kNoCaches)
      continue;
    auto [input, output] = pair.split('=');
    if (auto error = check(input, interface.inputs, "input"))
      return error;
    if (auto error = check(output, interface.outputs, "output"))
      return error;
  }
  return llvm::Error::success();
}

report::ShareRing driver::ringOf(mlir::ModuleOp program, const TwoPartyOptions &options) {
  return report::ringOf(program).value_or(
      report::ShareRing{options.width, options.fraction});
}
