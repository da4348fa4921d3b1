# The image of every part of Millrace: docker build -t millrace .
# With Python, for models that are Python programs: docker build --target python -t millrace:python .
# For builds that can be repeated, pin the base to a digest that you have checked: --build-arg NODE=node:22-bookworm-slim@sha256:...
ARG NODE=docker.io/library/node:22-bookworm-slim

FROM ${NODE} AS build
WORKDIR /millrace
COPY . .
RUN npm ci && npm run build && npm prune --omit=dev \
  && rm -rf bench deploy docs scripts test packages/*/test packages/*/dist/.tsbuildinfo

FROM ${NODE} AS base
# bubblewrap isolates models, where the container may make namespaces: docs/security.md.
RUN apt-get update && apt-get install --yes --no-install-recommends bubblewrap && rm -rf /var/lib/apt/lists/*
COPY --from=build /millrace /millrace
# Whoever runs this image as another user mounts a volume that is theirs.
RUN mkdir /data && chown 1000:1000 /data
ENV NODE_ENV=production MILLRACE_DATA=/data MILLRACE_PROBE_PORT=8081
VOLUME /data
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.MILLRACE_PROBE_PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/millrace/packages/cli/bin/millrace.js"]
CMD ["serve", "--host", "0.0.0.0"]

FROM base AS python
RUN apt-get update && apt-get install --yes --no-install-recommends python3 python3-pip python3-venv \
  && rm -rf /var/lib/apt/lists/*
# By its number: Kubernetes cannot tell that a name is not root.
USER 1000:1000

# The last one is what is built unless a target is named.
FROM base AS millrace
USER 1000:1000
