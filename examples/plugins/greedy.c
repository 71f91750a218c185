// A bad plug-in: it never ends.
#include "plugin.h"

void apply(void) {
  for (volatile size_t i = 0;; ++i) {
  }
}
