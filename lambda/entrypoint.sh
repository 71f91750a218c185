#!/bin/sh
# Lambda sets the address of the Runtime API. Elsewhere the emulator provides that API and accepts invocations on
# port 8080.
set -e
client=/var/runtime/aws-lambda-ric/bin/index.mjs
if [ -z "$AWS_LAMBDA_RUNTIME_API" ]; then
  exec /usr/local/bin/aws-lambda-rie "$client" "$@"
fi
exec "$client" "$@"
