# syntax=docker/dockerfile:1
# Pin by digest where you build: --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:…
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS base
WORKDIR /app
COPY package.json package-lock.json ./

FROM base AS production-dependencies
RUN npm ci --omit=dev --ignore-scripts

FROM base AS build
# The image brings Node itself, so no install script is needed, not even that of the `node` package.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

# The simulated BigCommerce, for trying things out. Never for production.
FROM base AS sandbox
COPY --from=production-dependencies /app/node_modules ./node_modules
COPY sandbox ./sandbox
USER node
ENV SANDBOX_HOST=0.0.0.0
EXPOSE 4010 4011
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4010/_sandbox/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "sandbox/main.ts"]

FROM base AS service
COPY --from=production-dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY migrations ./migrations
COPY LICENSE ./
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
ENV NODE_ENV=production \
    DATABASE_URL=sqlite:/data/tillgate.db
# The second is for metrics, and for your own network only.
EXPOSE 3000 9090
# Whoever stops the container must wait longer than PAYMENT_TIMEOUT_MS and five seconds: charges are drained.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/main.js"]
