/* cmocka with what it wants included before it, in its order. */
#ifndef TESTS_TESTING_H
#define TESTS_TESTING_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

/* ThreadSanitizer looks at all that a search is given, however near the match: what costs its
 * length costs the square there. */
#ifdef __SANITIZE_THREAD__
#define COSTS_ARE_TRUE 0
#else
#define COSTS_ARE_TRUE 1
#endif

#endif
