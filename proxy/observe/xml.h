/* Elements of XML and HTML. Private. */
#ifndef OBSERVE_XML_H
#define OBSERVE_XML_H

#include "view.h"

/* Marks what is in elements of secret names, and the attribute "value" of an empty one. */
void xml_mark(const struct view *v);

#endif
