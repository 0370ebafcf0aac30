/*===- tacit_party.h - What stands around a party's code ----------*- C -*-===*\
|*                                                                            *|
|* Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.         *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* The generated code of a party, or of the dealer, calls these functions.    *|
|* They pass each call on to what the thread entered: the network, files, or  *|
|* another thread.                                                            *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef TACIT_RUNTIME_TACIT_PARTY_H
#define TACIT_RUNTIME_TACIT_PARTY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All words are elements of the ring, or bits of 64 elements. */
typedef struct {
  void *context;
  /* Writes this party's share of the material `id`. */
  void (*material)(void *context, int64_t id, int64_t *words, int64_t count);
  /* Writes the random words `id`, and takes words that follow from such. */
  void (*draw)(void *context, int64_t id, int64_t *words, int64_t count);
  void (*deal)(void *context, int64_t id, const int64_t *words, int64_t count);
  /* Adds a message to the next exchange: `mine` is sent, and `theirs` received, or one of
     the two, by `direction` (0 both, 1 to the server, 2 to the client). The buffers stay
     where they are until then. Who receives nothing gets zeros. */
  void (*message)(void *context, int64_t direction, const int64_t *mine, int64_t *theirs,
                  int64_t count);
  /* Sends and receives the messages that were added. */
  void (*exchange)(void *context);
} tacit_outside;

/* Calls of this thread go to `outside` from now on; null if it makes none. */
void tacit_outside_enter(const tacit_outside *outside);

void tacit_party_material(int64_t id, int64_t *words, int64_t count);
void tacit_dealer_draw(int64_t id, int64_t *words, int64_t count);
void tacit_dealer_deal(int64_t id, const int64_t *words, int64_t count);
void tacit_party_message(int64_t direction, const int64_t *mine, int64_t *theirs,
                         int64_t count);
void tacit_party_exchange(void);

#ifdef __cplusplus
}
#endif

#endif /* TACIT_RUNTIME_TACIT_PARTY_H */
