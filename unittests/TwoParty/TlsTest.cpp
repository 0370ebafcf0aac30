//===- TlsTest.cpp - Connections that nobody else reads -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Tls.h"
#include "TestSupport.h"
#include "TwoParty/Certificates.h"
#include "tacit/Runtime/TwoParty/Channel.h"
#include <sys/stat.h>
#include <thread>

using namespace llvm;
using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;

namespace {

class TlsTest : public testing::Test {
protected:
  TlsTest() { patience.silence = 5; }

  static std::unique_ptr<Tls> load(const TlsFiles &files) {
    auto tls = Tls::load(files);
    if (!tls) {
      ADD_FAILURE() << describe(tls.takeError());
      return nullptr;
    }
    return std::move(*tls);
  }

  /// Connects a client that has these files to a server that has those, and lets each send
  /// the other one `words`. A side without files does not speak TLS.
  void meet(const std::optional<TlsFiles> &clientFiles,
            const std::optional<TlsFiles> &serverFiles, StringRef host = "localhost",
            StringRef words = "hello") {
    auto ends = makeTransportPair();
    ASSERT_TRUE(bool(ends));
    std::unique_ptr<Tls> clientTls, serverTls;
    if (clientFiles && (clientTls = load(*clientFiles)))
      ends->first = clientTls->connect(std::move(ends->first), host);
    if (serverFiles && (serverTls = load(*serverFiles)))
      ends->second = serverTls->accept(std::move(ends->second));
    client = std::make_unique<Channel>(std::move(ends->first), "the server", patience);
    server = std::make_unique<Channel>(std::move(ends->second), "the client", patience);
    auto run = [&](Channel &channel, std::string &said, std::vector<char> &heard) {
      auto answer =
          channel.exchange(Frame::Hello, {words.data(), words.size()}, words.size());
      if (answer)
        heard = std::move(*answer);
      said = describe(answer ? llvm::Error::success() : answer.takeError());
    };
    std::thread other([&] { run(*server, serverSaid, serverHeard); });
    run(*client, clientSaid, clientHeard);
    other.join();
  }

  /// Returns what a server says of somebody who connects and sends these bytes; or a
  /// client, of whom it has connected to.
  std::string greet(StringRef bytes, bool isServer = true) {
    auto ends = makeTransportPair();
    if (!ends)
      return describe(ends.takeError());
    std::unique_ptr<Tls> tls = load(authority.issue("server"));
    stranger = std::move(ends->second);
    EXPECT_EQ(stranger->send(ArrayRef(bytes.data(), bytes.size())).bytes, bytes.size());
    patience.silence = 0.1;
    Channel channel(isServer ? tls->accept(std::move(ends->first))
                             : tls->connect(std::move(ends->first), "localhost"),
                    isServer ? "the client" : "the server", patience);
    return describe(channel.receive(Frame::Hello, 100));
  }

  TemporaryFolder root;
  Authority authority{root, "authority"};
  Patience patience;
  std::unique_ptr<Channel> client, server;
  std::string clientSaid, serverSaid;
  std::vector<char> clientHeard, serverHeard;
  std::unique_ptr<Transport> stranger;
};

//===----------------------------------------------------------------------===//
// What goes well
//===----------------------------------------------------------------------===//

TEST_F(TlsTest, CarriesMoreThanTheNetworkHoldsBothWays) {
  std::string words(20 << 20, 'x');
  for (size_t i = 0; i < words.size(); ++i)
    words[i] = static_cast<char>(i * i >> 7);
  meet(authority.issue("client"), authority.issue("server"), "127.0.0.1", words);
  EXPECT_EQ(clientSaid, "no error");
  EXPECT_EQ(serverSaid, "no error");
  EXPECT_EQ(StringRef(clientHeard.data(), clientHeard.size()), words);
  EXPECT_EQ(StringRef(serverHeard.data(), serverHeard.size()), words);
  // Nothing is counted but frames.
  ChannelCounts counts = client->counts();
  EXPECT_EQ(counts.framingSent, int64_t(words.size()) + 32);
  EXPECT_EQ(counts.framingReceived, int64_t(words.size()) + 32);
  auto protection = client->protection();
  ASSERT_TRUE(protection.has_value());
  EXPECT_EQ(protection->version, "TLSv1.3");
  EXPECT_CONTAINS(protection->cipher, "TLS_");
  EXPECT_EQ(protection->peer, "CN=server");
  EXPECT_EQ(server->protection()->peer, "CN=client");
}

TEST_F(TlsTest, EndsAsWithoutIt) {
  meet(authority.issue("client"), authority.issue("server"));
  std::string said;
  std::thread other([&] { said = describe(client->receive(Frame::Done, 0)); });
  server->stop("no inputs");
  other.join();
  EXPECT_EQ(said, "[7] the server stopped: no inputs | look at what it printed");

  meet(authority.issue("client"), authority.issue("server"));
  server.reset();
  EXPECT_EQ(
      describe(client->receive(Frame::Done, 0)),
      "[7] the server closed the connection; expected a message of kind 'done' | look "
      "at what it printed");

  // What nobody takes.
  patience.silence = 0.1;
  meet(authority.issue("client"), authority.issue("server"));
  std::vector<char> words(20 << 20);
  EXPECT_CONTAINS(describe(server->send(Frame::Hop, Channel::Bytes(words))),
                  "[7] the client took nothing for 0.1 seconds");
}

TEST_F(TlsTest, ConnectsSidesOfTwoAuthorities) {
  Authority other(root, "friend", {});
  TlsFiles mine = authority.issue("client");
  TlsFiles theirs = other.issue("server");
  mine.authority = theirs.authority;
  theirs.authority = authority.path();
  meet(mine, theirs);
  EXPECT_EQ(clientSaid, "no error");
  EXPECT_EQ(serverSaid, "no error");
}

//===----------------------------------------------------------------------===//
// Whom it refuses
//===----------------------------------------------------------------------===//

TEST_F(TlsTest, RefusesAnotherAuthority) {
  Authority other(root, "other");
  TlsFiles files = other.issue("server");
  files.authority = authority.path();
  meet(authority.issue("client"), files);
  EXPECT_EQ(
      clientSaid,
      "[7] the server has the certificate 'CN=server', issued by 'CN=other'; expected "
      "one of an authority in '" +
          authority.path() +
          "' | let both sides have certificates of one authority, and trust that one");
  EXPECT_CONTAINS(serverSaid,
                  "[7] the client refuses the certificate of this side: unknown CA");

  // The side that listens finds out later: the other one has sent by then.
  files = other.issue("client");
  files.authority = authority.path();
  meet(files, authority.issue("server"));
  EXPECT_CONTAINS(serverSaid, "the client has the certificate 'CN=client', issued by "
                              "'CN=other'; expected one of an authority in");
  EXPECT_CONTAINS(clientSaid,
                  "the server refuses the certificate of this side: unknown CA");
}

TEST_F(TlsTest, RefusesAnAuthorityOfTheSameName) {
  Authority other(root, "other");
  TlsFiles mine = authority.issue("client"), theirs = authority.issue("server");
  // Now the file of the authority has another key.
  std::string kept = root.read("authority.pem");
  Authority again(root, "authority");
  meet(mine, theirs);
  EXPECT_CONTAINS(clientSaid, "the server has the certificate 'CN=server', issued by "
                              "'CN=authority'; expected one of an authority in");
  root.write("authority.pem", kept);
}

TEST_F(TlsTest, RefusesAnotherHost) {
  TlsFiles named = authority.issue("server");
  meet(authority.issue("client"), named, "example.org");
  EXPECT_EQ(clientSaid,
            "[7] the server has the certificate 'CN=server', which names DNS:localhost, IP "
            "Address:127.0.0.1; expected the host 'example.org' | connect to a name in the "
            "certificate, or add the host to its subjectAltName");
  EXPECT_CONTAINS(serverSaid, "the client refuses the certificate of this side: bad");
  meet(authority.issue("client"), named, "127.0.0.2");
  EXPECT_CONTAINS(clientSaid, "expected the host '127.0.0.2'");
  // The subject is no host.
  Particulars nowhere;
  nowhere.hosts = "";
  meet(authority.issue("client"), authority.issue("localhost", nowhere));
  EXPECT_CONTAINS(clientSaid, "'CN=localhost', which names no host; expected the host");
  // A client may come from anywhere.
  meet(authority.issue("client", nowhere), named, "localhost.");
  EXPECT_EQ(clientSaid, "no error");
  EXPECT_EQ(serverSaid, "no error");
}

TEST_F(TlsTest, RefusesWhatIsNotValid) {
  Particulars past;
  past.endSeconds = -60;
  Authority old(root, "old", past);
  meet(old.issue("client"), old.issue("server"));
  EXPECT_CONTAINS(clientSaid,
                  "the server has the certificate 'CN=old', which is valid from");
  EXPECT_CONTAINS(clientSaid, "expected one that is valid now | issue it anew, and check");
  EXPECT_CONTAINS(serverSaid, "refuses the certificate of this side: certificate expired");
  Particulars servers;
  servers.usage = "serverAuth";
  meet(authority.issue("client", servers), authority.issue("server"));
  EXPECT_CONTAINS(serverSaid, "the client has the certificate 'CN=client', which is "
                              "refused: uns");
  EXPECT_CONTAINS(clientSaid, "the server refuses the certificate of this side: uns");
}

//===----------------------------------------------------------------------===//
// Who does not speak TLS
//===----------------------------------------------------------------------===//

TEST_F(TlsTest, RefusesASideWithoutIt) {
  meet(std::nullopt, authority.issue("server"));
  EXPECT_EQ(clientSaid, "[7] the server speaks TLS; expected none, as this side has no "
                        "certificate | give TLS to both sides, or to neither");
  EXPECT_EQ(serverSaid, "[7] the client does not speak TLS; expected it, as this side does "
                        "| give TLS to both sides, or to neither");
  meet(authority.issue("client"), std::nullopt);
  EXPECT_CONTAINS(serverSaid, "[7] the client speaks TLS; expected none");
  EXPECT_CONTAINS(clientSaid, "[7] the server does not speak TLS; expected it");
}

TEST_F(TlsTest, GreetsStrangers) {
  EXPECT_CONTAINS(greet("GET / HTTP/1.1\r\n\r\n"),
                  "the client does not speak TLS; expected");
  // They are told in their own way, which is an alert.
  char bytes[16];
  EXPECT_EQ(stranger->receive(bytes).bytes, 7u);
  EXPECT_EQ(bytes[0], 0x15);
  EXPECT_CONTAINS(greet(StringRef("\x16\x03\x01\x00\x05hello", 10)),
                  "the client does not speak TLS as it should: ");
  EXPECT_CONTAINS(greet(StringRef("\x15\x03\x03\x00\x02\x02\x28", 7), false),
                  "the server ends TLS: handshake failure");
  EXPECT_CONTAINS(greet("\x16\x03"), "the client sent nothing for 0.1 seconds");
  EXPECT_CONTAINS(greet(""), "the client sent nothing for 0.1 seconds");
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

TEST_F(TlsTest, NeedsFilesThatBelongTogether) {
  TlsFiles good = authority.issue("somebody");
  auto with = [&](std::string TlsFiles::*which, const std::string &path) {
    TlsFiles files = good;
    files.*which = path;
    return describe(Tls::load(files));
  };
  std::string none = root.path("none");
  for (auto which : {&TlsFiles::certificate, &TlsFiles::key, &TlsFiles::authority})
    EXPECT_EQ(with(which, none), "[4] cannot read '" + none +
                                     "': No such file or directory | check the name, and "
                                     "who may read it");
  EXPECT_CONTAINS(with(&TlsFiles::certificate, root.path("")), "Is a directory");
  EXPECT_CONTAINS(with(&TlsFiles::certificate, good.key),
                  "' has no certificate; expected certificates in PEM | convert it");
  EXPECT_CONTAINS(with(&TlsFiles::authority, "/dev/null"), "' has no certificate");
  std::string text = root.read("somebody.pem");
  std::string damaged = root.write("damaged.pem", text.replace(100, 4, "!!!!"));
  EXPECT_CONTAINS(with(&TlsFiles::authority, damaged), "damaged.pem' is damaged; expected");
  std::string key = authority.issue("another").key;
  EXPECT_CONTAINS(with(&TlsFiles::key, key),
                  "another.key' is not the key of the certifica");
  ASSERT_EQ(chmod(good.certificate.c_str(), 0600), 0);
  EXPECT_CONTAINS(with(&TlsFiles::key, good.certificate),
                  "' has no private key; expected one in PEM | convert it");
  Particulars closed, weak;
  closed.passphrase = "open sesame";
  EXPECT_CONTAINS(with(&TlsFiles::key, authority.issue("closed", closed).key),
                  "closed.key' is encrypted; expected one without a passphrase | decrypt");
  weak.isWeak = true;
  EXPECT_CONTAINS(describe(Tls::load(authority.issue("weak", weak))),
                  "weak.pem': ee key too small | issue one with another key");
}

TEST_F(TlsTest, NeedsAKeyThatNobodyElseReads) {
  TlsFiles files = authority.issue("somebody");
  for (mode_t mode : {0644, 0604, 0660}) {
    ASSERT_EQ(chmod(files.key.c_str(), mode), 0);
    EXPECT_CONTAINS(describe(Tls::load(files)), "[4] others may read the key '");
  }
  ASSERT_EQ(chmod(files.key.c_str(), 0400), 0);
  EXPECT_EQ(describe(Tls::load(files)), "no error");
}

TEST_F(TlsTest, NeedsACertificateThatIsValidNow) {
  for (auto [begin, end] : {std::pair(-7200, -60), std::pair(60, 7200)}) {
    Particulars particulars;
    particulars.beginSeconds = begin;
    particulars.endSeconds = end;
    std::string said = describe(Tls::load(authority.issue("somebody", particulars)));
    EXPECT_CONTAINS(said, "[4] the certificate '");
    EXPECT_CONTAINS(said, "; expected one that is valid now | issue it anew");
  }
}

} // namespace
