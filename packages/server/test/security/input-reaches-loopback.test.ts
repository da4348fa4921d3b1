import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHostileServer, type HostileServer } from "../s3/hostile-server.js";
import { noOp, s3Input, startTestServer, type TestServer } from "../support/test-server.js";

/** Ways to write an address of this machine, or of another that is not public; `P` stands for the port. */
const places = [
  "127.0.0.1:P",
  "127.8.9.10:P",
  "localhost:P",
  "LOCALHOST:P",
  "localhost.:P",
  "2130706433:P",
  "0x7f000001:P",
  "0x7f.1:P",
  "0177.0.0.1:P",
  "017700000001:P",
  "127.1:P",
  "0.0.0.0:P",
  "0:P",
  "[::]:P",
  "[::1]:P",
  "[0:0:0:0:0:0:0:1]:P",
  "[::ffff:127.0.0.1]:P",
  "[::ffff:7f00:1]:P",
  "[::127.0.0.1]:P",
  "[::ffff:0:127.0.0.1]:P",
  "[64:ff9b::127.0.0.1]:P",
  "[64:ff9b:1::7f00:1]:P",
  "[2002:7f00:1::]:P",
  "[2001:0:7f00:1::]:P",
  "[fe80::1]:P",
  "[fec0::1]:P",
  "[fd00:ec2::254]:P",
  "[ff02::1]:P",
  "10.0.0.1:P",
  "172.16.0.1:P",
  "192.168.0.1:P",
  "100.64.0.1:P",
  "100.100.100.200:P",
  "168.63.129.16:P",
  "169.254.169.254:P",
  "169.254.170.2:P",
  "192.0.0.192:P",
  "198.18.0.1:P",
  "203.0.113.1:P",
  "224.0.0.1:P",
  "240.0.0.1:P",
  "255.255.255.255:P",
];
/** What only the parser of web addresses understands. */
const webPlaces = [
  "8.8.8.8@127.0.0.1:P",
  "8.8.8.8:80%40@127.0.0.1:P",
  "①②⑦.⓪.⓪.①:P",
  "127。0。0。1:P",
  "127.0.0.1:P#8.8.8.8",
];

describe("no input makes the server connect to an address that is not public", () => {
  let server: TestServer;
  let inside: HostileServer;
  beforeAll(async () => {
    inside = await startHostileServer(({ socket }) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret"));
    server = await startTestServer({ outbound: "" });
  });
  afterAll(async () => {
    await server?.close();
    await inside?.close();
  });

  const openPort = () => new URL(inside.endpoint).port;
  const fromBucket = (place: string) => ({
    ...s3Input({ query: { input: { bucket: "b", key: "k" } } }),
    type: "storage-grid",
    endpoint: `http://${place}`,
  });
  const fromDatabase = (place: string) => ({
    type: "jdbc",
    url: `jdbc:postgresql://${place}/postgres`,
    username: "u",
    password: "p",
    query: "SELECT 1 AS input",
  });

  /** The error the caller sees: the response to the submission, or the input's failure. */
  const attempt = async (input: object): Promise<{ code: string; message: string }> => {
    const answer = await server.call<any>("POST", "/jobs", { model: noOp, input });
    if (answer.status === 400) return answer.body;
    expect(answer.status).toBe(201);
    await server.waitForEnd(answer.body.jobIdentifier);
    const { failures } = await server.results(answer.body.jobIdentifier);
    const [failure] = Object.values(failures);
    return { code: failure?.code ?? "", message: failure?.error ?? "" };
  };
  const told = {
    code: expect.stringMatching(/^(invalid_request|input\.address_not_allowed)$/),
    message: expect.stringMatching(/ is not allowed: it (is|resolves to) a /),
  };

  it.each([...places, ...webPlaces])("a bucket at %s", async (place) => {
    expect(await attempt(fromBucket(place.replaceAll("P", openPort())))).toMatchObject(told);
    expect(inside.connectionCount).toBe(0);
  });

  it.each(places)("a database at %s", async (place) => {
    expect(await attempt(fromDatabase(place.replaceAll("P", openPort())))).toMatchObject(told);
    expect(inside.connectionCount).toBe(0);
  });

  it.each(["127.0.0.1", "localhost"])("the error does not reveal whether a port is open at %s", async (host) => {
    for (const input of [fromBucket, fromDatabase]) {
      const open = await attempt(input(`${host}:${openPort()}`));
      const closed = await attempt(input(`${host}:9`));
      expect(open.message.replaceAll(openPort(), "9")).toBe(closed.message);
    }
  });

  it("the error says what the operator can do", async () => {
    expect(await attempt(fromBucket("127.0.0.1:9000"))).toMatchObject({
      code: "invalid_request",
      message:
        "The address of input.endpoint, 127.0.0.1:9000, is not allowed: it is a loopback address. The operator can allow it with MILLRACE_OUTBOUND=127.0.0.1:9000.",
    });
    expect(await attempt(fromBucket("localhost:9000"))).toMatchObject({
      code: "input.address_not_allowed",
      message:
        "The address localhost:9000 is not allowed: it resolves to a loopback address. The operator can allow it with MILLRACE_OUTBOUND=localhost:9000.",
    });
    expect((await attempt(fromBucket("169.254.169.254"))).message).toBe(
      "The address of input.endpoint, 169.254.169.254:80, is not allowed: it is a cloud metadata address.",
    );
  });
});
