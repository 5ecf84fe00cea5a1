/* Buffers of busy connections. Private; the worker's thread. */
#ifndef NET_REST_H
#define NET_REST_H

#include "conn_impl.h"

/* The connection is in use, so it will want to rest some time. */
void rest_later(struct conn *c);

/* It is about to be freed. */
void rest_never(struct conn *c);

#endif
