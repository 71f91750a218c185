// What is done with descriptors of any kind, and what needs none: clocks, waiting, random bytes.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cases.h"

CASE(close, success) {
  const int file = new_file("f", "");
  SUCCEEDS(close(file));
  FAILS(close(file), EBADF);
  return true;
}

CASE(close, badf) {
  FAILS(close(CLOSED), EBADF);
  return true;
}

CASE(fstat, success) {
  struct stat status, other;
  const int file = new_file("f", "content");
  SUCCEEDS(fstat(file, &status));
  SUCCEEDS(stat("f", &other));
  HOLDS(status.st_ino == other.st_ino && status.st_dev == other.st_dev && status.st_size == 7);
  return true;
}

CASE(fstat, badf) {
  struct stat status;
  FAILS(fstat(CLOSED, &status), EBADF);
  return true;
}

CASE(fcntl, success) {
  const int file = new_file("f", "ab");
  HOLDS((fcntl(file, F_GETFL) & O_APPEND) == 0);
  SUCCEEDS(fcntl(file, F_SETFL, O_APPEND));
  HOLDS((fcntl(file, F_GETFL) & O_APPEND) != 0);
  HOLDS(write(file, "c", 1) == 1 && lseek(file, 0, SEEK_END) == 3);
  return true;
}

CASE(fcntl, badf) {
  FAILS(fcntl(CLOSED, F_GETFL), EBADF);
  FAILS(fcntl(CLOSED, F_SETFL, O_APPEND), EBADF);
  return true;
}

CASE(isatty, notty) {
  HOLDS(!isatty(STDOUT_FILENO) && errno == ENOTTY);
  HOLDS(!isatty(CLOSED) && errno == EBADF);
  return true;
}

CASE(poll, success) {
  struct pollfd both[] = {{STDOUT_FILENO, POLLOUT, 0}, {new_file("f", "x"), POLLIN, 0}};
  HOLDS(poll(both, 2, -1) == 2);
  HOLDS(both[0].revents == POLLOUT && (both[1].revents & POLLIN) != 0);
  struct pollfd none = {-1, 0, 0};
  HOLDS(poll(&none, 1, 1) == 0);
  return true;
}

CASE(poll, badf) {
  struct pollfd closed = {CLOSED, POLLIN, 0};
  HOLDS(poll(&closed, 1, -1) == 1 && closed.revents == POLLNVAL);
  return true;
}

CASE(clock, success) {
  struct timespec before, after;
  SUCCEEDS(clock_gettime(CLOCK_MONOTONIC, &before));
  const struct timespec wait = {0, 2000000};
  SUCCEEDS(nanosleep(&wait, NULL));
  SUCCEEDS(clock_gettime(CLOCK_MONOTONIC, &after));
  const long long passed =
      (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
  HOLDS(passed >= 2000000);
  SUCCEEDS(clock_gettime(CLOCK_REALTIME, &after));
  SUCCEEDS(clock_getres(CLOCK_REALTIME, &after));
  SUCCEEDS(sched_yield());
  return true;
}

CASE(clock, inval) {
  const struct timespec wait = {0, -1};
  FAILS(nanosleep(&wait, NULL), EINVAL);
  return true;
}

CASE(getentropy, success) {
  char one[200] = {0}, other[200] = {0};
  SUCCEEDS(getentropy(one, sizeof one));
  SUCCEEDS(getentropy(other, sizeof other));
  HOLDS(memcmp(one, other, sizeof one) != 0);
  return true;
}

CASE(accept, notsock) {
  FAILS(accept(STDIN_FILENO, NULL, NULL), ENOTSOCK);
  return true;
}

CASE(accept, badf) {
  FAILS(accept(CLOSED, NULL, NULL), EBADF);
  return true;
}

CASE(recv, notsock) {
  char byte;
  FAILS(recv(STDIN_FILENO, &byte, 1, 0), ENOTSOCK);
  return true;
}

CASE(recv, badf) {
  char byte;
  FAILS(recv(CLOSED, &byte, 1, 0), EBADF);
  return true;
}

CASE(send, notsock) {
  FAILS(send(new_file("f", ""), "x", 1, 0), ENOTSOCK);
  return true;
}

CASE(send, badf) {
  FAILS(send(CLOSED, "x", 1, 0), EBADF);
  return true;
}

CASE(shutdown, notsock) {
  FAILS(shutdown(STDIN_FILENO, SHUT_RD), ENOTSOCK);
  return true;
}

CASE(shutdown, badf) {
  FAILS(shutdown(CLOSED, SHUT_RD), EBADF);
  return true;
}

const Case kDescriptors[] = {
    ENTRY(close, success),    ENTRY(close, badf),    ENTRY(fstat, success),
    ENTRY(fstat, badf),       ENTRY(fcntl, success), ENTRY(fcntl, badf),
    ENTRY(isatty, notty),     ENTRY(poll, success),  ENTRY(poll, badf),
    ENTRY(clock, success),    ENTRY(clock, inval),   ENTRY(getentropy, success),
    ENTRY(accept, notsock),   ENTRY(accept, badf),   ENTRY(recv, notsock),
    ENTRY(recv, badf),        ENTRY(send, notsock),  ENTRY(send, badf),
    ENTRY(shutdown, notsock), ENTRY(shutdown, badf),
};
const size_t kDescriptorsCount = COUNT(kDescriptors);
