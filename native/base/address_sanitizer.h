#pragma once

// Tells AddressSanitizer, where it is, which memory may be used.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WASMEDGE_EMBED_ADDRESS_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define WASMEDGE_EMBED_ADDRESS_SANITIZER
#endif
#ifdef WASMEDGE_EMBED_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(begin, size) (static_cast<void>(begin), static_cast<void>(size))
#define ASAN_UNPOISON_MEMORY_REGION(begin, size) (static_cast<void>(begin), static_cast<void>(size))
#endif
