// Turns the text to upper case.
#include "plugin.h"

static char text[65536];

void apply(void) {
  const size_t length = text_read(text, sizeof text);
  if (length > sizeof text) return;
  for (size_t i = 0; i < length; ++i) {
    if (text[i] >= 'a' && text[i] <= 'z') text[i] -= 'a' - 'A';
  }
  text_write(text, length);
}
