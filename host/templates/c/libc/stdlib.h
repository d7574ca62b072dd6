// The part of the C library's stdlib.h that a rule needs: memory that is never given back. Not a C library.
#ifndef RULE_STDLIB_H
#define RULE_STDLIB_H
#include <stddef.h>

void *malloc(size_t size);
void *realloc(void *old, size_t size);
void free(void *block);
_Noreturn void abort(void);

#endif
