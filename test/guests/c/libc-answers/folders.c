// What changes folders: names that are made, moved and taken away, and listings.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cases.h"

CASE(mkdir, success) {
  struct stat status;
  SUCCEEDS(mkdir("d", 0777));
  SUCCEEDS(mkdir("d/e", 0777));
  SUCCEEDS(stat("d/e", &status));
  HOLDS(S_ISDIR(status.st_mode));
  return true;
}

CASE(mkdir, exist) {
  SUCCEEDS(mkdir("d", 0777));
  FAILS(mkdir("d", 0777), EEXIST);
  return true;
}

CASE(mkdir, noent) {
  FAILS(mkdir("none/d", 0777), ENOENT);
  return true;
}

CASE(mkdir, notdir) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(mkdir("f/d", 0777), ENOTDIR);
  return true;
}

CASE(mkdir, rofs) {
  FAILS(mkdir(READ_ONLY "/new", 0777), EROFS);
  return true;
}

CASE(mkdir, notcapable) {
  FAILS(mkdir("../../d", 0777), ENOTCAPABLE);
  return true;
}

CASE(rmdir, success) {
  SUCCEEDS(mkdir("d", 0777));
  SUCCEEDS(rmdir("d"));
  FAILS(access("d", F_OK), ENOENT);
  return true;
}

CASE(rmdir, noent) {
  FAILS(rmdir("none"), ENOENT);
  return true;
}

CASE(rmdir, notdir) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(rmdir("f"), ENOTDIR);
  return true;
}

CASE(rmdir, notempty) {
  SUCCEEDS(mkdir("d", 0777));
  HOLDS(new_file("d/f", "") >= 0);
  FAILS(rmdir("d"), ENOTEMPTY);
  return true;
}

CASE(rmdir, rofs) {
  FAILS(rmdir(READ_ONLY "/dir"), EROFS);
  return true;
}

CASE(unlink, success) {
  const int file = new_file("f", "still there");
  char content[20];
  SUCCEEDS(unlink("f"));
  FAILS(access("f", F_OK), ENOENT);
  HOLDS(read(file, content, sizeof content) == 11);
  return true;
}

CASE(unlink, noent) {
  FAILS(unlink("none"), ENOENT);
  return true;
}

CASE(unlink, isdir) {
  SUCCEEDS(mkdir("d", 0777));
  FAILS(unlink("d"), EISDIR);
  return true;
}

CASE(unlink, rofs) {
  FAILS(unlink(READ_ONLY "/a.txt"), EROFS);
  return true;
}

CASE(rename, success) {
  HOLDS(new_file("f", "content") >= 0);
  HOLDS(new_file("g", "") >= 0);
  struct stat status;
  SUCCEEDS(rename("f", "g"));
  SUCCEEDS(stat("g", &status));
  HOLDS(status.st_size == 7);
  SUCCEEDS(mkdir("d", 0777));
  SUCCEEDS(mkdir("e", 0777));
  SUCCEEDS(rename("d", "e"));
  SUCCEEDS(rename("g", "e/g"));
  return true;
}

CASE(rename, noent) {
  FAILS(rename("none", "g"), ENOENT);
  HOLDS(new_file("f", "") >= 0);
  FAILS(rename("f", "none/g"), ENOENT);
  return true;
}

CASE(rename, notempty) {
  SUCCEEDS(mkdir("d", 0777));
  SUCCEEDS(mkdir("e", 0777));
  HOLDS(new_file("e/f", "") >= 0);
  FAILS(rename("d", "e"), ENOTEMPTY);
  return true;
}

CASE(rename, isdir) {
  SUCCEEDS(mkdir("d", 0777));
  HOLDS(new_file("f", "") >= 0);
  FAILS(rename("f", "d"), EISDIR);
  return true;
}

CASE(rename, notdir) {
  SUCCEEDS(mkdir("d", 0777));
  HOLDS(new_file("f", "") >= 0);
  FAILS(rename("d", "f"), ENOTDIR);
  return true;
}

CASE(rename, inval) {
  SUCCEEDS(mkdir("d", 0777));
  FAILS(rename("d", "d/e"), EINVAL);
  return true;
}

CASE(rename, xdev) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(rename("f", ELSEWHERE "/f"), EXDEV);
  return true;
}

CASE(rename, rofs) {
  FAILS(rename(READ_ONLY "/a.txt", READ_ONLY "/b.txt"), EROFS);
  return true;
}

CASE(rename, notcapable) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(rename("f", "../../f"), ENOTCAPABLE);
  return true;
}

CASE(link, success) {
  HOLDS(new_file("f", "") >= 0);
  SUCCEEDS(link("f", "g"));
  struct stat status;
  SUCCEEDS(stat("g", &status));
  HOLDS(status.st_nlink == 2);
  return true;
}

CASE(link, exist) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(link("f", "f"), EEXIST);
  return true;
}

CASE(link, noent) {
  FAILS(link("none", "g"), ENOENT);
  return true;
}

CASE(link, perm) {
  SUCCEEDS(mkdir("d", 0777));
  FAILS(link("d", "e"), EPERM);
  return true;
}

CASE(link, xdev) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(link("f", ELSEWHERE "/g"), EXDEV);
  return true;
}

/// The file `many` is there before, and has as many names as one can have.
CASE(link, mlink) {
  FAILS(link(on_host("many"), on_host("one-more")), EMLINK);
  return true;
}

CASE(symlink, success) {
  struct stat status;
  SUCCEEDS(symlink("none", "link"));
  SUCCEEDS(lstat("link", &status));
  HOLDS(S_ISLNK(status.st_mode));
  return true;
}

CASE(symlink, exist) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(symlink("none", "f"), EEXIST);
  return true;
}

CASE(symlink, noent) {
  FAILS(symlink("f", "none/link"), ENOENT);
  return true;
}

CASE(symlink, rofs) {
  FAILS(symlink("f", READ_ONLY "/link"), EROFS);
  return true;
}

CASE(symlink, notcapable) {
  FAILS(symlink("/etc/passwd", "link"), ENOTCAPABLE);
  FAILS(symlink("f", "../../link"), ENOTCAPABLE);
  return true;
}

CASE(opendir, success) {
  for (int number = 0; number < 300; number++) {
    char name[20];
    snprintf(name, sizeof name, "file-%d", number);
    const int file = new_file(name, "");
    HOLDS(file >= 0);
    close(file);
  }
  DIR* folder = opendir(".");
  HOLDS(folder != NULL);
  char seen[300] = {0};
  for (int count = 0; count < 302; count++) {
    const struct dirent* const entry = readdir(folder);
    HOLDS(entry != NULL);
    int number = -1;
    if (sscanf(entry->d_name, "file-%d", &number) == 1) seen[number]++;
    HOLDS(entry->d_type == (number < 0 ? DT_DIR : DT_REG));
  }
  HOLDS(memchr(seen, 0, sizeof seen) == NULL);
  errno = 0;
  HOLDS(readdir(folder) == NULL && errno == 0);
  rewinddir(folder);
  HOLDS(readdir(folder) != NULL);
  SUCCEEDS(closedir(folder));
  return true;
}

/// In memory: the positions in a folder of the host are its file system's, and may have more bits
/// than a `long` here.
CASE(telldir, success) {
  SUCCEEDS(mkdir(in_memory("listed"), 0777));
  for (int number = 0; number < 8; number++) {
    char name[20];
    snprintf(name, sizeof name, "listed/%d", number);
    SUCCEEDS(symlink("target", in_memory(name)));
  }
  DIR* folder = opendir(in_memory("listed"));
  HOLDS(folder != NULL);
  for (int count = 0; count < 5; count++) HOLDS(readdir(folder) != NULL);
  const long half = telldir(folder);
  char expected[20];
  snprintf(expected, sizeof expected, "%s", readdir(folder)->d_name);
  HOLDS(readdir(folder) != NULL);
  rewinddir(folder);
  seekdir(folder, half);
  const struct dirent* const again = readdir(folder);
  HOLDS(again != NULL && strcmp(again->d_name, expected) == 0);
  SUCCEEDS(closedir(folder));
  return true;
}

CASE(opendir, noent) {
  FAILS(opendir("none"), ENOENT);
  return true;
}

CASE(opendir, notdir) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(opendir("f"), ENOTDIR);
  return true;
}

const Case kFolders[] = {
    ENTRY(mkdir, success),   ENTRY(mkdir, exist),        ENTRY(mkdir, noent),
    ENTRY(mkdir, notdir),    ENTRY(mkdir, rofs),         ENTRY(mkdir, notcapable),
    ENTRY(rmdir, success),   ENTRY(rmdir, noent),        ENTRY(rmdir, notdir),
    ENTRY(rmdir, notempty),  ENTRY(rmdir, rofs),         ENTRY(unlink, success),
    ENTRY(unlink, noent),    ENTRY(unlink, isdir),       ENTRY(unlink, rofs),
    ENTRY(rename, success),  ENTRY(rename, noent),       ENTRY(rename, notempty),
    ENTRY(rename, isdir),    ENTRY(rename, notdir),      ENTRY(rename, inval),
    ENTRY(rename, xdev),     ENTRY(rename, rofs),        ENTRY(rename, notcapable),
    ENTRY(link, success),    ENTRY(link, exist),         ENTRY(link, noent),
    ENTRY(link, perm),       ENTRY(link, xdev),          ENTRY(link, mlink),
    ENTRY(symlink, success), ENTRY(symlink, exist),      ENTRY(symlink, noent),
    ENTRY(symlink, rofs),    ENTRY(symlink, notcapable), ENTRY(opendir, success),
    ENTRY(telldir, success), ENTRY(opendir, noent),      ENTRY(opendir, notdir),
};
const size_t kFoldersCount = COUNT(kFolders);
