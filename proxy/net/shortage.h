/* Running out of descriptors or memory: which errors mean that, and how a person is told. It is no
 * news of a name or of a host, whatever was asked for when it happened. Private. */
#ifndef NET_SHORTAGE_H
#define NET_SHORTAGE_H

#include "why401/base/err.h"

#define SHORTAGE_TEXT_SIZE 160

/* ERR_DESCRIPTORS or ERR_MEMORY when libuv's error `failure` says that those ran out, else
 * ERR_NONE. */
enum err_code shortage_code(int failure);

/* The reason in words, which for descriptors say how many there may be; of what is no shortage they
 * are libuv's. They are in `text` or static. */
const char *shortage_reason(int failure, char text[SHORTAGE_TEXT_SIZE]);

#endif
