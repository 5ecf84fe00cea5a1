/* The bytes of rules/bitgo/coins.tsv, embedded at build time by embed.cmake. */
#ifndef WHY401_COINS_DATA_H
#define WHY401_COINS_DATA_H

#include <stddef.h>

extern const unsigned char coins_data[];
extern const size_t coins_data_size;

#endif
