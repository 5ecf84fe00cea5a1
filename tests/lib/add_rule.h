/* A pack of rules with one more in it. */
#ifndef TESTS_ADD_RULE_H
#define TESTS_ADD_RULE_H

#include <stdlib.h>
#include <unistd.h>

#include "testing.h"
#include "why401/explain/explain.h"

/* Adds the rule of that text; -1 when it is refused. */
static inline int add_rule(struct rulepack *pack, const char *text, struct err *err)
{
    char path[] = "/tmp/why401-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    int rc = rulepack_add_file(pack, path, err);
    unlink(path);
    return rc;
}

#endif
