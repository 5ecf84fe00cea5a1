/* Forms and queries. Private. */
#ifndef OBSERVE_FORM_H
#define OBSERVE_FORM_H

#include "view.h"

/* Marks the values of secret parameters where the text as a whole is a form. */
void form_mark(const struct view *v);

/* The same behind the '?' of a target. */
void form_mark_query(const struct view *v);

#endif
