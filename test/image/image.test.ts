import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { promisify } from "node:util";
import { MillraceClient } from "@millrace/client";
import { afterAll, describe, expect, it } from "vitest";

// An image of the Dockerfile, in podman; .ci/run builds it.
const image = process.env["MILLRACE_TEST_IMAGE"];
const run = promisify(execFile);
const podman = async (...parameters: string[]) => (await run("podman", parameters)).stdout.trim();

describe.skipIf(image === undefined)("the image", { timeout: 600_000 }, () => {
  const containers: string[] = [];
  const volumes: string[] = [];
  afterAll(async () => {
    for (const name of containers) await podman("rm", "--force", "--time", "1", name);
    for (const name of volumes) await podman("volume", "rm", "--force", name);
  }, 120_000);

  /** As an orchestrator starts it that allows nothing: any image that needs more fails here. */
  const start = async (volume: string, ports: { api: number; probes: number }, apiKey: string) => {
    const name = `millrace-image-${randomBytes(4).toString("hex")}`;
    containers.push(name);
    const isolation = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
    const settings = { MILLRACE_PROBE_PORT: String(ports.probes), MILLRACE_API_KEY: apiKey };
    const environment = Object.entries(settings).flatMap(([variable, value]) => ["--env", `${variable}=${value}`]);
    const options = ["--detach", "--name", name, "--network", "host", "--volume", `${volume}:/data`];
    const command = ["serve", "--host", "127.0.0.1", "--port", String(ports.api)];
    await podman("run", ...options, ...isolation, ...environment, image ?? "", ...command);
    await expect.poll(() => isReady(ports.probes), { timeout: 300_000, interval: 250 }).toBe(true);
    return name;
  };
  /** What the image says of itself; Docker and Podman put the health check in different places. */
  const inspect = async () => {
    const [{ Config: configuration, Healthcheck }] = JSON.parse(await podman("image", "inspect", image ?? ""));
    return { Healthcheck, ...configuration };
  };
  const isReady = (port: number) =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  const stop = async (name: string) => {
    await podman("stop", "--time", "60", name);
    return podman("inspect", "--format", "{{.State.ExitCode}}", name);
  };

  it("serves as an ordinary user that may write to /data only, ends on SIGTERM, and finds its data again", async () => {
    const volume = `millrace-image-${randomBytes(4).toString("hex")}`;
    await podman("volume", "create", volume);
    volumes.push(volume);
    const ports = { api: await freePort(), probes: await freePort() };
    const apiKey = `image.${randomBytes(24).toString("hex")}`;
    const client = new MillraceClient({ baseUrl: `http://127.0.0.1:${ports.api}`, apiKey });

    const first = await start(volume, ports, apiKey);
    expect(await podman("exec", first, "id", "-u")).toBe("1000");
    const [kind, ...check] = (await inspect()).Healthcheck.Test as string[];
    expect(kind).toBe("CMD");
    await podman("exec", first, ...check);
    await expect(podman("exec", "--env", "MILLRACE_PROBE_PORT=1", first, ...check)).rejects.toThrow();
    await expect(podman("exec", first, "touch", "/millrace/changed")).rejects.toThrow(/Read-only file system/);
    const [model] = await client.models.latest();
    const job = await client.jobs.submitText("ed542963de", "1.0.1", { happy: { "input.txt": "What a lovely day." } });
    await client.jobs.waitUntilComplete(job);
    expect(model).toBeDefined();
    expect(await stop(first)).toBe("0");

    const second = await start(volume, ports, apiKey);
    const { results } = await client.results.get(job);
    expect(Object.keys(results)).toEqual(["happy"]);
    expect(await stop(second)).toBe("0");
  });

  it("says how it is run", async () => {
    expect(await inspect()).toMatchObject({ User: "1000:1000", Volumes: { "/data": {} } });
    expect(Object.keys((await inspect()).ExposedPorts)).toEqual(["8080/tcp", "8081/tcp"]);
  });

  it("says in one sentence what a worker lacks", async () => {
    const failure = podman("run", "--rm", "--read-only", "--tmpfs", "/tmp", image ?? "", "worker");
    await expect(failure).rejects.toThrow(/millrace: .*DATABASE_URL/);
  });

  it("holds what runs, and neither tests nor benchmarks", async () => {
    const files = await podman(
      "run",
      "--rm",
      "--entrypoint",
      "ls",
      image ?? "",
      "/millrace",
      "/millrace/packages/server",
    );
    expect(files).toMatch(/^LICENSE$/m);
    expect(files).not.toMatch(/^(test|bench|docs)$/m);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
