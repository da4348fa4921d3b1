// Removes what the compiler wrote for sources that are gone. The compiler leaves it, and it would be published.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name));
const outputs = [
  ...packages.map((folder) => ({ from: join(folder, "src"), to: join(folder, "dist") })),
  { from: join(root, "examples/demo"), to: join(root, "examples/dist") },
];

for (const { from, to } of outputs) {
  if (!existsSync(to)) continue;
  for (const file of readdirSync(to, { recursive: true })) {
    const source = /^(?!bundle\/|compile-cache\/)(.*?)(\.d\.ts|\.js|\.js\.map)$/.exec(file)?.[1];
    const isStale = source !== undefined && ![".ts", ".tsx"].some((end) => existsSync(join(from, source + end)));
    if (isStale) rmSync(join(to, file));
  }
}
