/* The list of the variables by which runtimes find a proxy and trust a certificate: what a child
 * gets, or must not have. */
#ifndef WHY401_CHILD_VARIABLES_H
#define WHY401_CHILD_VARIABLES_H

#include <stddef.h>

enum variable_kind {
    VARIABLE_TEXT,           /* the text of the row */
    VARIABLE_PROXY,          /* the proxy's URL */
    VARIABLE_NO_PROXY,       /* this machine, and the parent's entries that do not cover BitGo */
    VARIABLE_CA_ADDED,       /* a file that is added to the client's own roots: ours alone; ours and
                                the parent's where the parent names one */
    VARIABLE_CA_REPLACED,    /* a file that replaces them: a bundle */
    VARIABLE_NODE_OPTIONS,   /* the parent's, and our preload */
    VARIABLE_JAVA_OPTIONS,   /* the parent's, and the proxy and trust store */
    VARIABLE_PHP_SCAN,       /* the parent's or the distribution's folder, and ours */
    VARIABLE_WGETRC,         /* our copy of it */
    VARIABLE_HOSTS,          /* hosts captured besides BitGo's, for the preload */
    VARIABLE_CUSTOM_ROOT,    /* our own port, where the SDK's environment is to be "custom" */
    VARIABLE_CUSTOM_NETWORK, /* the coins' network for that */
    VARIABLE_DROPPED,        /* only taken away */
};

struct variable {
    const char *name;
    enum variable_kind kind;
    const char *text; /* VARIABLE_TEXT: the value */
};

extern const struct variable variables[];
extern const size_t variables_count;

#endif
