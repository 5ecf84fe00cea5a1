/* The address that a server listens on, as people write it: "127.0.0.1:8401", "[::1]:8401". */
#ifndef WHY401_CONFIG_LISTEN_H
#define WHY401_CONFIG_LISTEN_H

#include "why401/base/ip.h"

struct listen_address {
    char host[IP_TEXT_SIZE]; /* an IP address without brackets */
    uint16_t port;           /* 0: the kernel chooses */
    bool loopback;           /* only this machine can reach it */
};

/* Reads "ADDRESS:PORT"; "localhost" stands for 127.0.0.1. Returns false when the text is none; *why
 * then says what is expected. */
bool listen_parse(struct span text, struct listen_address *out, const char **why);

#endif
