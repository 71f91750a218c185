// A bad plug-in: it returns an address outside its memory.
#include "plugin.h"

void apply(void) { text_write((const char*)0xfffffff0, 0xffffffff); }
