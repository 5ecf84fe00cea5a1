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

#endif
