// Test guest: the functions of the C library that are made of WASI's, for success and for each
// errno that WASI may give them, as a C program sees it.
//
// Sees a writable folder `/w`, a folder `/r` that may not be changed, and a writable folder `/e` of
// another file system; the variable MEMORY tells which of both writable ones is in memory. `/p` is
// the host's folder of a process. `list` names the cases; `NAME...` runs them, each in an empty
// folder, and tells of those that fail; exit code 1 then.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cases.h"

static const char* current = "";

bool holds(bool is_so, const char* what, int line) {
  if (!is_so) printf("%s: line %d: not so: %s (%s)\n", current, line, what, strerror(errno));
  return is_so;
}

bool fails(long long result, int number, const char* what, int line) {
  if (result > 0) {
    printf("%s: line %d: %s gives %lld\n", current, line, what, result);
    return false;
  }
  const int seen = errno;
  if (seen == number) return true;
  printf("%s: line %d: %s: %s", current, line, what, strerror(seen));
  printf(" in place of %s\n", strerror(number));
  return false;
}

int new_file(const char* path, const char* content) {
  const int file = open(path, O_CREAT | O_EXCL | O_RDWR, 0666);
  const size_t length = strlen(content);
  if (file < 0 || write(file, content, length) != (ssize_t)length) return -1;
  return lseek(file, 0, SEEK_SET) == 0 ? file : -1;
}

static const char* below(bool is_memory, const char* name) {
  // Two, for calls that take two paths.
  static char paths[2][300];
  static int calls = 0;
  char* const path = paths[calls++ % 2];
  const char* const memory = getenv("MEMORY");
  const bool is_work = memory != NULL && (strcmp(memory, "/w") == 0) == is_memory;
  snprintf(path, sizeof paths[0], "%s/%s", is_work ? "/w" : ELSEWHERE, name);
  return path;
}

const char* in_memory(const char* name) { return below(true, name); }

const char* on_host(const char* name) { return below(false, name); }

static bool run(const Case* each) {
  current = each->name;
  char folder[300];
  snprintf(folder, sizeof folder, "/w/%s", each->name);
  *strrchr(folder, '/') = '-';
  SUCCEEDS(mkdir(folder, 0777));
  SUCCEEDS(chdir(folder));
  errno = 0;
  return each->run();
}

int main(int argc, char** argv) {
  const struct {
    const Case* cases;
    size_t count;
  } all[] = {
      {kOpening, kOpeningCount},
      {kFolders, kFoldersCount},
      {kFiles, kFilesCount},
      {kDescriptors, kDescriptorsCount},
  };
  if (argc == 2 && strcmp(argv[1], "list") == 0) {
    for (size_t i = 0; i < COUNT(all); i++) {
      for (size_t k = 0; k < all[i].count; k++) puts(all[i].cases[k].name);
    }
    return 0;
  }
  bool is_good = true;
  for (int arg = 1; arg < argc; arg++) {
    const Case* found = NULL;
    for (size_t i = 0; i < COUNT(all); i++) {
      for (size_t k = 0; k < all[i].count; k++) {
        if (strcmp(all[i].cases[k].name, argv[arg]) == 0) found = &all[i].cases[k];
      }
    }
    if (found == NULL) printf("%s: no such case\n", argv[arg]);
    if (found == NULL || !run(found)) is_good = false;
  }
  return is_good ? 0 : 1;
}
