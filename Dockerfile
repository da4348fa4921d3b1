# The image for deploy/kubernetes: docker build -t millrace .
FROM node:22-bookworm-slim AS build
WORKDIR /millrace
COPY . .
RUN npm ci --no-audit --no-fund && npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
# Isolates models, where the container is allowed to make namespaces: docs/security.md.
RUN apt-get update && apt-get install --yes --no-install-recommends bubblewrap && rm -rf /var/lib/apt/lists/*
WORKDIR /millrace
COPY --from=build /millrace /millrace
# node, by its number: Kubernetes cannot tell that a name is not root.
USER 1000
EXPOSE 8080
ENTRYPOINT ["node", "packages/cli/bin/millrace.js"]
CMD ["serve", "--host", "0.0.0.0", "--data", "/tmp/millrace"]
