// As a plug-in is not to be: it gives what is not in its memory.
#include "plugin.h"

void apply(void) { text_write((const char*)0xfffffff0, 0xffffffff); }
