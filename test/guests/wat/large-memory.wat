;; Has 4 MiB for the host to use.
(module
  (import "env" "use" (func $use))
  (memory (export "memory") 64)
  (func (export "use") (call $use)))
