# The image classification function for AWS Lambda, with Lambda's emulator for other machines.
#
#   docker build --tag image-classification .
#   docker run --rm --publish 8080:8080 image-classification
#
# Without a Docker engine: npm run container -- --help
#
# Behind a proxy or a mirror, --secret id=certificates,src=FILE provides a certificate bundle to the stages
# that download something, and --secret id=npmrc,src=FILE provides npm's settings. Neither stays in the image.

ARG BASE=debian:trixie-slim

# Everything that the function needs from the distribution.
FROM ${BASE} AS system
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates nodejs \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/*

FROM system AS tools
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      autoconf automake cargo cmake g++ libnode-dev libstd-rust-dev-wasm32 libtool libwasmedge0 lld make npm \
      patchelf python3-pip python3-setuptools rustc \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/*
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    CARGO_HTTP_CAINFO=/etc/ssl/certs/ca-certificates.crt \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    WASMEDGE_EMBED_CACHE=/var/cache/wasmedge-embed
WORKDIR /build
COPY package.json package-lock.json ./
COPY scripts/setup scripts/setup
# The required versions of LiteRT and Rust.
COPY native/litert.json native/
COPY wasm/Cargo.toml wasm/

# The default model, from a package index.
FROM tools AS model
COPY models/making models/making
COPY scripts/container/stage.mjs scripts/container/
COPY models/default models/default
RUN --mount=type=secret,id=certificates,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    node scripts/container/stage.mjs npm-dependencies default-model

# The guest, compiled for any processor of this architecture: the image does not run where it is built.
FROM tools AS guest
COPY wasm wasm
COPY test/guests/rust test/guests/rust
COPY --from=model /build/models/default models/default
COPY models/making models/making
COPY scripts/container/stage.mjs scripts/container/
RUN --mount=type=secret,id=certificates,target=/etc/ssl/certs/ca-certificates.crt \
    node scripts/container/stage.mjs guests

# AWS's Runtime Interface Client and Emulator.
FROM tools AS runtime
COPY lambda/runtime lambda/runtime
RUN --mount=type=secret,id=certificates,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && node lambda/runtime/place.mjs /runtime

# The package: addon, LiteRT and JavaScript. Then a bundle of it with WasmEdge, without LLVM, the guest compiled ahead
# of time, the model and the handler. The bundle is tested when it is created. Any user that Lambda chooses can read it.
FROM model AS bundle
RUN --mount=type=secret,id=certificates,target=/etc/ssl/certs/ca-certificates.crt \
    node scripts/container/stage.mjs litert
COPY CMakeLists.txt ./
COPY native native
RUN node scripts/container/stage.mjs addon \
 && strip --strip-unneeded build/Release/wasmedge_embed.node
COPY tsconfig.json ./
COPY lib lib
RUN node scripts/container/stage.mjs typescript
COPY --from=guest /build/wasm/target/wasm32-wasip1/release/image-classification.wasm guest.wasm
COPY LICENSE NOTICE ./
COPY models models
COPY lambda lambda
# Another model of the repository, with its labels; FIT and CROP correspond to the command's options.
ARG MODEL
ARG LABELS
ARG FIT
ARG CROP
RUN node dist/cli/main.js bundle --output /image/var/task --target none --module guest.wasm \
      ${MODEL:+--model "${MODEL}"} ${LABELS:+--labels "${LABELS}"} ${FIT:+--fit "${FIT}"} ${CROP:+--crop "${CROP}"} \
      --handler lambda/index.mjs \
 && install -m 755 lambda/entrypoint.sh /image/lambda-entrypoint.sh \
 && chmod -R a+rX /image

FROM system
COPY --from=runtime /runtime /
COPY --from=bundle /image /
WORKDIR /var/task
USER 65534:65534
ENTRYPOINT ["/lambda-entrypoint.sh"]
CMD ["index.handler"]
