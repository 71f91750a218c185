// What a plug-in has: the text at hand, which it may replace. No library is needed.
#include <stddef.h>

#define TEXT(name) __attribute__((import_module("text"), import_name(#name)))

// Copies what fits of the text to `to`, and gives the length of all of it.
TEXT(read) size_t text_read(char* to, size_t size);
// Takes this for the text.
TEXT(write) void text_write(const char* from, size_t length);

// Called for each text.
__attribute__((export_name("apply"))) void apply(void);
