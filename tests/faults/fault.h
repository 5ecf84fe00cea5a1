/* Failing the n-th allocation, for every n. A scenario brackets the code under test by fault_begin
 * and fault_end; fault_every runs it again and again, with the first allocation in between failing,
 * then the second, and so on, until it comes to its end without one having failed. All that twice:
 * with that one allocation failing, and with every one from it on.
 *
 * Counted are the allocations of our own code (the linker wraps malloc and its like), of jansson
 * (which uses our own's), of OpenSSL, libuv and SQLite (by the hooks they have for that); those of
 * the C library for itself, of zlib, brotli and zstd are not. */
#ifndef TESTS_FAULTS_FAULT_H
#define TESTS_FAULTS_FAULT_H

#include "testing.h"

#include <stdbool.h>

void fault_begin(void);

/* Whether an allocation has failed since fault_begin. */
bool fault_end(void);

/* Every n up to `each` is tried; beyond, one of 32, for scenarios with very many allocations. */
void fault_every(void (*scenario)(void), unsigned each);

#define FAULT_EACH 4000

#endif
