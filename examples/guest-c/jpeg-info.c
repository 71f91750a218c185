// Describes the JPEG on standard input, from its headers: size, components, coding.
//
// Exit codes are those of sysexits.h: 65 if the input is not a JPEG or ends too early.

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sysexits.h>

// Markers of ITU-T T.81, table B.1.
enum {
  kStartOfFrame = 0xC0,
  kHuffmanTables = 0xC4,
  kExtension = 0xC8,
  kArithmeticConditioning = 0xCC,
  kLastStartOfFrame = 0xCF,
  kStartOfImage = 0xD8,
  kEndOfImage = 0xD9,
  kStartOfScan = 0xDA,
};

static const char* const kCodings[] = {"baseline", "extended sequential", "progressive",
                                       "lossless"};

static int Refuse(const char* reason) {
  fprintf(stderr, "jpeg-info: %s\n", reason);
  return EX_DATAERR;
}

// Two bytes, big-endian; negative at the end of the input.
static int ReadWord(void) {
  const int high = getchar();
  const int low = getchar();
  return high == EOF || low == EOF ? -1 : high << 8 | low;
}

// The code of the next marker, after any fill bytes; negative if there is none.
static int ReadMarker(void) {
  if (getchar() != 0xFF) return -1;
  int code;
  do {
    code = getchar();
  } while (code == 0xFF);
  return code;
}

static bool Skip(int count) {
  for (; count > 0; --count) {
    if (getchar() == EOF) return false;
  }
  return true;
}

static bool IsStartOfFrame(int code) {
  return code >= kStartOfFrame && code <= kLastStartOfFrame && code != kHuffmanTables &&
         code != kExtension && code != kArithmeticConditioning;
}

static int PrintFrame(int code) {
  const int precision = getchar();
  const int height = ReadWord();
  const int width = ReadWord();
  const int components = getchar();
  if (components == EOF) return Refuse("the input ends within its frame header");
  printf("%d x %d, %d component%s of %d bits, %s%s\n", width, height, components,
         components == 1 ? "" : "s", precision, kCodings[code & 3],
         code > kExtension ? ", arithmetic coding" : "");
  return EX_OK;
}

int main(void) {
  if (ReadWord() != (0xFF00 | kStartOfImage)) return Refuse("the input is not a JPEG (FF D8)");
  for (;;) {
    const int code = ReadMarker();
    if (code < 0) return Refuse("there is no marker where one is expected");
    if (code == kStartOfScan || code == kEndOfImage) return Refuse("there is no frame header");
    const int length = ReadWord();
    if (length < 2) return Refuse("the input ends within a segment");
    if (IsStartOfFrame(code)) return PrintFrame(code);
    if (!Skip(length - 2)) return Refuse("the input ends within a segment");
  }
}
