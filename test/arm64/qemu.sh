#!/bin/sh
# qemu.sh PROGRAM [ARGUMENT]…: runs an arm64 program in QEMU. Its argv[0] is a script that does the same, so that a
# program that starts itself again, as GoogleTest's death tests do, runs in QEMU as well.
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
