/* The words that recovery phrases are made of. Private. */
#ifndef OBSERVE_BIP39_H
#define OBSERVE_BIP39_H

#define BIP39_COUNT    2048
#define BIP39_SHORTEST 3
#define BIP39_LONGEST  8

/* Lower case, sorted. */
extern const char bip39_words[BIP39_COUNT][BIP39_LONGEST + 1];

#endif
