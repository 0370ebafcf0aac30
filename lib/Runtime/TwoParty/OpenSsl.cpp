//===- OpenSsl.cpp - Objects and texts of OpenSSL -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpenSsl.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <openssl/err.h>
#include <openssl/x509v3.h>

using namespace llvm;
using namespace tacit::twoparty;

/// Returns what `print` writes, as one printable line of moderate length.
static std::string printed(function_ref<void(BIO *)> print) {
  static constexpr size_t kLimit = 256;
  OpenSslPtr<BIO> memory(BIO_new(BIO_s_mem()));
  if (!memory)
    return "";
  print(memory.get());
  char *bytes = nullptr;
  long size = BIO_get_mem_data(memory.get(), &bytes);
  std::string text;
  for (char c : StringRef(bytes, size).take_front(kLimit))
    text += isPrint(c) ? c : '?';
  return static_cast<size_t>(size) > kLimit ? text + "..." : text;
}

static std::string textOf(const X509_NAME *name) {
  std::string text =
      printed([&](BIO *out) { X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253); });
  return text.empty() ? "without a name" : text;
}

std::string tacit::twoparty::subjectOf(const X509 *certificate) {
  return ::textOf(X509_get_subject_name(certificate));
}

std::string tacit::twoparty::issuerOf(const X509 *certificate) {
  return ::textOf(X509_get_issuer_name(certificate));
}

std::string tacit::twoparty::hostsOf(const X509 *certificate) {
  int at = X509_get_ext_by_NID(certificate, NID_subject_alt_name, /*lastpos=*/-1);
  if (at < 0)
    return "no host";
  return printed([&](BIO *out) {
    X509V3_EXT_print(out, X509_get_ext(certificate, at), X509V3_EXT_DEFAULT, 0);
  });
}

std::string tacit::twoparty::textOf(const ASN1_TIME *time) {
  return printed([&](BIO *out) { ASN1_TIME_print(out, time); });
}

std::string tacit::twoparty::lastReason() {
  const char *reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "for no reason that OpenSSL states";
}
