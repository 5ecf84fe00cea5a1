// Makes bip39.c from the English list of the npm package @scure/bip39, which is that of BIP 39:
//
//     npm install @scure/bip39@2.4.0 && node bip39.mjs >bip39.c
import { wordlist } from '@scure/bip39/wordlists/english.js';

const rows = [];
for (let i = 0; i < wordlist.length; i += 8) {
    rows.push('    ' + wordlist.slice(i, i + 8).map((word) => `"${word}",`).join(' '));
}
console.log(`/* The English words of BIP 39, in their order, which is the alphabet's. Made by bip39.mjs from the
 * npm package @scure/bip39 2.4.0. */
#include "bip39.h"

/* clang-format off */
const char bip39_words[BIP39_COUNT][BIP39_LONGEST + 1] = {
${rows.join('\n')}
};`);
