//===- Tls.cpp - Certificates of this side --------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Tls.h"
#include "PrivateFiles.h"
#include "TlsTransport.h"
#include "tacit/Support/Error.h"
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

struct Tls::Context {
  OpenSslPtr<SSL_CTX> ssl;
  std::string authority; ///< the name of the file
};

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

/// Nobody else may read a key. One that root owns may be read by its group, as Debian keeps
/// keys for services.
static llvm::Error checkPrivate(StringRef path, const struct stat &about) {
  static constexpr mode_t kOwnerOnly = S_IRWXG | S_IRWXO,
                          kGroupReads = S_IWGRP | S_IXGRP | S_IRWXO;
  mode_t refused = about.st_uid == 0 ? kGroupReads : kOwnerOnly;
  if (!S_ISREG(about.st_mode) || (about.st_mode & refused) == 0)
    return llvm::Error::success();
  return fail(ErrorKind::BadInput,
              fmt::format("chmod 600 {}, and think of who has read it", path.str()),
              "others may read the key '{}', of mode {:04o}; expected 0600", path.str(),
              about.st_mode & 07777);
}

/// Returns a file in memory, for OpenSSL to read.
static Expected<OpenSslPtr<BIO>> readPem(StringRef path, bool isKey) {
  // The certificates that browsers trust have 200 kB.
  static constexpr int kLimit = 1 << 24;
  auto file = OpenFile::openForReading(path);
  if (!file)
    return file.takeError();
  struct stat about;
  if (fstat(file->descriptor(), &about) != 0)
    return cannotRead(path, errno);
  if (isKey)
    if (llvm::Error error = checkPrivate(path, about))
      return std::move(error);
  OpenSslPtr<BIO> memory(BIO_new(isKey ? BIO_s_secmem() : BIO_s_mem()));
  char bytes[4096];
  for (int size = 0; memory && size < kLimit;) {
    ssize_t count = read(file->descriptor(), bytes, sizeof bytes);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return cannotRead(path, errno);
    if (count == 0)
      break;
    size += BIO_write(memory.get(), bytes, static_cast<int>(count));
  }
  OPENSSL_cleanse(bytes, sizeof bytes);
  if (!memory)
    report_bad_alloc_error("no memory for a file");
  return memory;
}

/// Returns all certificates of a file; at least one.
static Expected<std::vector<OpenSslPtr<X509>>> readCertificates(StringRef path) {
  auto file = readPem(path, /*isKey=*/false);
  if (!file)
    return file.takeError();
  std::vector<OpenSslPtr<X509>> certificates;
  ERR_clear_error();
  while (X509 *next = PEM_read_bio_X509(file->get(), nullptr, nullptr, nullptr))
    certificates.emplace_back(next);
  bool isWhole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!isWhole || certificates.empty())
    return fail(ErrorKind::BadInput,
                "convert it: openssl x509 -in FILE -inform DER -out FILE.pem",
                "'{}' {}; expected certificates in PEM", path.str(),
                isWhole ? "has no certificate" : "is damaged");
  return certificates;
}

static Expected<OpenSslPtr<EVP_PKEY>> readKey(StringRef path) {
  auto file = readPem(path, /*isKey=*/true);
  if (!file)
    return file.takeError();
  bool isEncrypted = false;
  auto ask = [](char *, int, int, void *asked) {
    *static_cast<bool *>(asked) = true;
    return -1;
  };
  OpenSslPtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(file->get(), nullptr, ask, &isEncrypted));
  ERR_clear_error();
  if (key)
    return key;
  if (isEncrypted)
    return fail(ErrorKind::BadInput,
                "decrypt it into a file of yours alone: openssl pkey -in FILE -out PLAIN",
                "the key '{}' is encrypted; expected one without a passphrase", path.str());
  return fail(ErrorKind::BadInput,
              "convert it: openssl pkey -in FILE -inform DER -out FILE.pem",
              "'{}' has no private key; expected one in PEM", path.str());
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// What nobody would accept is not presented.
static llvm::Error checkNow(StringRef path, const X509 *certificate) {
  const ASN1_TIME *begin = X509_get0_notBefore(certificate),
                  *end = X509_get0_notAfter(certificate);
  if (X509_cmp_current_time(begin) < 0 && X509_cmp_current_time(end) > 0)
    return llvm::Error::success();
  return fail(ErrorKind::BadInput, "issue it anew, and check the clock of this machine",
              "the certificate '{}' is valid from {} to {}; expected one that is valid now",
              path.str(), textOf(begin), textOf(end));
}

static llvm::Error presentCertificate(SSL_CTX *context, const TlsFiles &files) {
  auto certificates = readCertificates(files.certificate);
  if (!certificates)
    return certificates.takeError();
  auto key = readKey(files.key);
  if (!key)
    return key.takeError();
  X509 *mine = certificates->front().get();
  if (llvm::Error error = checkNow(files.certificate, mine))
    return error;
  if (X509_check_private_key(mine, key->get()) != 1) {
    ERR_clear_error();
    return fail(ErrorKind::BadInput, "give the key that the certificate was issued for",
                "'{}' is not the key of the certificate '{}'", files.key,
                files.certificate);
  }
  bool isGood = SSL_CTX_use_certificate(context, mine) == 1 &&
                SSL_CTX_use_PrivateKey(context, key->get()) == 1;
  for (auto &next : drop_begin(*certificates))
    isGood = isGood && SSL_CTX_add1_chain_cert(context, next.get()) == 1;
  if (!isGood)
    return fail(ErrorKind::BadInput, "issue one with another key",
                "TLS cannot use the certificate '{}': {}", files.certificate, lastReason());
  return llvm::Error::success();
}

static llvm::Error trustAuthority(SSL_CTX *context, const TlsFiles &files) {
  auto certificates = readCertificates(files.authority);
  if (!certificates)
    return certificates.takeError();
  for (auto &each : *certificates)
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), each.get()) != 1)
      report_bad_alloc_error("no memory for a certificate");
  return llvm::Error::success();
}

/// Settings that do not depend on the files.
static OpenSslPtr<SSL_CTX> makeContext() {
  // Files and variables of the system change nothing here.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  OpenSslPtr<SSL_CTX> context(SSL_CTX_new(TLS_method()));
  if (!context)
    report_bad_alloc_error("no memory for TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     TlsTransport::verify);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A connection is made once, and never continued by another one.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_CLEANSE_PLAINTEXT);
  // Several records are read at once.
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_default_read_buffer_len(context.get(), 1 << 16);
  return context;
}

Tls::Tls(std::unique_ptr<Context> context) : context(std::move(context)) {}
Tls::~Tls() = default;

Expected<std::unique_ptr<Tls>> Tls::load(const TlsFiles &files) {
  auto context = std::make_unique<Context>();
  context->ssl = makeContext();
  context->authority = files.authority;
  if (llvm::Error error = presentCertificate(context->ssl.get(), files))
    return std::move(error);
  if (llvm::Error error = trustAuthority(context->ssl.get(), files))
    return std::move(error);
  return std::unique_ptr<Tls>(new Tls(std::move(context)));
}

//===----------------------------------------------------------------------===//
// Connections
//===----------------------------------------------------------------------===//

static OpenSslPtr<SSL> makeSsl(SSL_CTX *context) {
  OpenSslPtr<SSL> ssl(SSL_new(context));
  if (!ssl)
    report_bad_alloc_error("no memory for TLS");
  return ssl;
}

/// Whoever answers must be named `host` by the certificate, as a name or as an address. The
/// subject has been no place for such a name for twenty years.
static void expectHost(SSL *ssl, const std::string &host) {
  X509_VERIFY_PARAM *expected = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                                                X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  in6_addr ignored;
  bool isNumber = inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
                  inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
  bool isGood = isNumber ? X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1
                         : X509_VERIFY_PARAM_set1_host(expected, host.c_str(), 0) == 1 &&
                               SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
  if (!isGood)
    report_bad_alloc_error("no memory for the name of a host");
}

std::unique_ptr<Transport> Tls::connect(std::unique_ptr<Transport> below,
                                        StringRef host) const {
  // Neither the interface of an address nor the dot of the root is in a certificate.
  std::string name = host.split('%').first.str();
  if (StringRef(name).ends_with("."))
    name.pop_back();
  OpenSslPtr<SSL> ssl = makeSsl(context->ssl.get());
  SSL_set_connect_state(ssl.get());
  expectHost(ssl.get(), name);
  return std::make_unique<TlsTransport>(std::move(below), std::move(ssl),
                                        context->authority, name);
}

std::unique_ptr<Transport> Tls::accept(std::unique_ptr<Transport> below) const {
  OpenSslPtr<SSL> ssl = makeSsl(context->ssl.get());
  SSL_set_accept_state(ssl.get());
  return std::make_unique<TlsTransport>(std::move(below), std::move(ssl),
                                        context->authority, /*host=*/"");
}
