/* How wide texts and terminals are. */
#ifndef WHY401_OBSERVE_COLUMNS_H
#define WHY401_OBSERVE_COLUMNS_H

#include "why401/base/span.h"

/* Columns of a text that has been escaped. */
size_t text_columns(struct span text);

/* Columns for what is written to the descriptor: those of its terminal, within bounds in which text
 * can be read, or a width that suits most where it is none. */
size_t page_columns(int fd);

#endif
