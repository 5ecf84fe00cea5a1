/* The rules that are built into the program. The C file behind this header is made by embed.cmake.
 */
#ifndef WHY401_EXPLAIN_EMBEDDED_H
#define WHY401_EXPLAIN_EMBEDDED_H

#include <stddef.h>

struct embedded_rule {
    const char *file; /* name of the file, without its folder */
    const unsigned char *bytes;
    size_t len;
};

/* In the order of their names. */
extern const struct embedded_rule embedded_rules[];
extern const size_t embedded_rule_count;

#endif
