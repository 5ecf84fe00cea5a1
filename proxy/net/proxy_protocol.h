/* The PROXY protocol header (versions 1 and 2, as HAProxy's document proxy-protocol.txt defines it)
 * that a load balancer in front of us writes before the client's first byte. Private; no I/O. */
#ifndef NET_PROXY_PROTOCOL_H
#define NET_PROXY_PROTOCOL_H

#include "why401/base/err.h"
#include "why401/base/ip.h"

/* The longest header that is read: version 2 with its address block and some TLVs. */
#define PROXY_HEADER_MOST 1024

/* Reads the header at the start of `bytes`. *used is its length, 0 while it is incomplete; *source
 * the client's address, family 0 where the header names none (LOCAL, UNKNOWN, unix sockets).
 * Returns -1 with *err when this is no such header. */
int proxy_header_read(struct span bytes, struct ip *source, size_t *used, struct err *err);

#endif
