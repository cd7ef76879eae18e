# One image for all that runs in production: a node of the service (its command), and the migrations
# (`node dist/src/migrate.js`). The target `kaha-stand-in` is for demonstrations.

FROM node:26.13-trixie-slim AS base
WORKDIR /app

# Apart from the sources, so that what npm fetched stays in the cache until the dependencies change.
FROM base AS manifests
COPY package.json package-lock.json .npmrc ./

FROM manifests AS build
# With the optional ones: the compiler's binary for this platform is among them.
RUN npm ci
COPY .swcrc ./
COPY src/ src/
COPY migrations/ migrations/
COPY examples/ examples/
RUN npm run build

FROM manifests AS dependencies
# Without the optional ones: those of ours are the Postgres of development and tests.
RUN npm ci --omit=dev --omit=optional

FROM base AS kaha-stand-in
COPY scripts/ scripts/
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 4000)).then(() => process.exit(0), () => process.exit(1))"]
CMD ["node", "scripts/kaha-stand-in.mjs"]

FROM base AS service
ENV NODE_ENV=production
COPY package.json ./
COPY --from=dependencies /app/node_modules/ node_modules/
COPY --from=build /app/dist/ dist/
# Owns nothing in the image and writes nothing: the file system can be read-only.
USER node
EXPOSE 3000
# Whether the process lives. Whether it should be sent work is for the balancer to ask, at /health/ready.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No shell and no npm in between: SIGTERM reaches the node.
CMD ["node", "--max-semi-space-size=64", "--enable-source-maps", "dist/src/main.js"]
