/* prepend.php as bytes of the program; the build writes the C file. */
#ifndef CHILD_PREPEND_PHP_H
#define CHILD_PREPEND_PHP_H

#include <stddef.h>

extern const unsigned char prepend_php[];
extern const size_t prepend_php_size;

#endif
