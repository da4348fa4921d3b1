import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";

export interface RedisServer {
  /** Of its socket. */
  readonly path: string;
  readonly version: string;
  stop(): Promise<void>;
}

/** @returns undefined where it is not installed. */
export function findRedisVersion(): string | undefined {
  try {
    const said = execFileSync("redis-server", ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return /\bv=(\S+)/.exec(said)?.[1];
  } catch {
    return undefined;
  }
}

/** A fresh Redis as a child of this process, with the append-only file on: one fsync a second, as Redis comes. */
export async function startRedis(directory: string): Promise<RedisServer> {
  const path = join(directory, "redis.sock");
  const settings = {
    port: "0",
    unixsocket: path,
    dir: directory,
    appendonly: "yes",
    appendfsync: "everysec",
    save: "",
  };
  const child = spawn(
    "redis-server",
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const exit = once(child, "exit");
  // However this process ends, unless it is killed.
  process.once("exit", () => child.kill("SIGKILL"));
  const client = new Redis({ path, lazyConnect: true, retryStrategy: () => 50 });
  client.on("error", () => {});
  while ((await client.ping().catch(() => "")) !== "PONG") {
    if (child.exitCode !== null) throw new Error("redis-server ended: see the lines above.");
    await delay(50);
  }
  client.disconnect();
  return {
    path,
    version: findRedisVersion() ?? "",
    async stop() {
      child.kill("SIGTERM");
      await exit;
    },
  };
}
