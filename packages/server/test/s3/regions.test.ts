import { expect, test } from "vitest";
import { startFixture } from "./fixture.js";
import { errorXml, response, startHostileServer, type WireRequest } from "./hostile-server.js";

/** The region that a request was signed for. */
const signedRegion = (request: WireRequest | undefined) =>
  /Credential=[^/]+\/\d{8}\/([^/]+)\//.exec(request?.headers["authorization"] ?? "")?.[1];

test.each([
  ["a 301 with a header", response(301, errorXml("PermanentRedirect"), { "x-amz-bucket-region": "eu-west-1" })],
  ["a 307 without a body", response(307, "", { "x-amz-bucket-region": "eu-west-1" })],
  [
    "a 400 with a region in its document",
    response(400, errorXml("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")),
  ],
  [
    "a 301 with an endpoint",
    response(301, errorXml("PermanentRedirect", "<Endpoint>b.s3-eu-west-1.amazonaws.com</Endpoint>")),
  ],
  ["a 307 with a location", response(307, "", { location: "https://b.s3.eu-west-1.amazonaws.com/a" })],
])("%s makes the client sign for that region and remember it for the bucket", async (_name, redirect) => {
  const { get, server } = await startFixture((request) => {
    request.socket.write(signedRegion(request) === "eu-west-1" ? response(200, "found") : redirect);
  });
  expect(Buffer.from(await get()).toString()).toBe("found");
  await get({ key: "another" });
  expect(server.requests.map(signedRegion)).toEqual(["us-east-1", "eu-west-1", "eu-west-1"]);
});

test("finds a bucket that moved again", async () => {
  let home = "eu-west-1";
  const { get, server } = await startFixture((request) => {
    const isHome = signedRegion(request) === home;
    request.socket.write(isHome ? response(200, "found") : response(301, "", { "x-amz-bucket-region": home }));
  });
  await get();
  home = "ap-south-1";
  await get();
  expect(server.requests.map(signedRegion)).toEqual(["us-east-1", "eu-west-1", "eu-west-1", "ap-south-1"]);
});

test("stops following a chain of redirects", async () => {
  const { refusal, server } = await startFixture(({ socket, index }) => {
    socket.write(response(301, errorXml("PermanentRedirect"), { "x-amz-bucket-region": `eu-west-${index}` }));
  });
  const error = await refusal();
  expect([error.code, error.isTransient]).toEqual(["PermanentRedirect", false]);
  expect(error.message).toContain("give the region that the bucket is in");
  expect(server.requests.length).toBe(2);
});

test("never contacts a host that a store names", async () => {
  const thief = await startHostileServer(({ socket }) => void socket.write(response(200, "stolen")));
  const address = thief.endpoint.replace("http://", "");
  const answers = [
    response(307, "", { location: `${thief.endpoint}/some-bucket/a/b.txt` }),
    response(301, errorXml("PermanentRedirect", `<Endpoint>${address}</Endpoint>`)),
    response(400, errorXml("AuthorizationHeaderMalformed", `<Region>${address}/#</Region>`)),
    response(301, "", { "x-amz-bucket-region": `${address}#` }),
  ];
  const { refusal, server } = await startFixture(({ socket, index }) => void socket.write(answers[index] ?? ""));
  for (const _ of answers) expect((await refusal()).isTransient).toBe(false);
  expect(server.requests.length).toBe(answers.length);
  expect(thief.connectionCount).toBe(0);
  await thief.close();
});
