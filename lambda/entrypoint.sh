#!/bin/sh
# Lambda tells its runtime where the Runtime API is. Where nobody does, the emulator provides it, and takes
# invocations at port 8080.
set -e
client=/var/runtime/aws-lambda-ric/bin/index.mjs
if [ -z "$AWS_LAMBDA_RUNTIME_API" ]; then
  exec /usr/local/bin/aws-lambda-rie "$client" "$@"
fi
exec "$client" "$@"
