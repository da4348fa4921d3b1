import { expect, test } from "vitest";
import type { ListedInput } from "../../src/inputs/listed-input.js";
import { listFolders } from "../../src/inputs/sources/aws-s3-folder/list-folder.js";
import { startFixture } from "./fixture.js";
import { response, type WireRequest } from "./hostile-server.js";

/** The inputs of one folder on a server that answers as told. */
async function list(respond: (request: WireRequest) => void): Promise<{ inputs: ListedInput[]; requests: number }> {
  const { client, server } = await startFixture(respond);
  const access = { folders: [["all", { input: { bucket: "b", key: "a/" } }]] } as const;
  const inputs: ListedInput[] = [];
  for await (const page of listFolders(access, client, new AbortController().signal)) inputs.push(...page);
  return { inputs, requests: server.requests.length };
}

const failed = (code: string) => [{ name: "all", failure: { code, message: expect.any(String) } }];
const listing = (body: string, more = "") => `<ListBucketResult>${more}${body}</ListBucketResult>`;
const keys = (...names: string[]) => names.map((name) => `<Contents><Key>${name}</Key></Contents>`).join("");
const goesOn = (token: string) =>
  `<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`;

test("aborts a listing that repeats its continuation token", async () => {
  const { inputs, requests } = await list(({ socket }) => void socket.write(response(200, listing(goesOn("same")))));
  expect(inputs).toEqual(failed("s3.invalid_response"));
  expect(requests).toBe(2);
});

test("listing one key repeatedly takes constant time each", async () => {
  const page = keys(...Array.from({ length: 1_000 }, () => "a/x"));
  const { inputs } = await list(({ socket, index }) => {
    socket.write(response(200, listing(page, index < 49 ? goesOn(`token-${index}`) : "")));
  });
  expect(inputs).toHaveLength(50_000);
  expect(new Set(inputs.map(({ name }) => name)).size).toBe(50_000);
  expect(inputs.at(-1)?.name).toBe("all:x (50000)");
});

test("aborts an endless listing page at 4 MiB", async () => {
  let sentBytes = 0;
  const { inputs } = await list(({ socket }) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    const piece = keys("a/x".repeat(300)).repeat(50);
    const chunk = `${piece.length.toString(16)}\r\n${piece}\r\n`;
    const pump = () => {
      while (socket.writable) {
        sentBytes += chunk.length;
        if (!socket.write(chunk)) return void socket.once("drain", pump);
      }
    };
    pump();
  });
  expect(inputs).toEqual(failed("input.too_large"));
  expect(sentBytes).toBeLessThan(64 * 2 ** 20);
});

const bomb = [
  "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>",
  ...Array.from({ length: 9 }, (_, level) => {
    const inner = `&${String.fromCharCode(97 + level)};`.repeat(10);
    return `<!ENTITY ${String.fromCharCode(98 + level)} '${inner}'>`;
  }),
  "]>",
].join("");

test.each([
  ["entities that grow to 10 GB", bomb + listing(keys("a/&j;".repeat(1_000)))],
  [
    "an entity of 1 MiB that is used a thousand times",
    `<!DOCTYPE r [<!ENTITY a '${"a".repeat(2 ** 20)}'>]>${listing(keys("&a;".repeat(1_000)))}`,
  ],
  ["a file of the server", `<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>${listing(keys("a/&a;"))}`],
  ["a million nested elements", listing("<a>".repeat(1_000_000))],
  ["a million attributes", listing(`<a ${"b='' ".repeat(1_000_000)}/>`)],
  ["a million unfinished tags", listing("<".repeat(1_000_000))],
  ["a million unfinished comments", listing("<!--".repeat(1_000_000))],
  ["a million unfinished CDATA", listing("<![CDATA[".repeat(1_000_000))],
  ["a million ends", listing("</a>".repeat(1_000_000))],
  ["bytes that are no text", Buffer.alloc(2 ** 20, 0xff)],
])("reads or rejects a listing with %s in bounded memory", async (_name, body) => {
  const { inputs } = await list(({ socket }) => void socket.write(response(200, body)));
  expect(JSON.stringify(inputs).length).toBeLessThan(4 * 2 ** 20);
  expect(JSON.stringify(inputs)).not.toContain("root:");
});

test.each([
  ["headers without end", "HTTP/1.1 200 OK\r\n" + "x-amz-meta-a: b\r\n".repeat(100_000)],
  ["one header of 1 MiB", `HTTP/1.1 200 OK\r\na: ${"b".repeat(2 ** 20)}\r\n\r\n`],
  ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd"],
  [
    "a length and chunks",
    "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  ],
  ["a length that is no number", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nabc"],
])("an object with %s fails as an error of the store", async (_name, head) => {
  const { refusal } = await startFixture(({ socket }) => void socket.end(head));
  expect((await refusal()).failureCode).toMatch(/^s3\.(invalid_response|connection_lost|connection_failed)$/);
});

test("ignores bytes after the announced length and closes the connection", async () => {
  const { get } = await startFixture(
    ({ socket }) => void socket.write(Buffer.concat([response(200, "abc"), Buffer.from("def")])),
  );
  expect(Buffer.from(await get()).toString()).toBe("abc");
  expect(Buffer.from(await get()).toString()).toBe("abc");
});

test("rejects a body shorter than the announced length", async () => {
  const { refusal } = await startFixture(
    ({ socket }) => void socket.end(response(200, "abc", { "content-length": 4 })),
  );
  expect((await refusal()).code).toBe("BodyTruncated");
});
