import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** Whether this machine has nginx. */
export const hasNginx = await promisify(execFile)("nginx", ["-v"]).then(
  () => true,
  () => false,
);

export interface Nginx {
  /** "https://localhost:1234", with the certificate of tls-1.cert.pem. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A real nginx with TLS.
 *
 * @param locations the `location` blocks of its server.
 */
export async function startNginx(locations: string): Promise<Nginx> {
  const directory = await mkdtemp(join(tmpdir(), "millrace-nginx-"));
  const port = await freePort();
  const scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  const file = join(directory, "nginx.conf");
  await writeFile(
    file,
    `pid ${directory}/pid; error_log stderr; daemon off; worker_processes 1; events { worker_connections 256; }
http { access_log off; ${scratch.join(" ")}
  server { listen 127.0.0.1:${port} ssl; ssl_certificate ${fixture("tls-1.cert.pem")}; ssl_certificate_key ${fixture("tls-1.key.pem")};
    ${locations} } }`,
  );
  const nginx = spawn("nginx", ["-e", "stderr", "-c", file], { stdio: ["ignore", "inherit", "inherit"] });
  await untilListening(port, nginx);
  return {
    url: `https://localhost:${port}`,
    close: async () => {
      nginx.kill("SIGQUIT");
      if (nginx.exitCode === null) await once(nginx, "exit");
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Until something listens there, or its process has ended. */
export async function untilListening(port: number, program: ChildProcess): Promise<void> {
  while (program.exitCode === null && program.signalCode === null) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await pause(50);
  }
  throw new Error("It ended before it listened.");
}
