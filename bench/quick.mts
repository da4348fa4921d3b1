import { readFileSync, readdirSync } from "node:fs";
import { mkdtemp, chmod, rm } from "node:fs/promises";
import { join } from "node:path";
const root = process.argv[2]!;
const { startChild } = await import(join(root, "bench/end-to-end/child.ts"));
const { runMillraceJob } = await import(join(root, "bench/end-to-end/millrace-job.ts"));
const { noOp } = await import(join(root, "bench/end-to-end/workload.ts"));
const { MillraceClient } = await import(join(root, "packages/client/dist/index.js"));
const cpuOf = () => {
  const ticks = new Map<string, number>();
  for (const pid of readdirSync("/proc").filter((n) => /^\d+$/.test(n))) {
    try {
      const cmd = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
      const name = cmd.includes("millrace-server.ts") ? "server" : cmd.includes("engine-process") ? "engine" : cmd.startsWith("postgres:") || cmd.includes("bin/postgres") ? "postgres" : cmd.includes("object-server") ? "objects" : "other";
      ticks.set(name, (ticks.get(name) ?? 0) + Number(stat[11]) + Number(stat[12]));
    } catch {}
  }
  return ticks;
};
const objects = startChild("object-server.ts");
const endpoint = `http://127.0.0.1:${await objects.receive()}`;
const dir = await mkdtemp("/tmp/quick-"); await chmod(dir, 0o755);
const apiKey = `bench.${"a".repeat(48)}`;
const server = startChild("millrace-server.ts");
const baseUrl = await server.ask({ dataDirectory: join(dir, "data"), apiKey, s3Endpoint: endpoint });
const side = { baseUrl, apiKey };
const secs: number[] = [];
for (let i = 0; i < 5; i++) {
  const before = cpuOf();
  const s = await runMillraceJob(noOp, side);
  const after = cpuOf();
  const cpu = Object.fromEntries([...after].map(([k, v]) => [k, Math.round(((v - (before.get(k) ?? 0)) * 10_000) / 10_000 )]));
  console.log(i, s.toFixed(2), "s", Math.round(10_000 / s), "/s; CPU µs an input:", JSON.stringify(cpu));
  if (i > 0) secs.push(s);
}
const client = new MillraceClient(side);
const lat: number[] = [];
for (let i = 0; i < 80; i++) {
  const t = performance.now();
  const job = await client.jobs.submitText("c0ffee0000", "1.0.0", { a: { input: "hello" } });
  await client.jobs.waitUntilComplete(job);
  lat.push(performance.now() - t);
}
lat.sort((a, b) => a - b);
console.log("one text p50", lat[40]!.toFixed(1), "p90", lat[72]!.toFixed(1), "p99", lat[79]!.toFixed(1));
const t = performance.now();
for (let i = 0; i < 30; i++) {
  const job = await client.jobs.submitText("c0ffee0000", "1.0.0", Object.fromEntries(Array.from({ length: 10 }, (_, k) => [`n${k}`, { input: "hello" }])));
  await client.jobs.waitUntilComplete(job);
}
console.log("10-input jobs one after another, ms a job", ((performance.now() - t) / 30).toFixed(1));
const t2 = performance.now();
const ids = await Promise.all(Array.from({ length: 300 }, () => client.jobs.submitText("c0ffee0000", "1.0.0", Object.fromEntries(Array.from({ length: 10 }, (_, k) => [`n${k}`, { input: "hello" }])))));
await Promise.all(ids.map((j) => client.jobs.waitUntilComplete(j)));
console.log("300 jobs of 10 at once, ms a job", ((performance.now() - t2) / 300).toFixed(1));
await server.end(); await objects.end(); await rm(dir, { recursive: true, force: true });
process.exit(0);
