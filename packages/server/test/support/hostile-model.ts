import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { create } from "tar";
import { startServerProcess, type ServerProcess } from "./server-process.js";

/** A server as a user starts it, with an embedded database, that takes archives of hostile models. */
export interface AttackedServer {
  readonly process: ServerProcess;
  readonly dataDirectory: string;
  readonly secrets: { readonly apiKey: string; readonly masterKey: string };
  /**
   * Deploys a module, which runs its sample: `attack` is the body of an async function whose JSON is its answer.
   *
   * @returns what the module answered, or the message of the refusal.
   */
  deploy(attack: string, resources?: string): Promise<any>;
  close(): Promise<void>;
}

export async function startAttackedServer(environment: Record<string, string> = {}): Promise<AttackedServer> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "millrace-attacked-"));
  const secrets = { apiKey: `owner.${randomBytes(16).toString("hex")}`, masterKey: randomBytes(32).toString("hex") };
  const server = await startServerProcess(dataDirectory, {
    MILLRACE_API_KEY: secrets.apiKey,
    ...environment,
  });
  const headers = { authorization: `ApiKey ${secrets.apiKey}` };
  let count = 0;
  return {
    process: server,
    dataDirectory,
    secrets,
    async deploy(attack, resources = "") {
      const identifier = `hostile${String((count += 1)).padStart(3, "0")}`;
      const response = await fetch(`${server.url}/api/models/archive`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/x-tar" },
        body: await pack(identifier, attack, resources),
      });
      if (response.status !== 201) return ((await response.json()) as { message: string }).message;
      const answer = await fetch(`${server.url}/api/models/${identifier}/versions/1.0.0/sample-output`, { headers });
      const { results } = (await answer.json()) as { results: any };
      return results.a["results.json"];
    },
    async close() {
      await server.kill("SIGTERM");
      // What was started there may still be writing its last.
      await rm(dataDirectory, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
    },
  };
}

async function pack(identifier: string, attack: string, resources: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-hostile-"));
  try {
    await mkdir(join(folder, "samples"));
    await writeFile(
      join(folder, "model.yaml"),
      `
identifier: ${identifier}
version: 1.0.0
name: Hostile
description: { summary: Attacks the server that runs it. }
inputs: { input: { acceptedMediaTypes: [text/plain], maxSize: 1M } }
outputs: { results.json: { mediaType: application/json, maxSize: 1M } }
resources: { memory: { size: 256M }, cpu: { count: 1 } ${resources} }
timeout: { status: 5m, run: 5m }
runner: { kind: module, file: model.mjs }
`,
    );
    await writeFile(
      join(folder, "model.mjs"),
      `import fs from "node:fs"; import net from "node:net"; import os from "node:os"; import child_process from "node:child_process";
       /** What an attempt came to: its value, or the code of its failure. */
       const attempt = async (act) => { try { return await act(); } catch (error) { return error.code ?? error.message; } };
       const attack = async ({ directory }) => { ${attack} };
       export const load = (context) => ({ run: async (batch) => { const found = await attack(context); return batch.map(() => ({ "results.json": found })); } });`,
    );
    await writeFile(
      join(folder, "samples/input.json"),
      JSON.stringify({ input: { type: "text", sources: { a: { input: "x" } } } }),
    );
    const bytes = await buffer(
      create({ cwd: folder, gzip: false, portable: true }, ["."]) as unknown as NodeJS.ReadableStream,
    );
    return new Uint8Array(bytes);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
