//===- OpenSsl.h - Objects and texts of OpenSSL -----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_RUNTIME_TWOPARTY_OPENSSL_H
#define TACIT_LIB_RUNTIME_TWOPARTY_OPENSSL_H

#include <memory>
#include <openssl/ssl.h>
#include <string>

namespace tacit::twoparty {

/// Frees what OpenSSL has made.
struct OpenSslDeleter {
  void operator()(BIO *p) const { BIO_free(p); }
  void operator()(BIO_METHOD *p) const { BIO_meth_free(p); }
  void operator()(EVP_PKEY *p) const { EVP_PKEY_free(p); }
  void operator()(SSL *p) const { SSL_free(p); }
  void operator()(SSL_CTX *p) const { SSL_CTX_free(p); }
  void operator()(X509 *p) const { X509_free(p); }
};
template <typename T>
using OpenSslPtr = std::unique_ptr<T, OpenSslDeleter>;

/// The subject of a certificate: "CN=server,O=Somebody". All that certificates hold is text
/// of strangers, and no text of them is longer than a line or has control characters.
std::string subjectOf(const X509 *certificate);
std::string issuerOf(const X509 *certificate);
/// The hosts that a certificate names: "DNS:localhost, IP Address:127.0.0.1".
std::string hostsOf(const X509 *certificate);
std::string textOf(const ASN1_TIME *time);

/// The reason of the last failure in this thread, which is then forgotten.
std::string lastReason();

} // namespace tacit::twoparty

#endif // TACIT_LIB_RUNTIME_TWOPARTY_OPENSSL_H
