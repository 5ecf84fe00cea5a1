/* Recovery phrases that no name gives away. Private. */
#ifndef OBSERVE_PHRASE_H
#define OBSERVE_PHRASE_H

#include "view.h"

/* Marks every run of words of BIP 39 that is as long as a recovery phrase. */
void phrase_mark(const struct view *v);

#endif
