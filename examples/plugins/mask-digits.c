// Hides the digits of the text.
#include "plugin.h"

static char text[65536];

void apply(void) {
  const size_t length = text_read(text, sizeof text);
  if (length > sizeof text) return;
  for (size_t i = 0; i < length; ++i) {
    if (text[i] >= '0' && text[i] <= '9') text[i] = '#';
  }
  text_write(text, length);
}
