//===- TlsTransport.cpp - TLS over a connection ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TlsTransport.h"
#include "tacit/Support/Error.h"
#include <openssl/err.h>
#include <openssl/x509v3.h>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

/// What one call encrypts at most: several records, which leave together.
static constexpr size_t kBatch = 1 << 15;

//===----------------------------------------------------------------------===//
// What OpenSSL reads from and writes to
//===----------------------------------------------------------------------===//

/// The functions of a BIO: OpenSSL's own one for sockets writes without MSG_NOSIGNAL, so
/// that a peer which is gone would end the process.
struct TlsTransport::Below {
  static TlsTransport &of(BIO *bio) {
    return *static_cast<TlsTransport *>(BIO_get_data(bio));
  }

  static int write(BIO *bio, const char *bytes, int size) {
    std::vector<char> &out = of(bio).encrypted;
    out.insert(out.end(), bytes, bytes + size);
    return size;
  }

  static int read(BIO *bio, char *bytes, int size) {
    BIO_clear_retry_flags(bio);
    TlsTransport &self = of(bio);
    self.lastRead = self.below->receive({bytes, static_cast<size_t>(size)});
    if (self.lastRead.status == Status::WouldBlock)
      BIO_set_retry_read(bio);
    if (self.lastRead.status != Status::Moved)
      return -1;
    if (!self.opening)
      self.opening = static_cast<uint8_t>(*bytes);
    return static_cast<int>(self.lastRead.bytes);
  }

  static long control(BIO *, int command, long, void *) {
    return command == BIO_CTRL_FLUSH; // Whatever is written is kept.
  }

  static BIO *make(TlsTransport &transport) {
    static const OpenSslPtr<BIO_METHOD> method = makeMethod();
    BIO *bio = BIO_new(method.get());
    if (!bio)
      report_bad_alloc_error("no memory for a connection");
    BIO_set_data(bio, &transport);
    BIO_set_init(bio, 1);
    return bio;
  }

private:
  static OpenSslPtr<BIO_METHOD> makeMethod() {
    OpenSslPtr<BIO_METHOD> method(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tacit transport"));
    if (!method || !BIO_meth_set_write(method.get(), write) ||
        !BIO_meth_set_read(method.get(), read) || !BIO_meth_set_ctrl(method.get(), control))
      report_bad_alloc_error("no memory for a connection");
    return method;
  }
};

TlsTransport::TlsTransport(std::unique_ptr<Transport> below, OpenSslPtr<SSL> ssl,
                           std::string authority, std::string host)
    : below(std::move(below)), ssl(std::move(ssl)), authority(std::move(authority)),
      host(std::move(host)) {
  BIO *bio = Below::make(*this);
  SSL_set_bio(this->ssl.get(), bio, bio);
  SSL_set_app_data(this->ssl.get(), reinterpret_cast<char *>(this));
}

TlsTransport::~TlsTransport() {
  // The other side reads why it was refused.
  if (found)
    drain(*below, kLinger);
}

//===----------------------------------------------------------------------===//
// Moving bytes
//===----------------------------------------------------------------------===//

/// Passes on what is encrypted. Returns Moved if some of it has left, or all.
Transport::Step TlsTransport::flush() {
  bool hasMoved = false;
  while (flushed < encrypted.size()) {
    ArrayRef<char> rest = ArrayRef(encrypted).drop_front(flushed);
    Step step = below->send(rest);
    if (step.status != Status::Moved)
      return hasMoved ? Step{Status::Moved} : step;
    hasMoved = true;
    flushed += step.bytes;
  }
  encrypted.clear();
  flushed = 0;
  return {Status::Moved};
}

/// Encrypts the beginning of `parts`. Small parts share a record.
void TlsTransport::encrypt(ArrayRef<ArrayRef<char>> parts) {
  plain.clear();
  for (ArrayRef<char> part : parts) {
    part = part.take_front(kBatch - plain.size());
    plain.insert(plain.end(), part.begin(), part.end());
  }
}

Transport::Step TlsTransport::send(ArrayRef<ArrayRef<char>> parts) {
  if (found)
    return {Status::Failed, 0, EPROTO};
  bool wasTaken = taken > 0;
  if (!wasTaken && encrypted.empty()) {
    encrypt(parts);
    ERR_clear_error();
    int count = SSL_write(ssl.get(), plain.data(), static_cast<int>(plain.size()));
    // The dealer sends seeds.
    OPENSSL_cleanse(plain.data(), plain.size());
    if (count <= 0) {
      Step step = stepOf(count);
      (void)flush();
      return step;
    }
    taken = count;
  }
  Step step = flush();
  if (encrypted.empty())
    step.bytes = std::exchange(taken, 0);
  return step;
}

Transport::Step TlsTransport::receive(MutableArrayRef<char> bytes) {
  if (found)
    return {Status::Failed, 0, EPROTO};
  // What the handshake has to say; why it cannot be said shows below.
  (void)flush();
  size_t got = 0;
  Step step = {Status::Moved};
  while (got < std::min(bytes.size(), kBatch) && step.status == Status::Moved) {
    ERR_clear_error();
    int room = static_cast<int>(std::min(bytes.size() - got, kBatch));
    int count = SSL_read(ssl.get(), bytes.data() + got, room);
    if (count > 0)
      got += count;
    else
      step = stepOf(count);
  }
  (void)flush();
  return got > 0 ? Step{Status::Moved, got} : step;
}

/// Says why OpenSSL has moved nothing.
Transport::Step TlsTransport::stepOf(int result) {
  switch (SSL_get_error(ssl.get(), result)) {
  case SSL_ERROR_WANT_READ:
  case SSL_ERROR_WANT_WRITE:
    return {Status::WouldBlock};
  case SSL_ERROR_ZERO_RETURN:
    return {Status::Closed};
  default:
    break;
  }
  bool isLost = lastRead.status == Status::Closed || lastRead.status == Status::Failed;
  if (isLost && mayBeTls())
    return lastRead;
  if (!found)
    found = explain();
  refuse();
  return {Status::Failed, 0, EPROTO};
}

bool TlsTransport::wait(bool forRoom, bool forBytes, double seconds) {
  // A handshake has turns, whatever it is for.
  bool isShaking = !SSL_is_init_finished(ssl.get());
  return below->wait(!encrypted.empty() || (forRoom && !isShaking), forBytes || isShaking,
                     seconds);
}

void TlsTransport::finishSending() {
  if (!found && SSL_is_init_finished(ssl.get()))
    SSL_shutdown(ssl.get());
  ERR_clear_error();
  (void)flush();
  below->finishSending();
}

std::optional<Protection> TlsTransport::protection() const {
  const X509 *certificate = SSL_get0_peer_certificate(ssl.get());
  if (!SSL_is_init_finished(ssl.get()) || !certificate)
    return std::nullopt;
  return Protection{SSL_get_version(ssl.get()), SSL_get_cipher_name(ssl.get()),
                    subjectOf(certificate)};
}

//===----------------------------------------------------------------------===//
// What can go wrong
//===----------------------------------------------------------------------===//

/// Both sides are told who must change what.
static constexpr const char *kBothTls = "give TLS to both sides, or to neither";
static constexpr const char *kOneAuthority =
    "let both sides have certificates of one authority, and trust that one";

int TlsTransport::verify(int isGood, X509_STORE_CTX *chain) {
  auto *ssl = static_cast<SSL *>(
      X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto &self = *reinterpret_cast<TlsTransport *>(SSL_get_app_data(ssl));
  if (!isGood && !self.found)
    self.found = self.explainCertificate(chain, X509_STORE_CTX_get_error(chain));
  return isGood;
}

Complaint TlsTransport::explainCertificate(X509_STORE_CTX *chain, int reason) const {
  const X509 *bad = X509_STORE_CTX_get_current_cert(chain);
  bad = bad ? bad : X509_STORE_CTX_get0_cert(chain);
  std::string has = fmt::format("has the certificate '{}'", subjectOf(bad));
  switch (reason) {
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    return {fmt::format("{}, issued by '{}'; expected one of an authority in '{}'", has,
                        issuerOf(bad), authority),
            kOneAuthority};
  case X509_V_ERR_CERT_HAS_EXPIRED:
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return {fmt::format("{}, which is valid from {} to {}; expected one that is valid now",
                        has, textOf(X509_get0_notBefore(bad)),
                        textOf(X509_get0_notAfter(bad))),
            "issue it anew, and check the clocks of both machines"};
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return {
        fmt::format("{}, which names {}; expected the host '{}'", has, hostsOf(bad), host),
        "connect to a name in the certificate, or add the host to its subjectAltName"};
  default:
    return {
        fmt::format("{}, which is refused: {}", has, X509_verify_cert_error_string(reason)),
        "issue it anew"};
  }
}

Complaint TlsTransport::explainAlert(int alert) const {
  switch (alert) {
  case SSL_AD_PROTOCOL_VERSION:
    return {"does not speak TLS 1.3", "use a program that does"};
  case SSL_AD_BAD_CERTIFICATE:
  case SSL_AD_UNSUPPORTED_CERTIFICATE:
  case SSL_AD_CERTIFICATE_REVOKED:
  case SSL_AD_CERTIFICATE_EXPIRED:
  case SSL_AD_CERTIFICATE_UNKNOWN:
  case SSL_AD_UNKNOWN_CA:
  case SSL_AD_CERTIFICATE_REQUIRED:
    return {fmt::format("refuses the certificate of this side: {}",
                        SSL_alert_desc_string_long(alert)),
            "look at what it printed; " + std::string(kOneAuthority)};
  default:
    return {fmt::format("ends TLS: {}", SSL_alert_desc_string_long(alert)),
            "look at what it printed"};
  }
}

/// Returns false if the other side began with what no connection of TLS begins with.
bool TlsTransport::mayBeTls() const {
  static constexpr uint8_t kAlert = 0x15, kHandshake = 0x16;
  return !opening || *opening == kAlert || *opening == kHandshake;
}

/// Says what is wrong, once OpenSSL has failed.
Complaint TlsTransport::explain() const {
  if (!mayBeTls())
    return {"does not speak TLS; expected it, as this side does", kBothTls};
  unsigned long error = ERR_peek_last_error();
  int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET)
    return explainAlert(reason - SSL_AD_REASON_OFFSET);
  if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
    return {"has no certificate; expected one of an authority in '" + authority + "'",
            kOneAuthority};
  if (reason == SSL_R_UNSUPPORTED_PROTOCOL)
    return explainAlert(SSL_AD_PROTOCOL_VERSION);
  return {"does not speak TLS as it should: " + lastReason(),
          "check that nothing else uses the address"};
}

/// Sends what OpenSSL has to say, and tells a side that speaks no TLS that this one does:
/// it gets an alert, of which OpenSSL sends none to such a side.
void TlsTransport::refuse() {
  static constexpr char kUnexpectedMessage[] = {0x15, 3, 3, 0, 2, 2, 10};
  ERR_clear_error();
  if (!mayBeTls() && SSL_is_server(ssl.get()))
    encrypted.assign(std::begin(kUnexpectedMessage), std::end(kUnexpectedMessage));
  (void)flush();
  below->finishSending();
}
