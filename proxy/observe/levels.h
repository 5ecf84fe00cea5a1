/* All that a text may turn out to be once its escapes are undone. Private. */
#ifndef OBSERVE_LEVELS_H
#define OBSERVE_LEVELS_H

#include "view.h"

typedef void view_search(const struct view *v);

/* Searches v, and every view that undoing its escapes leads to, level by level and kind by kind, in
 * every order of the kinds. False when v has NULs, as no text does, or when there was no memory, or
 * more of it was needed, or more views, than we spend: then something may not have been seen. */
bool levels_search(const struct view *v, view_search *search);

#endif
