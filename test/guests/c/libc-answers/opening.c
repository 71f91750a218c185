// What is opened by its path, and what is looked up by it.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cases.h"

static const char* long_name(void) {
  static char name[257];
  memset(name, 'n', sizeof name - 1);
  return name;
}

CASE(open, success) {
  HOLDS(new_file("f", "content") >= 0);
  const int file = open("f", O_RDONLY);
  HOLDS(file >= 0);
  SUCCEEDS(mkdir("d", 0777));
  SUCCEEDS(symlink("f", "link"));
  HOLDS(open("d/../link", O_RDONLY) >= 0);
  HOLDS(open("d", O_RDONLY | O_DIRECTORY) >= 0);
  const int shorter = open("f", O_WRONLY | O_TRUNC);
  HOLDS(shorter >= 0 && lseek(shorter, 0, SEEK_END) == 0);
  return true;
}

CASE(open, noent) {
  FAILS(open("none", O_RDONLY), ENOENT);
  FAILS(open("none/f", O_CREAT | O_WRONLY, 0666), ENOENT);
  SUCCEEDS(symlink("none", "dangling"));
  FAILS(open("dangling", O_RDONLY), ENOENT);
  return true;
}

CASE(open, exist) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(open("f", O_CREAT | O_EXCL | O_WRONLY, 0666), EEXIST);
  SUCCEEDS(symlink("none", "link"));
  FAILS(open("link", O_CREAT | O_EXCL | O_WRONLY, 0666), EEXIST);
  return true;
}

CASE(open, isdir) {
  SUCCEEDS(mkdir("d", 0777));
  FAILS(open("d", O_WRONLY), EISDIR);
  FAILS(open("d", O_RDWR), EISDIR);
  return true;
}

CASE(open, notdir) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
  FAILS(open("f/g", O_RDONLY), ENOTDIR);
  FAILS(open("f/", O_RDONLY), ENOTDIR);
  return true;
}

CASE(open, loop) {
  SUCCEEDS(symlink("turn", "turn"));
  FAILS(open("turn", O_RDONLY), ELOOP);
  FAILS(open("turn/f", O_RDONLY), ELOOP);
  HOLDS(new_file("f", "") >= 0);
  SUCCEEDS(symlink("f", "link"));
  FAILS(open("link", O_RDONLY | O_NOFOLLOW), ELOOP);
  return true;
}

CASE(open, nametoolong) {
  FAILS(open(long_name(), O_RDONLY), ENAMETOOLONG);
  FAILS(open(long_name(), O_CREAT | O_WRONLY, 0666), ENAMETOOLONG);
  return true;
}

CASE(open, rofs) {
  FAILS(open(READ_ONLY "/a.txt", O_WRONLY), EROFS);
  FAILS(open(READ_ONLY "/a.txt", O_RDONLY | O_TRUNC), EROFS);
  FAILS(open(READ_ONLY "/new", O_CREAT | O_WRONLY, 0666), EROFS);
  return true;
}

CASE(open, notcapable) {
  SUCCEEDS(symlink("../../../f", "out"));
  FAILS(open("out", O_RDONLY), ENOTCAPABLE);
  FAILS(open("/w/../../etc/passwd", O_RDONLY), ENOTCAPABLE);
  FAILS(open("../../f", O_CREAT | O_WRONLY, 0666), ENOTCAPABLE);
  return true;
}

CASE(open, mfile) {
  int last = new_file("f", "");
  HOLDS(last >= 0);
  int first = last;
  for (int more = last; more >= 0; more = open("f", O_RDONLY)) last = more;
  HOLDS(errno == EMFILE);
  FAILS(open("new", O_CREAT | O_WRONLY, 0666), EMFILE);
  for (; last >= first; last--) close(last);
  FAILS(access("new", F_OK), ENOENT);
  return true;
}

/// As many empty files as there is room for: each costs.
CASE(open, nospc) {
  int made = 0;
  for (int file = 0; file >= 0; made++) {
    char name[40];
    snprintf(name, sizeof name, "empty-%d", made);
    file = open(in_memory(name), O_CREAT | O_WRONLY, 0666);
    if (file >= 0) close(file);
  }
  HOLDS(errno == ENOSPC);
  HOLDS(made > 100);
  FAILS(mkdir(in_memory("no-folder"), 0777), ENOSPC);
  FAILS(symlink("target", in_memory("no-link")), ENOSPC);
  FAILS(link(in_memory("empty-0"), in_memory("no-name")), ENOSPC);
  for (int each = 0; each < made; each++) {
    char name[40];
    snprintf(name, sizeof name, "empty-%d", each);
    unlink(in_memory(name));
  }
  SUCCEEDS(mkdir(in_memory("room-again"), 0777));
  return true;
}

/// What the host's permissions refuse. The folders are there before: `locked` of mode 0, with a
/// file in it, and the file `secret` of mode 0.
CASE(open, acces) {
  FAILS(open(on_host("secret"), O_RDONLY), EACCES);
  FAILS(open(on_host("locked/f"), O_RDONLY), EACCES);
  FAILS(open(on_host("locked/new"), O_CREAT | O_WRONLY, 0666), EACCES);
  struct stat status;
  FAILS(stat(on_host("locked/f"), &status), EACCES);
  FAILS(unlink(on_host("locked/f")), EACCES);
  FAILS(mkdir(on_host("locked/d"), 0777), EACCES);
  FAILS(symlink("target", on_host("locked/link")), EACCES);
  FAILS(access(on_host("secret"), R_OK), EACCES);
  return true;
}

CASE(stat, success) {
  HOLDS(new_file("f", "content") >= 0);
  struct stat status;
  SUCCEEDS(stat("f", &status));
  HOLDS(S_ISREG(status.st_mode) && status.st_size == 7 && status.st_nlink == 1);
  SUCCEEDS(symlink("f", "link"));
  SUCCEEDS(lstat("link", &status));
  HOLDS(S_ISLNK(status.st_mode) && status.st_size == 1);
  SUCCEEDS(stat("link", &status));
  HOLDS(S_ISREG(status.st_mode));
  return true;
}

CASE(stat, noent) {
  struct stat status;
  FAILS(stat("none", &status), ENOENT);
  FAILS(lstat("none", &status), ENOENT);
  return true;
}

CASE(stat, notdir) {
  struct stat status;
  HOLDS(new_file("f", "") >= 0);
  FAILS(stat("f/g", &status), ENOTDIR);
  return true;
}

CASE(stat, loop) {
  struct stat status;
  SUCCEEDS(symlink("turn", "turn"));
  FAILS(stat("turn", &status), ELOOP);
  SUCCEEDS(lstat("turn", &status));
  return true;
}

CASE(stat, nametoolong) {
  struct stat status;
  FAILS(stat(long_name(), &status), ENAMETOOLONG);
  return true;
}

CASE(stat, notcapable) {
  struct stat status;
  SUCCEEDS(symlink("../..", "up"));
  FAILS(stat("up/f", &status), ENOTCAPABLE);
  return true;
}

CASE(access, success) {
  HOLDS(new_file("f", "") >= 0);
  SUCCEEDS(access("f", F_OK));
  SUCCEEDS(access("f", R_OK | W_OK));
  return true;
}

CASE(access, noent) {
  FAILS(access("none", F_OK), ENOENT);
  return true;
}

CASE(readlink, success) {
  char target[20];
  SUCCEEDS(symlink("the/target", "link"));
  HOLDS(readlink("link", target, sizeof target) == 10);
  HOLDS(memcmp(target, "the/target", 10) == 0);
  HOLDS(readlink("link", target, 3) == 3);
  return true;
}

CASE(readlink, inval) {
  char target[20];
  HOLDS(new_file("f", "") >= 0);
  FAILS(readlink("f", target, sizeof target), EINVAL);
  return true;
}

CASE(readlink, noent) {
  char target[20];
  FAILS(readlink("none", target, sizeof target), ENOENT);
  return true;
}

CASE(fopen, success) {
  FILE* file = fopen("f", "wx");
  HOLDS(file != NULL);
  HOLDS(fprintf(file, "%d lines\n", 3) == 8);
  SUCCEEDS(fclose(file));
  file = fopen("f", "a+");
  HOLDS(file != NULL && fputs("more\n", file) >= 0);
  rewind(file);
  char line[20];
  HOLDS(fgets(line, sizeof line, file) != NULL && strcmp(line, "3 lines\n") == 0);
  HOLDS(fgets(line, sizeof line, file) != NULL && strcmp(line, "more\n") == 0);
  SUCCEEDS(fclose(file));
  return true;
}

CASE(fopen, exist) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(fopen("f", "wx"), EEXIST);
  return true;
}

const Case kOpening[] = {
    ENTRY(open, success),     ENTRY(open, noent),       ENTRY(open, exist),
    ENTRY(open, isdir),       ENTRY(open, notdir),      ENTRY(open, loop),
    ENTRY(open, nametoolong), ENTRY(open, rofs),        ENTRY(open, notcapable),
    ENTRY(open, mfile),       ENTRY(open, nospc),       ENTRY(open, acces),
    ENTRY(stat, success),     ENTRY(stat, noent),       ENTRY(stat, notdir),
    ENTRY(stat, loop),        ENTRY(stat, nametoolong), ENTRY(stat, notcapable),
    ENTRY(access, success),   ENTRY(access, noent),     ENTRY(readlink, success),
    ENTRY(readlink, inval),   ENTRY(readlink, noent),   ENTRY(fopen, success),
    ENTRY(fopen, exist),
};
const size_t kOpeningCount = COUNT(kOpening);
