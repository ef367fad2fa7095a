# syntax=docker/dockerfile:1
# Exact versions. Pin by digest where you build: --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:…
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG BASE_IMAGE=debian:12.12-slim

FROM ${NODE_IMAGE} AS node
WORKDIR /app
COPY package.json package-lock.json ./

FROM node AS production-dependencies
# Types, sources, source maps, manuals and the packages' own tests never run.
RUN npm ci --omit=dev --ignore-scripts \
  && find node_modules -type f \( -name '*.[cm]ts' -o -name '*.ts' -o -name '*.map' -o -name '*.md' -o -name '*.test.*' \) -delete \
  && find node_modules -type d \( -name test -o -name tests -o -name __tests__ -o -name benchmarks \) -prune -exec rm -r {} +

FROM node AS dependencies
# The image has Node already, so not even the `node` package needs its install script.
RUN npm ci --ignore-scripts

FROM dependencies AS build
COPY src ./src
COPY scripts/bundle.ts ./scripts/bundle.ts
COPY scripts/thin-source-map.ts ./scripts/thin-source-map.ts
RUN npm run build && mkdir data

# Node and nothing else: an intruder finds no npm and no compiler.
FROM ${BASE_IMAGE} AS runtime
COPY --from=node /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=production-dependencies /app/node_modules ./node_modules
# A number, so that an orchestrator can see that it is not root.
USER 10001:10001

# The simulated BigCommerce, for trying things out. Never for production.
FROM runtime AS sandbox
COPY sandbox ./sandbox
ENV SANDBOX_HOST=0.0.0.0
EXPOSE 4010 4011
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.SANDBOX_PORT ?? 4010) + '/_sandbox/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "sandbox/main.ts"]

FROM runtime AS service
COPY --from=build /app/dist ./dist
COPY migrations ./migrations
COPY --from=build --chown=10001:10001 /app/data /data
VOLUME /data
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=1 \
    DATABASE_URL=sqlite:/data/tillgate.db
# The second is for metrics, and for your own network only.
EXPOSE 3000 9090
# Kill the container no sooner than SHUTDOWN_DELAY_MS, PAYMENT_QUEUE_MAX_WAIT_MS, PAYMENT_TIMEOUT_MS and five seconds after this.
STOPSIGNAL SIGTERM
# Podman and Buildah keep it with --format docker only: the other format knows no health checks.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "dist/healthcheck.js"]
# Under load V8 lets its heap grow to many times of what lives in it, since memory is cheaper than time to it. An instance for each store is another matter:
# the young part may grow to three times 8 MB, the old one by 80 % before it is collected, and the C library keeps one heap, not one a thread. So V8 collects
# often, and would throw away what it has compiled as often: it keeps that (decision 0042).
# Node's permission model: the code may read itself, its memory use, which start of the machine this is, secrets and the ledger, and write the ledger; it may start no process,
# no worker and no add-on. No signal starts a debugger, and no code reaches a prototype by `__proto__`.
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=80", "--no-flush-bytecode", "--disable-sigusr1", "--disable-proto=delete", "--permission", \
  "--allow-fs-read=/app", "--allow-fs-read=/data", "--allow-fs-read=/run/secrets", "--allow-fs-read=/etc/tillgate", \
  "--allow-fs-read=/proc/self/status", "--allow-fs-read=/proc/sys/kernel/random/boot_id", \
  "--allow-fs-write=/data", "dist/main.js"]
