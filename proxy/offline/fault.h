/* What jansson says about a text that it cannot read. Private. */
#ifndef OFFLINE_FAULT_H
#define OFFLINE_FAULT_H

#include <jansson.h>

/* The reason quotes the bytes near the fault, which may be anything: makes it harmless, a secret in
 * it removed. Returns error->text. */
const char *fault_words(json_error_t *error);

#endif
