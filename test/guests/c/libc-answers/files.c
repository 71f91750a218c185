// What is done with the content and the times of open files.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cases.h"

CASE(read, success) {
  char first[3], second[10];
  const int file = new_file("f", "0123456789");
  const struct iovec parts[] = {{first, sizeof first}, {second, sizeof second}};
  HOLDS(readv(file, parts, 2) == 10);
  HOLDS(memcmp(first, "012", 3) == 0 && memcmp(second, "3456789", 7) == 0);
  HOLDS(read(file, first, sizeof first) == 0);
  return true;
}

CASE(read, badf) {
  char byte;
  FAILS(read(CLOSED, &byte, 1), EBADF);
  const int file = open("f", O_CREAT | O_WRONLY, 0666);
  HOLDS(file >= 0);
  FAILS(read(file, &byte, 1), EBADF);
  return true;
}

CASE(read, isdir) {
  char byte;
  const int folder = open(".", O_RDONLY | O_DIRECTORY);
  HOLDS(folder >= 0);
  FAILS(read(folder, &byte, 1), EISDIR);
  return true;
}

/// The host's kernel answers so where a process has no memory at an address.
CASE(read, io) {
  char byte;
  const int memory = open("/p/mem", O_RDONLY);
  HOLDS(memory >= 0);
  FAILS(read(memory, &byte, 1), EIO);
  FAILS(pread(memory, &byte, 1, 0), EIO);
  return true;
}

CASE(write, success) {
  char content[10];
  const int file = new_file("f", "");
  const struct iovec parts[] = {{"hello", 5}, {"", 0}, {"!", 1}};
  HOLDS(writev(file, parts, 3) == 6);
  HOLDS(lseek(file, 0, SEEK_SET) == 0 && read(file, content, sizeof content) == 6);
  HOLDS(memcmp(content, "hello!", 6) == 0);
  const int end = open("f", O_WRONLY | O_APPEND);
  HOLDS(end >= 0 && write(end, "?", 1) == 1);
  HOLDS(lseek(file, 0, SEEK_END) == 7);
  return true;
}

CASE(write, badf) {
  HOLDS(new_file("f", "") >= 0);
  FAILS(write(CLOSED, "x", 1), EBADF);
  FAILS(write(open("f", O_RDONLY), "x", 1), EBADF);
  return true;
}

/// Until the folders in memory are full, then again once there is room.
CASE(write, nospc) {
  static char block[10000];
  int file = new_file(in_memory("large"), "");
  HOLDS(file >= 0);
  long long written = 0;
  for (ssize_t more = 0; more >= 0; more = write(file, block, sizeof block)) written += more;
  HOLDS(errno == ENOSPC);
  HOLDS(written >= 500000 && written <= 1000000);
  SUCCEEDS(ftruncate(file, 0));
  HOLDS(write(file, block, sizeof block) == sizeof block);
  SUCCEEDS(unlink(in_memory("large")));
  SUCCEEDS(close(file));
  return true;
}

CASE(pread, success) {
  char content[10];
  const int file = new_file("f", "0123456789");
  HOLDS(pread(file, content, sizeof content, 7) == 3 && memcmp(content, "789", 3) == 0);
  HOLDS(pwrite(file, "xy", 2, 4) == 2);
  HOLDS(lseek(file, 0, SEEK_CUR) == 0);
  HOLDS(pread(file, content, sizeof content, 0) == 10 && memcmp(content, "0123xy6789", 10) == 0);
  return true;
}

CASE(pread, badf) {
  char byte;
  FAILS(pread(CLOSED, &byte, 1, 0), EBADF);
  FAILS(pwrite(CLOSED, &byte, 1, 0), EBADF);
  return true;
}

CASE(pread, spipe) {
  char byte;
  FAILS(pread(STDIN_FILENO, &byte, 1, 0), ESPIPE);
  FAILS(pwrite(STDOUT_FILENO, &byte, 1, 0), ESPIPE);
  return true;
}

CASE(pread, inval) {
  char byte;
  const int file = new_file("f", "");
  FAILS(pread(file, &byte, 1, -1), EINVAL);
  return true;
}

CASE(lseek, success) {
  const int file = new_file("f", "0123456789");
  HOLDS(lseek(file, -3, SEEK_END) == 7);
  HOLDS(lseek(file, 2, SEEK_CUR) == 9);
  HOLDS(lseek(file, 1LL << 40, SEEK_SET) == 1LL << 40);
  return true;
}

CASE(lseek, badf) {
  FAILS(lseek(CLOSED, 0, SEEK_SET), EBADF);
  return true;
}

CASE(lseek, inval) {
  const int file = new_file("f", "");
  FAILS(lseek(file, -1, SEEK_SET), EINVAL);
  return true;
}

CASE(lseek, spipe) {
  FAILS(lseek(STDIN_FILENO, 0, SEEK_CUR), ESPIPE);
  return true;
}

CASE(ftruncate, success) {
  struct stat status;
  const int file = new_file("f", "0123456789");
  SUCCEEDS(ftruncate(file, 500));
  SUCCEEDS(fstat(file, &status));
  HOLDS(status.st_size == 500);
  SUCCEEDS(ftruncate(file, 3));
  HOLDS(lseek(file, 0, SEEK_END) == 3);
  return true;
}

CASE(ftruncate, badf) {
  FAILS(ftruncate(CLOSED, 0), EBADF);
  return true;
}

CASE(ftruncate, inval) {
  const int file = new_file("f", "");
  FAILS(ftruncate(file, -1), EINVAL);
  return true;
}

CASE(ftruncate, fbig) {
  const int file = new_file("f", "");
  FAILS(ftruncate(file, LLONG_MAX), EFBIG);
  return true;
}

CASE(fallocate, success) {
  const int file = new_file("f", "abc");
  SUCCEEDS(posix_fallocate(file, 0, 10));
  HOLDS(lseek(file, 0, SEEK_END) == 10);
  return true;
}

CASE(fallocate, badf) {
  HOLDS(posix_fallocate(CLOSED, 0, 10) == EBADF);
  return true;
}

CASE(fallocate, inval) {
  const int file = new_file("f", "");
  HOLDS(posix_fallocate(file, 0, 0) == EINVAL);
  return true;
}

CASE(fallocate, nospc) {
  const int file = new_file(in_memory("allocated"), "");
  HOLDS(file >= 0);
  HOLDS(posix_fallocate(file, 0, 1000000) == ENOSPC);
  SUCCEEDS(close(file));
  SUCCEEDS(unlink(in_memory("allocated")));
  return true;
}

CASE(fadvise, success) {
  const int file = new_file("f", "");
  SUCCEEDS(posix_fadvise(file, 0, 10, POSIX_FADV_SEQUENTIAL));
  return true;
}

CASE(fadvise, badf) {
  HOLDS(posix_fadvise(CLOSED, 0, 10, POSIX_FADV_NORMAL) == EBADF);
  return true;
}

CASE(fsync, success) {
  const int file = new_file("f", "content");
  SUCCEEDS(fsync(file));
  SUCCEEDS(fdatasync(file));
  return true;
}

CASE(fsync, badf) {
  FAILS(fsync(CLOSED), EBADF);
  FAILS(fdatasync(CLOSED), EBADF);
  return true;
}

CASE(utimens, success) {
  const struct timespec times[] = {{4, 0}, {9, 500}};
  struct stat status;
  const int file = new_file("f", "");
  SUCCEEDS(futimens(file, times));
  SUCCEEDS(fstat(file, &status));
  HOLDS(status.st_atim.tv_sec == 4 && status.st_mtim.tv_sec == 9 && status.st_mtim.tv_nsec == 500);
  const struct timespec only_one[] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
  SUCCEEDS(utimensat(AT_FDCWD, "f", only_one, 0));
  SUCCEEDS(stat("f", &status));
  HOLDS(status.st_atim.tv_sec == 4 && status.st_mtim.tv_sec > 1700000000);
  return true;
}

CASE(utimens, noent) {
  FAILS(utimensat(AT_FDCWD, "none", NULL, 0), ENOENT);
  return true;
}

CASE(utimens, badf) {
  FAILS(futimens(CLOSED, NULL), EBADF);
  return true;
}

CASE(utimens, rofs) {
  FAILS(utimensat(AT_FDCWD, READ_ONLY "/a.txt", NULL, 0), EROFS);
  return true;
}

const Case kFiles[] = {
    ENTRY(read, success),      ENTRY(read, badf),         ENTRY(read, isdir),
    ENTRY(read, io),           ENTRY(write, success),     ENTRY(write, badf),
    ENTRY(write, nospc),       ENTRY(pread, success),     ENTRY(pread, badf),
    ENTRY(pread, spipe),       ENTRY(pread, inval),       ENTRY(lseek, success),
    ENTRY(lseek, badf),        ENTRY(lseek, inval),       ENTRY(lseek, spipe),
    ENTRY(ftruncate, success), ENTRY(ftruncate, badf),    ENTRY(ftruncate, inval),
    ENTRY(ftruncate, fbig),    ENTRY(fallocate, success), ENTRY(fallocate, badf),
    ENTRY(fallocate, inval),   ENTRY(fallocate, nospc),   ENTRY(fadvise, success),
    ENTRY(fadvise, badf),      ENTRY(fsync, success),     ENTRY(fsync, badf),
    ENTRY(utimens, success),   ENTRY(utimens, noent),     ENTRY(utimens, badf),
    ENTRY(utimens, rofs),
};
const size_t kFilesCount = COUNT(kFiles);
