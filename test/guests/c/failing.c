/* Test guest: a library whose functions fail, each called through a pointer, so that none is
 * inlined into another. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

__attribute__((import_module("env"), import_name("ask"))) uint32_t ask_host(uint32_t question);

typedef uint32_t (*failure)(uint32_t);

static volatile uint32_t zero = 0;

static uint32_t ends_by_abort(uint32_t at) {
  if (at == 0) abort();
  return at;
}

static uint32_t asserts(uint32_t at) {
  assert(at != 0 && "there is a first");
  return at;
}

static uint32_t divides(uint32_t at) { return (at + 1) / zero; }

static uint32_t reads_outside(uint32_t at) {
  return *(volatile uint32_t*)(uintptr_t)(at + 0xFFFFFF00u);
}

/* A call of a function that has another type. */
static uint32_t mismatches(uint32_t at) {
  uint64_t (*volatile other)(void) = (uint64_t (*)(void))(uintptr_t)&divides;
  return (uint32_t)other() + at;
}

/* Without memory, whose part for the stack would be used up first. */
static uint32_t recurses(uint32_t at) {
  if (at == UINT32_MAX) return 0;
  return (recurses(at + 1) * 3) ^ at;
}

static uint32_t spins(uint32_t at) {
  while (zero == 0) zero = 0;
  return at;
}

static uint32_t asks(uint32_t at) { return ask_host(at) + 1; }

static const failure failures[] = {ends_by_abort, asserts,  divides, reads_outside,
                                   mismatches,    recurses, spins,   asks};

static uint32_t through(uint32_t number) {
  failure volatile wanted = failures[number];
  return wanted(0) + 1;
}

__attribute__((export_name("fail"))) uint32_t fail(uint32_t number) {
  failure volatile wanted = through;
  return wanted(number) + 1;
}
