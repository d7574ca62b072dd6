// What a rule needs of the C library. Memory is taken from the end and never given back: keyreeve makes a new instance of
// the rule for every few facts and throws it away. Not for programs that live longer.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Where wasm-ld says that the free memory begins.
extern unsigned char __heap_base;

static const size_t PAGE = 65536, ALIGNMENT = 16;

// Each block has its size before it, for realloc.
void *malloc(size_t size) {
  static uintptr_t end;
  if (end == 0) end = (uintptr_t)&__heap_base;
  uintptr_t block = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + ALIGNMENT;
  uintptr_t needed;
  if (__builtin_add_overflow(block, size, &needed)) abort();
  size_t memory = __builtin_wasm_memory_size(0) * PAGE;
  if (needed > memory) {
    size_t pages = (needed - memory + PAGE - 1) / PAGE;
    if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) abort();
  }
  ((size_t *)block)[-1] = size;
  end = needed;
  return (void *)block;
}

void *realloc(void *old, size_t size) {
  void *block = malloc(size);
  if (old) {
    size_t had = ((size_t *)old)[-1];
    memcpy(block, old, had < size ? had : size);
  }
  return block;
}

void free(void *block) { (void)block; }

_Noreturn void abort(void) { __builtin_trap(); }

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  for (size_t i = 0; i < size; i++) ((char *)to)[i] = ((const char *)from)[i];
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  if (to <= from) return memcpy(to, from, size);
  while (size--) ((char *)to)[size] = ((const char *)from)[size];
  return to;
}

void *memset(void *to, int byte, size_t size) {
  for (size_t i = 0; i < size; i++) ((char *)to)[i] = (char)byte;
  return to;
}

int memcmp(const void *one, const void *other, size_t size) {
  const unsigned char *a = one, *b = other;
  for (size_t i = 0; i < size; i++)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}
