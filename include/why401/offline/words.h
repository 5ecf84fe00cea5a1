/* Sentences that may hold a secret. */
#ifndef WHY401_OFFLINE_WORDS_H
#define WHY401_OFFLINE_WORDS_H

#include "why401/base/str.h"

/* Appends the text, redacted as everything is that leaves the program, and moreover what people
 * write into a sentence without any mark: "my password hunter2 gives an error". */
void words_redact(struct str *out, struct span text);

#endif
