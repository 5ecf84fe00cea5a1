/* Parts of multipart/form-data. Private. */
#ifndef OBSERVE_MULTIPART_H
#define OBSERVE_MULTIPART_H

#include "view.h"

/* Marks the bodies of parts whose Content-Disposition has a secret name. */
void multipart_mark(const struct view *v);

#endif
