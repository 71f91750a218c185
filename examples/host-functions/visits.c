// Counts visits with functions of its host: a log, a key-value store, HTTP requests.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST(name) __attribute__((import_module("host"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(#name)))

// Functions of host.mjs. A 64-bit result is the address and length of bytes that the host has
// placed into memory allocated here (allocate), or negative if there are none.
HOST(log) void host_log(const char* text, size_t length);
HOST(get) int64_t host_get(const char* key, size_t key_length);
HOST(set) void host_set(const char* key, size_t key_length, const char* value, size_t value_length);
HOST(fetch) int64_t host_fetch(const char* url, size_t url_length);

// For the host, which writes its results there; with room for a terminating NUL.
EXPORT(allocate) char* allocate(size_t length) { return malloc(length + 1); }

static char* take(int64_t packed) {
  if (packed < 0) return NULL;
  char* text = (char*)(uintptr_t)(packed >> 32);
  text[packed & 0xffffffff] = '\0';
  return text;
}

// Fetches the page named in the store, counts the visit there, and returns the count.
EXPORT(visit) int visit(void) {
  char* url = take(host_get("url", 3));
  char* page = url == NULL ? NULL : take(host_fetch(url, strlen(url)));
  char* before = take(host_get("visits", 6));
  const int visits = (before == NULL ? 0 : atoi(before)) + 1;

  char count[12];
  snprintf(count, sizeof count, "%d", visits);
  host_set("visits", 6, count, strlen(count));
  char line[200];
  snprintf(line, sizeof line, "C found \"%.100s\" on visit %d", page == NULL ? "nothing" : page,
           visits);
  host_log(line, strlen(line));

  free(before);
  free(page);
  free(url);
  return visits;
}
