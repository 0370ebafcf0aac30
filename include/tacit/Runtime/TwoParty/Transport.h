//===- Transport.h - Bytes between two processes ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_TRANSPORT_H
#define TACIT_RUNTIME_TWOPARTY_TRANSPORT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tacit::twoparty {

class Tls;

/// What the other side has done wrong, as text that follows its name, and what to try.
struct Complaint {
  std::string text, hint;
};

/// What keeps others from reading a connection and from changing it.
struct Protection {
  std::string version, cipher; ///< "TLSv1.3", "TLS_AES_256_GCM_SHA384"
  std::string peer;            ///< the subject of the other side's certificate
};

/// Two streams of bytes, one in each direction. No function but `wait` blocks.
class Transport {
public:
  enum class Status { Moved, WouldBlock, Closed, Failed };
  struct Step {
    Status status;
    size_t bytes = 0;
    int error = 0; ///< errno, if it failed
  };

  virtual ~Transport();
  /// Sends the beginning of `parts`, as much as there is room for. Moved with no bytes
  /// means that something has moved which is not a byte of them. After a step that has
  /// moved less than all, the next one begins where it has ended.
  virtual Step send(llvm::ArrayRef<llvm::ArrayRef<char>> parts) = 0;
  virtual Step receive(llvm::MutableArrayRef<char> bytes) = 0;
  /// After steps that would block, waits until one of the directions that are asked for can
  /// go on, or for so many seconds. Returns false if none can.
  virtual bool wait(bool forRoom, bool forBytes, double seconds) = 0;
  /// Says that nothing more will be sent.
  virtual void finishSending() = 0;

  /// Says more than errno does about a failure; null if there is no more to say.
  virtual const Complaint *complaint() const { return nullptr; }
  /// Returns nullopt if the connection is not protected, or not yet.
  virtual std::optional<Protection> protection() const { return std::nullopt; }
};

/// How long to wait for the other side to close a connection, in seconds. Closing one with
/// bytes that were not read would destroy what is on its way to the other side.
constexpr double kLinger = 0.5;

/// Reads and forgets until the other side closes the connection, or for so many seconds.
void drain(Transport &transport, double seconds);

/// For how long to wait, in seconds.
struct Patience {
  /// For a connection to be made; until then, a refused one is tried again.
  double connect = 10;
  /// Until the other side sends or takes at least one byte.
  double silence = 60;
  /// For somebody who connects; nullopt for ever.
  std::optional<double> accept = std::nullopt;
};

/// Two ends of one connection in this process.
llvm::Expected<std::pair<std::unique_ptr<Transport>, std::unique_ptr<Transport>>>
makeTransportPair();

/// Connects to "HOST:PORT", with brackets around an IPv6 address. `who` is whom one expects
/// there, for messages: "the server", "the dealer". With `tls` the connection is protected.
llvm::Expected<std::unique_ptr<Transport>> connectTo(llvm::StringRef address,
                                                     llvm::StringRef who,
                                                     const Patience &patience,
                                                     const Tls *tls = nullptr);

/// A port of this machine.
class Listener {
public:
  /// A port of 0 is one that is free. An empty host is every interface. With `tls`, which
  /// outlives the listener, all connections are protected.
  static llvm::Expected<std::unique_ptr<Listener>> listenAt(llvm::StringRef address,
                                                            const Tls *tls = nullptr);
  ~Listener();
  Listener(const Listener &) = delete;
  Listener &operator=(const Listener &) = delete;

  uint16_t port() const;

  struct Accepted {
    std::unique_ptr<Transport> transport;
    std::string address; ///< "127.0.0.1:40112"
  };
  /// `who` is whom one expects: "the client".
  llvm::Expected<Accepted> accept(llvm::StringRef who, const Patience &patience);

private:
  Listener(int socket, std::string address, const Tls *tls)
      : socket(socket), address(std::move(address)), tls(tls) {}

  int socket;
  std::string address;
  const Tls *tls;
};

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_TRANSPORT_H
