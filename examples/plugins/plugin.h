// The interface of a plug-in: the current text, which it may replace. No library is needed.
#include <stddef.h>

#define TEXT(name) __attribute__((import_module("text"), import_name(#name)))

// Copies as much of the text as fits to `to`, and returns the length of the whole text.
TEXT(read) size_t text_read(char* to, size_t size);
// Replaces the text.
TEXT(write) void text_write(const char* from, size_t length);

// Called for each text.
__attribute__((export_name("apply"))) void apply(void);
