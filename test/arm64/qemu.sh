#!/bin/sh
# qemu.sh PROGRAM [ARGUMENT]…: runs a program of arm64 in QEMU. Its own name, argv[0], becomes that of a script which
# does the same, so that a program that starts itself anew, as death tests of GoogleTest's do, comes back to QEMU.
set -e
program=$1
shift
script=$program.qemu
if [ ! -x "$script" ]; then
  printf '#!/bin/sh\nexec qemu-aarch64 -0 "%s" "%s" "$@"\n' "$script" "$program" >"$script.$$"
  chmod +x "$script.$$"
  mv "$script.$$" "$script"
fi
exec "$script" "$@"
