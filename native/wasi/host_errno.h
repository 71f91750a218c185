#pragma once

#include <cerrno>

#include "wasi/errno.h"

namespace wasmedge_embed::wasi {

/// The host's `errno` as WASI's; kIo for errors that a file system should not return.
inline Errno ErrnoOf(int error) noexcept {
  switch (error) {
    case 0:
      return Errno::kSuccess;
    case EACCES:
      return Errno::kAcces;
    case EAGAIN:
      return Errno::kAgain;
    case EBADF:
      return Errno::kBadf;
    case EBUSY:
      return Errno::kBusy;
    case EDQUOT:
      return Errno::kDquot;
    case EEXIST:
      return Errno::kExist;
    case EFBIG:
      return Errno::kFbig;
    case EINTR:
      return Errno::kIntr;
    case EINVAL:
      return Errno::kInval;
    case EISDIR:
      return Errno::kIsDir;
    case ELOOP:
      return Errno::kLoop;
    case EMFILE:
      return Errno::kMfile;
    case EMLINK:
      return Errno::kMlink;
    case ENAMETOOLONG:
      return Errno::kNameTooLong;
    case ENFILE:
      return Errno::kNfile;
    case ENODEV:
      return Errno::kNoDev;
    case ENOENT:
      return Errno::kNoEnt;
    case ENOMEM:
      return Errno::kNoMem;
    case ENOSPC:
      return Errno::kNoSpc;
    case ENOTDIR:
      return Errno::kNotDir;
    case ENOTEMPTY:
      return Errno::kNotEmpty;
    case EOPNOTSUPP:
      return Errno::kNotSup;
    case ENXIO:
      return Errno::kNxio;
    case EOVERFLOW:
      return Errno::kOverflow;
    case EPERM:
      return Errno::kPerm;
    case EROFS:
      return Errno::kRofs;
    case ESPIPE:
      return Errno::kSpipe;
    case ESTALE:
      return Errno::kStale;
    case ETXTBSY:
      return Errno::kTxtBsy;
    case EXDEV:
      return Errno::kXdev;
    default:
      return Errno::kIo;
  }
}

}  // namespace wasmedge_embed::wasi
