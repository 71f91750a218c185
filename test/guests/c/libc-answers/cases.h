#pragma once

#include <stdbool.h>
#include <stddef.h>

/// What a function of the C library answers for one reason. Begins in an empty writable folder of
/// its own; gives whether all that it asked for was so, and has told what was not.
typedef struct {
  /// `FUNCTION/ERRNO`, or `FUNCTION/success`.
  const char* name;
  bool (*run)(void);
} Case;

extern const Case kOpening[], kFolders[], kFiles[], kDescriptors[];
extern const size_t kOpeningCount, kFoldersCount, kFilesCount, kDescriptorsCount;

/// In which nothing may be changed: the file `a.txt` ("0123456789") and the folder `dir`.
#define READ_ONLY "/r"
/// A writable folder of another file system than the working directory.
#define ELSEWHERE "/e"
/// A descriptor that is never open.
#define CLOSED 1000

/// The path of `name` in the writable folder that is in memory, or of the host: one of them is the
/// working directory's.
const char* in_memory(const char* name);
const char* on_host(const char* name);

/// The number of a new file with this content, open to read and write at its start; below 0 where
/// that fails.
int new_file(const char* path, const char* content);

bool holds(bool is_so, const char* what, int line);
bool fails(long long result, int number, const char* what, int line);

/// Ends the case unless this is so.
#define HOLDS(condition) \
  if (!holds((condition), #condition, __LINE__)) return false
/// Ends the case unless the call gives -1 (or a null pointer, as 0) with this errno.
#define FAILS(call, number) \
  if (!fails((long long)(call), (number), #call, __LINE__)) return false
#define SUCCEEDS(call) HOLDS((call) == 0)

#define CASE(function, reason) static bool function##_##reason(void)
#define ENTRY(function, reason) {#function "/" #reason, function##_##reason}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
