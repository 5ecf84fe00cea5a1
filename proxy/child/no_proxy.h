/* NO_PROXY and its relatives. */
#ifndef CHILD_NO_PROXY_H
#define CHILD_NO_PROXY_H

#include "why401/base/str.h"

/* Writes the value of NO_PROXY: this machine, and the entries of the parent's no_proxy and
 * NO_PROXY, which name hosts of the user's network, but for those that would lead BitGo's hosts, or
 * one of `hosts` (names with commas between them, or NULL), past the proxy. */
void no_proxy_write(struct str *out, char *const *parent, const char *hosts);

/* The same for Java's http.nonProxyHosts, which has patterns instead of domains. */
void no_proxy_write_java(struct str *out, char *const *parent, const char *hosts);

#endif
