#include "wasi/host_path.h"

#include <linux/openat2.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <utility>
#include <vector>

#include "wasi/host_errno.h"
#include "wasi/path.h"

namespace wasmedge_embed::wasi {

namespace {

constexpr int kAlways = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
/// `openat2` fails with EAGAIN if something was renamed in the meantime: in 1.4 % of the opens
/// while another process did nothing but rename. So this many in a row do not happen by chance.
constexpr int kMaxAttempts = 1000;

/// `kAlways` if the kernel accepts it: together with O_PATH it rejects O_NONBLOCK and O_NOCTTY.
int WithFlags(int flags) noexcept {
  return (flags & O_PATH) != 0 ? flags | O_CLOEXEC : flags | kAlways;
}

/// The error, or 0. ENOSYS if the system call is not available.
int TryKernel(int directory, const char* path, int flags, mode_t mode, HostDescriptor* out) {
  open_how how{};
  how.flags = static_cast<uint64_t>(WithFlags(flags));
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    // SYS_openat2 is missing in glibc 2.31; the kernel's own name for it is not.
    const long fd = syscall(__NR_openat2, directory, path, &how, sizeof(how));
    if (fd >= 0) {
      *out = HostDescriptor(static_cast<int>(fd));
      return 0;
    }
    if (errno != EAGAIN && errno != EINTR) return errno;
    sched_yield();
  }
  return EAGAIN;
}

/// The target of the symbolic link `name`; an error if it is not a link, or if it leads out.
Errno ReadTarget(int directory, const std::string& name, std::string* target) {
  std::array<char, kMaxPathLength + 1> buffer;
  const ssize_t size = readlinkat(directory, name.c_str(), buffer.data(), buffer.size());
  if (size < 0) return ErrnoOf(errno);
  target->assign(buffer.data(), static_cast<size_t>(size));
  return CheckPath(*target);
}

/// A walk that only requires the kernel to open one name without following it. Directories on the
/// way stay open, so that ".." returns to where the path came from.
class ByNameWalk {
 public:
  ByNameWalk(int start, std::string_view path) : start_(start) { pending_.emplace_back(path); }

  Errno Open(int flags, mode_t mode, HostDescriptor* out) {
    const bool follow = (flags & O_NOFOLLOW) == 0;
    bool needs_directory = (flags & O_DIRECTORY) != 0;
    for (;;) {
      std::string name;
      bool trailing_slash = false;
      const Errno next = TakeNext(&name, &trailing_slash);
      if (next != Errno::kSuccess) return next;
      const bool is_last = pending_.empty();
      needs_directory = needs_directory || (is_last && trailing_slash);
      int error = 0;
      if (!is_last) {
        error = Enter(name);
      } else {
        // The kernel's error for creating a file whose name has a trailing slash.
        const bool creates = (flags & O_CREAT) != 0;
        if (needs_directory && creates && name != ".") return Errno::kIsDir;
        const int extra = needs_directory && !creates ? O_DIRECTORY : 0;
        error = OpenName(name, flags | extra | O_NOFOLLOW, mode, out);
        if (error == 0 && !IsLinkToFollow(*out, flags, follow || trailing_slash)) {
          return Errno::kSuccess;
        }
      }
      if (error == 0 && !is_last) continue;
      const bool may_be_link = error == 0 || error == ELOOP || error == ENOTDIR || error == EEXIST;
      if (!may_be_link || (is_last && !follow && !trailing_slash)) return ErrnoOf(error);
      if (is_last && (flags & O_EXCL) != 0) return ErrnoOf(error);
      std::string target;
      const Errno read = ReadTarget(current(), name, &target);
      // It is not a link, so the first error applies.
      if (read == Errno::kInval) return ErrnoOf(error);
      if (read != Errno::kSuccess) return read;
      if (++links_ > kMaxLinks) return Errno::kLoop;
      if (is_last && trailing_slash) target += '/';
      pending_.push_back(std::move(target));
    }
  }

 private:
  int current() const noexcept { return held_.empty() ? start_ : held_.back().get(); }

  /// The next component that is neither "." nor ".."; "." if the path ends in one of them.
  Errno TakeNext(std::string* name, bool* trailing_slash) {
    for (;;) {
      std::string& text = pending_.back();
      std::string_view rest = text;
      const std::string taken(TakeName(&rest));
      *trailing_slash = rest.empty() && HasTrailingSlash(text);
      text = std::string(rest);
      while (!pending_.empty() && pending_.back().empty()) pending_.pop_back();
      if (taken == "..") {
        if (held_.empty()) return Errno::kNotCapable;
        held_.pop_back();
      } else if (taken != "." && !taken.empty()) {
        *name = taken;
        return Errno::kSuccess;
      }
      if (pending_.empty()) {
        *name = ".";
        return Errno::kSuccess;
      }
    }
  }

  int Enter(const std::string& name) {
    HostDescriptor directory;
    const int error = OpenName(name, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, &directory);
    if (error == 0) held_.push_back(std::move(directory));
    return error;
  }

  int OpenName(const std::string& name, int flags, mode_t mode, HostDescriptor* out) {
    const int fd = openat(current(), name.c_str(), WithFlags(flags), mode);
    if (fd < 0) return errno;
    *out = HostDescriptor(fd);
    return 0;
  }

  /// With O_PATH the link itself is opened, and no error says that it is one.
  static bool IsLinkToFollow(const HostDescriptor& opened, int flags, bool follow) {
    if ((flags & O_PATH) == 0 || !follow) return false;
    char none;
    return readlinkat(opened.get(), "", &none, sizeof(none)) >= 0;
  }

  const int start_;
  std::vector<HostDescriptor> held_;
  std::vector<std::string> pending_;
  int links_ = 0;
};

}  // namespace

HostDescriptor::~HostDescriptor() {
  if (fd_ >= 0) close(fd_);
}

HostDescriptor& HostDescriptor::operator=(HostDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Errno OpenBeneath(int directory, std::string_view path, int flags, mode_t mode,
                  PathResolution resolution, HostDescriptor* out) {
  const Errno malformed = CheckPath(path);
  if (malformed != Errno::kSuccess) return malformed;
  if (resolution == PathResolution::kAutomatic) {
    const int error = TryKernel(directory, std::string(path).c_str(), flags, mode, out);
    // The kernel reports leaving the directory as EXDEV.
    if (error == EXDEV) return Errno::kNotCapable;
    // A system call filter returns EPERM for a call that it does not know. If the file system
    // returned it, the walk below gets it again.
    if (error != ENOSYS && error != EPERM) return ErrnoOf(error);
  }
  return ByNameWalk(directory, path).Open(flags, mode, out);
}

Errno FindEntry(int directory, std::string_view path, PathResolution resolution, HostEntry* out) {
  const Errno malformed = CheckPath(path);
  if (malformed != Errno::kSuccess) return malformed;
  const size_t end = path.find_last_not_of('/') + 1;
  const size_t slash = path.rfind('/', end - 1);
  const size_t start = slash == std::string_view::npos ? 0 : slash + 1;
  const std::string_view name = path.substr(start, end - start);
  if (name == "." || name == "..") {
    HostDescriptor named;
    const Errno error = OpenBeneath(directory, path, O_PATH | O_DIRECTORY, 0, resolution, &named);
    out->is_entry = false;
    return error;
  }
  out->name = name;
  out->trailing_slash = end != path.size();
  if (out->trailing_slash) out->name += '/';
  out->directory = directory;
  if (start == 0) return Errno::kSuccess;
  const Errno error = OpenBeneath(directory, path.substr(0, start), O_PATH | O_DIRECTORY, 0,
                                  resolution, &out->owned);
  out->directory = out->owned.get();
  return error;
}

}  // namespace wasmedge_embed::wasi
