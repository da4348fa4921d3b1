# The image for deploy/kubernetes: docker build -t millrace .
FROM node:22-bookworm-slim AS build
WORKDIR /millrace
COPY . .
RUN npm ci --no-audit --no-fund && npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
WORKDIR /millrace
COPY --from=build /millrace /millrace
USER node
EXPOSE 8080
ENTRYPOINT ["node", "packages/cli/bin/millrace.js"]
CMD ["serve", "--host", "0.0.0.0", "--data", "/tmp/millrace"]
