/*===- tacit_party.c - What stands around a party's code ------------------===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "tacit/Runtime/tacit_party.h"

static _Thread_local const tacit_outside *outside;

/* A library of a party exports it, and nothing else of this file. */
__attribute__((visibility("default"))) void
tacit_outside_enter(const tacit_outside *entered) {
  outside = entered;
}

void tacit_party_material(int64_t id, int64_t *words, int64_t count) {
  outside->material(outside->context, id, words, count);
}

void tacit_dealer_draw(int64_t id, int64_t *words, int64_t count) {
  outside->draw(outside->context, id, words, count);
}

void tacit_dealer_deal(int64_t id, const int64_t *words, int64_t count) {
  outside->deal(outside->context, id, words, count);
}

void tacit_party_message(int64_t direction, const int64_t *mine, int64_t *theirs,
                         int64_t count) {
  outside->message(outside->context, direction, mine, theirs, count);
}

void tacit_party_exchange(void) { outside->exchange(outside->context); }
