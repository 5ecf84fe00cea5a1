/* preload.cjs as bytes of the program; the build writes the C file. */
#ifndef CHILD_PRELOAD_CJS_H
#define CHILD_PRELOAD_CJS_H

#include <stddef.h>

extern const unsigned char preload_cjs[];
extern const size_t preload_cjs_size;

#endif
