//===- Schedule.h - What two parties and a dealer do ------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The public part of a two-party package, PUBLIC/schedule.json: everything that both
// parties and the dealer agree on before a run. It follows from the shape of the model, and
// from nothing that the server keeps for itself.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_SCHEDULE_H
#define TACIT_RUNTIME_TWOPARTY_SCHEDULE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tacit::twoparty {

enum class Party { Client, Server };

inline Party otherOf(Party party) {
  return party == Party::Client ? Party::Server : Party::Client;
}
/// Returns "client" or "server".
llvm::StringRef nameOf(Party party);

/// Where in the model something comes from.
struct Site {
  std::string op;   ///< what the operation is for, as in reports: "head", "gelu", ...
  std::string name; ///< of the site: "layers.0.ffn.activation"; may be empty
  std::string node; ///< the ONNX node; may be empty
};

/// Where the words of a material come from; see mpc::Origin.
enum class Origin {
  Drawn,  ///< random, both parties have a share
  Client, ///< random, the client knows them; the share of the server is zero
  Server, ///< random, the server knows them; the share of the client is zero
  Dealt,  ///< computed by the dealer; the client's share comes from its seed
};

/// One tensor of words that the dealer provides.
struct Material {
  int64_t id = 0; ///< ascending, with gaps
  Origin origin = Origin::Drawn;
  int64_t words = 0;
  int64_t bits = 64; ///< how many of the lowest bits of a dealt word matter
  bool isBoolean = false;
  bool isSession = false; ///< the same words in all inferences of a session
  Site site = {};

  /// The bytes of the correction that the server is sent: the lowest `bits` of all words,
  /// without gaps, in whole bytes. Zero unless dealt.
  int64_t correctionBytes() const;
};

/// The numbers are those of tacit_party_message.
enum class Direction { Both, ToServer, ToClient };

/// Words that a party sends or receives at once.
struct Message {
  int64_t words = 0;
  Direction direction = Direction::Both;
  Site site = {};

  /// The bytes that `party` sends: 8 a word, or none against the direction.
  int64_t sentBy(Party party) const;
};

/// Messages that leave at the same time.
struct Hop {
  std::vector<Message> messages;

  int64_t sentBy(Party party) const;
};

/// An argument of the parties' program, after the first, which says who runs it.
struct Argument {
  enum class Kind {
    Input,    ///< what the client puts in; the server has zeros
    Constant, ///< what the server puts in; the client has zeros
    Weight,   ///< of the server; the client has the words plus the material `mask`
    State,    ///< both have a share, from a run before
  };
  std::string name;
  Kind kind = Kind::Input;
  std::vector<int64_t> shape;
  std::optional<int64_t> mask = std::nullopt; ///< the material, for a weight
  std::string other = {}; ///< the result that a state continues from, if that is known

  int64_t words() const;
};

/// A result of the parties' program.
struct Result {
  enum class Kind {
    Revealed, ///< to the client, as numbers
    State,    ///< both have a share, for a later run
  };
  std::string name;
  Kind kind = Kind::Revealed;
  std::vector<int64_t> shape;
};

/// Something of the model that the client is told; see mpc::Disclosure.
struct Disclosed {
  std::string name;
  int64_t bytes = 0;
  std::string reason;
};

/// A function that is computed by another one.
struct Approximation {
  std::string op;          ///< "gelu", "silu", ...
  double largestError = 0; ///< for every number, besides two units of the fraction
};

/// What one inference sends.
struct Traffic {
  int64_t toServer = 0, toClient = 0; ///< online
  int64_t hops = 0;
  int64_t offline = 0; ///< from the dealer to both parties together
  int64_t setup = 0;   ///< masked weights, once for a session
};

struct Schedule {
  /// Stands for this package: 32 hexadecimal digits, random. A hash of the weights would
  /// let the client confirm a guess.
  std::string package;
  /// A hash of this file and of the programs beside it, if they were read together: whoever
  /// has others computes something else.
  std::optional<std::array<uint8_t, 16>> files = std::nullopt;
  int64_t ringBits = 64, fractionBits = 16;
  std::vector<Argument> arguments;
  std::vector<Result> results;
  std::vector<Material> materials;
  std::vector<Hop> hops;
  std::vector<Disclosed> disclosed;
  std::vector<Approximation> approximations;

  Traffic forecast() const;
  /// Null if there is no such material.
  const Material *findMaterial(int64_t id) const;
};

/// The version of the format, of the wire and of material files together: parties of
/// different versions refuse each other.
inline constexpr int64_t kFormatVersion = 1;

llvm::json::Object toJson(const Traffic &traffic);
llvm::json::Object toJson(const Schedule &schedule);

/// Checks everything: numbers that are missing, negative, too large for this machine or in
/// conflict are errors of kind BadInput that name `path` and the key.
llvm::Expected<Schedule> parseSchedule(llvm::StringRef text, llvm::StringRef path);
/// Reads a file, and the programs of the same package as well, of which a hash is kept.
llvm::Expected<Schedule> readSchedule(llvm::StringRef path,
                                      llvm::ArrayRef<std::string> programs = {});

/// True if the contents of a file show that it is a schedule of a package.
bool isScheduleFile(llvm::StringRef contents);

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_SCHEDULE_H
