import fastify from "fastify";
import { requirePart, takeMultipartBodies } from "../../../packages/server/src/http/multipart-body.ts";
import { MillraceError } from "../../../packages/server/src/errors/millrace-error.ts";
import { holds, type FuzzTarget } from "../target.ts";

const app = fastify();
takeMultipartBodies(app);
app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
  reply.code(error instanceof MillraceError ? 400 : (error.statusCode ?? 500)).send(error.message),
);
app.post("/", async ({ body }) => {
  holds(body === undefined || body instanceof Map, "parts are a map");
  return requirePart(body, "file");
});
await app.ready();

const part = (name: string, more: string, content: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`;

/** A line with the content type, then a multipart body: parsing returns the requested part or rejects it, and never throws an internal error. */
export const target: FuzzTarget = {
  seeds: [
    `form-data; boundary=x\n${part("file", '; filename="a"', "content")}--x--\r\n`,
    `mixed; boundary="x"\n${part("file", "", "a")}${part("__proto__", "", "b")}--x--`,
    "form-data\n",
    `form-data; boundary=x\n--x\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; name*=utf-8''%e2%82%ac\r\n\r\n`,
  ],
  dictionary: [
    "--x",
    "--x--",
    "\r\n",
    "\r\n\r\n",
    "; name=",
    "; filename*=utf-8''",
    "Content-Transfer-Encoding: base64",
    "boundary=",
    '"',
    "%",
    "; charset=",
  ],
  async run(data) {
    const end = Math.max(0, data.indexOf("\n"));
    const type = data
      .subarray(0, end)
      .toString("latin1")
      .replace(/[^\t\x20-\x7e]/g, "");
    const { statusCode, body } = await app.inject({
      method: "POST",
      url: "/",
      headers: { "content-type": `multipart/${type}` },
      payload: data.subarray(end + 1),
    });
    holds(statusCode < 500, `it is the caller's fault: ${body.slice(0, 500)}`);
  },
};
