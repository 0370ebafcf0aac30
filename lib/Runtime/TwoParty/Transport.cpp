//===- Transport.cpp - Bytes between two processes ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Transport.h"
#include "tacit/Runtime/TwoParty/Tls.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

Transport::~Transport() = default;

using Clock = std::chrono::steady_clock;

static double secondsUntil(Clock::time_point end) {
  return std::chrono::duration<double>(end - Clock::now()).count();
}

static Clock::time_point after(double seconds) {
  // Longer than anybody waits, and short enough to add to any time.
  seconds = std::clamp(seconds, 0.0, 1e9);
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(seconds));
}

/// Returns true if `events` happened on the descriptor within so many seconds.
static bool pollFor(int descriptor, short events, double seconds) {
  Clock::time_point end = after(seconds);
  while (true) {
    pollfd request = {descriptor, events, 0};
    // At least a millisecond, so that the last part of one is not spent in a loop.
    double left = std::clamp(std::ceil(secondsUntil(end) * 1000), 0.0, 3600e3);
    int ready = poll(&request, 1, static_cast<int>(left));
    if (ready > 0)
      return true;
    if (ready < 0 && errno != EINTR)
      return true; // The call that follows says what is wrong.
    if (secondsUntil(end) <= 0)
      return false;
  }
}

static std::string textOf(int error) {
  return std::error_code(error, std::generic_category()).message();
}

void tacit::twoparty::drain(Transport &transport, double seconds) {
  Clock::time_point end = after(seconds);
  std::vector<char> ignored(1 << 16);
  while (secondsUntil(end) > 0) {
    Transport::Step step = transport.receive(ignored);
    if (step.status == Transport::Status::Closed ||
        step.status == Transport::Status::Failed)
      return;
    if (step.status == Transport::Status::WouldBlock &&
        !transport.wait(false, true, secondsUntil(end)))
      return;
  }
}

//===----------------------------------------------------------------------===//
// Sockets
//===----------------------------------------------------------------------===//

namespace {
class SocketTransport : public Transport {
public:
  explicit SocketTransport(int socket) : socket(socket) {}
  ~SocketTransport() override { close(socket); }

  Step send(ArrayRef<ArrayRef<char>> parts) override {
    static constexpr size_t kMaxParts = 64;
    SmallVector<iovec, 8> vectors;
    for (ArrayRef<char> part : parts.take_front(std::min(kMaxParts, parts.size())))
      vectors.push_back({const_cast<char *>(part.data()), part.size()});
    msghdr message = {};
    message.msg_iov = vectors.data();
    message.msg_iovlen = vectors.size();
    // A peer that is gone is an error, and no signal.
    return stepOf([&] { return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT); });
  }

  Step receive(MutableArrayRef<char> bytes) override {
    Step step =
        stepOf([&] { return recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT); });
    if (step.status == Status::Moved && step.bytes == 0)
      step.status = Status::Closed;
    return step;
  }

  bool wait(bool forRoom, bool forBytes, double seconds) override {
    short events = (forRoom ? POLLOUT : 0) | (forBytes ? POLLIN : 0);
    return pollFor(socket, events, seconds);
  }

  void finishSending() override { shutdown(socket, SHUT_WR); }

private:
  static Step stepOf(function_ref<ssize_t()> call) {
    ssize_t count;
    do
      count = call();
    while (count < 0 && errno == EINTR);
    if (count >= 0)
      return {Status::Moved, static_cast<size_t>(count)};
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      return {Status::WouldBlock};
    return {Status::Failed, 0, errno};
  }

  int socket;
};
} // namespace

Expected<std::pair<std::unique_ptr<Transport>, std::unique_ptr<Transport>>>
tacit::twoparty::makeTransportPair() {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
    return fail(ErrorKind::BadInput, "raise the limit of open files",
                "cannot connect two threads: {}", textOf(errno));
  return std::make_pair(std::make_unique<SocketTransport>(sockets[0]),
                        std::make_unique<SocketTransport>(sockets[1]));
}

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

namespace {
struct Address {
  sockaddr_storage bytes;
  socklen_t size;
  int family;
};
} // namespace

static Expected<std::pair<StringRef, uint16_t>> splitAddress(StringRef address,
                                                             bool isPassive) {
  auto [host, port] = address.rsplit(':');
  uint16_t number;
  bool hasPort = port.data() != nullptr && !port.getAsInteger(10, number);
  if (host.consume_front("["))
    hasPort &= host.consume_back("]");
  else
    hasPort &= !host.contains(':');
  if (!hasPort || (host.empty() && !isPassive))
    return fail(ErrorKind::InvalidArgument,
                "write a name or a number, a colon and a port: localhost:7000, [::1]:7000",
                "'{}' is not an address; expected HOST:PORT", address.str());
  return std::make_pair(host, number);
}

/// Returns all that an address may mean, IPv4 first: whoever listens takes the first.
static Expected<std::vector<Address>> resolve(StringRef host, uint16_t port,
                                              bool isPassive) {
  addrinfo hints = {}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = isPassive ? AI_PASSIVE : 0;
  std::string hostText = host.str(), portText = utostr(port);
  int error = getaddrinfo(host.empty() ? nullptr : hostText.c_str(), portText.c_str(),
                          &hints, &found);
  if (error != 0)
    return fail(ErrorKind::Peer, "check the name of the host",
                "cannot find the host '{}': {}", hostText, gai_strerror(error));
  std::vector<Address> addresses;
  for (bool isFirst : {true, false})
    for (addrinfo *it = found; it; it = it->ai_next) {
      if ((it->ai_family == AF_INET) != isFirst)
        continue;
      Address each = {{}, it->ai_addrlen, it->ai_family};
      std::memcpy(&each.bytes, it->ai_addr, it->ai_addrlen);
      addresses.push_back(each);
    }
  freeaddrinfo(found);
  return addresses;
}

static std::string textOf(const Address &address) {
  char host[NI_MAXHOST], port[NI_MAXSERV];
  if (getnameinfo(reinterpret_cast<const sockaddr *>(&address.bytes), address.size, host,
                  sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "an unknown address";
  return address.family == AF_INET6 ? fmt::format("[{}]:{}", host, port)
                                    : fmt::format("{}:{}", host, port);
}

/// A message leaves at once: the other side waits for it.
static void sendAtOnce(int socket) {
  int on = 1;
  (void)setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

//===----------------------------------------------------------------------===//
// Connecting
//===----------------------------------------------------------------------===//

/// Returns a connected socket, or -1 and the reason.
static int connectOnce(const Address &address, Clock::time_point end, int &error) {
  int number =
      socket(address.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, /*protocol=*/0);
  if (number < 0) {
    error = errno;
    return -1;
  }
  error = 0;
  if (connect(number, reinterpret_cast<const sockaddr *>(&address.bytes), address.size) !=
      0)
    error = errno;
  if (error == EINPROGRESS || error == EINTR) {
    socklen_t size = sizeof error;
    if (!pollFor(number, POLLOUT, secondsUntil(end)))
      error = ETIMEDOUT;
    else if (getsockopt(number, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
      error = errno;
  }
  if (error == 0)
    return number;
  close(number);
  return -1;
}

Expected<std::unique_ptr<Transport>> tacit::twoparty::connectTo(StringRef address,
                                                                StringRef who,
                                                                const Patience &patience,
                                                                const Tls *tls) {
  static constexpr useconds_t kPause = 50'000;
  auto split = splitAddress(address, /*isPassive=*/false);
  if (!split)
    return split.takeError();
  auto [host, port] = *split;
  auto addresses = resolve(host, port, /*isPassive=*/false);
  if (!addresses)
    return addresses.takeError();
  Clock::time_point end = after(patience.connect);
  int error = 0;
  do {
    for (const Address &each : *addresses) {
      int number = connectOnce(each, end, error);
      if (number < 0)
        continue;
      sendAtOnce(number);
      std::unique_ptr<Transport> transport = std::make_unique<SocketTransport>(number);
      return tls ? tls->connect(std::move(transport), host) : std::move(transport);
    }
    // The other side may not have begun to listen yet.
    if (error == ECONNREFUSED)
      usleep(kPause);
  } while (error == ECONNREFUSED && secondsUntil(end) > 0);
  return fail(ErrorKind::Peer, "start " + who.str() + " first, and check the address",
              "cannot connect to {} at '{}': {}", who.str(), address.str(), textOf(error));
}

//===----------------------------------------------------------------------===//
// Listening
//===----------------------------------------------------------------------===//

Expected<std::unique_ptr<Listener>> Listener::listenAt(StringRef address, const Tls *tls) {
  static constexpr int kBacklog = 16;
  auto split = splitAddress(address, /*isPassive=*/true);
  if (!split)
    return split.takeError();
  auto addresses = resolve(split->first, split->second, /*isPassive=*/true);
  if (!addresses)
    return addresses.takeError();
  const Address &first = addresses->front();
  int number = ::socket(first.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
      on = 1;
  int error = number < 0 ? errno : 0;
  // Connections that are just closed keep nobody from listening again.
  if (!error &&
      (setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
       bind(number, reinterpret_cast<const sockaddr *>(&first.bytes), first.size) != 0 ||
       listen(number, kBacklog) != 0))
    error = errno;
  if (!error)
    return std::unique_ptr<Listener>(new Listener(number, address.str(), tls));
  if (number >= 0)
    close(number);
  return fail(ErrorKind::Peer, "choose an address of this machine, and a port that is free",
              "cannot listen at '{}': {}", address.str(), textOf(error));
}

Listener::~Listener() { close(socket); }

uint16_t Listener::port() const {
  sockaddr_storage bytes;
  socklen_t size = sizeof bytes;
  if (getsockname(socket, reinterpret_cast<sockaddr *>(&bytes), &size) != 0)
    return 0;
  return ntohs(bytes.ss_family == AF_INET6
                   ? reinterpret_cast<sockaddr_in6 &>(bytes).sin6_port
                   : reinterpret_cast<sockaddr_in &>(bytes).sin_port);
}

Expected<Listener::Accepted> Listener::accept(StringRef who, const Patience &patience) {
  Clock::time_point end = after(patience.accept.value_or(1e9));
  while (true) {
    Address from = {{}, sizeof from.bytes, AF_UNSPEC};
    int number = accept4(socket, reinterpret_cast<sockaddr *>(&from.bytes), &from.size,
                         SOCK_CLOEXEC);
    if (number >= 0) {
      from.family = from.bytes.ss_family;
      sendAtOnce(number);
      std::unique_ptr<Transport> transport = std::make_unique<SocketTransport>(number);
      if (tls)
        transport = tls->accept(std::move(transport));
      return Accepted{std::move(transport), textOf(from)};
    }
    // Who has gone before being accepted is no failure.
    if (errno == EINTR || errno == ECONNABORTED)
      continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
      return fail(ErrorKind::Peer, "close other programs", "cannot accept {} at '{}': {}",
                  who.str(), address, textOf(errno));
    if (!pollFor(socket, POLLIN, secondsUntil(end)))
      return fail(ErrorKind::Peer, "start " + who.str() + ", or wait longer",
                  "{} did not connect to '{}' within {} seconds", who.str(), address,
                  *patience.accept);
  }
}
