/* Text for XML 1.0. Private. */
#ifndef VERDICT_XML_H
#define VERDICT_XML_H

#include "why401/base/str.h"

/* Appends s as content of an element. Characters that XML 1.0 does not allow are left out, bytes
 * that are no UTF-8 become U+FFFD. */
void xml_text(struct str *out, struct span s);

/* ` name="value"`, in which line ends stay what they are. */
void xml_attribute(struct str *out, const char *name, struct span value);

#endif
