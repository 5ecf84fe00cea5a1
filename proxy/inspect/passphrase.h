/* Secrets that are BitGo Express's business and not BitGo's. Private. */
#ifndef WHY401_PASSPHRASE_H
#define WHY401_PASSPHRASE_H

#include "why401/inspect/inspect.h"

/* Notes secret.passphrase-to-platform. */
void inspect_passphrase(struct exchange *x, enum environment environment);

#endif
