/* Digests of our own texts, which only have to spread. Private. */
#ifndef OBSERVE_MIX_H
#define OBSERVE_MIX_H

#include <stdint.h>

/* A product carries differences upwards only; folding brings them down again. */
static inline uint64_t mix(uint64_t digest, uint64_t more)
{
    digest = (digest ^ more) * UINT64_C(0x9e3779b97f4a7c15);
    return digest ^ digest >> 32;
}

#endif
