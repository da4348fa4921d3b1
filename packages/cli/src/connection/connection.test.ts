import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findConnection } from "./connection.js";
import { configFile, readProfiles, writeProfiles } from "./profiles.js";

let home: string;
let base: NodeJS.ProcessEnv;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "millrace-profiles-"));
  base = { XDG_CONFIG_HOME: home };
  const profiles = { default: ["http://a.example", "a.key"], other: ["https://b.example/api", "b.key"] } as const;
  writeProfiles(
    new Map(Object.entries(profiles).map(([name, [url, apiKey]]) => [name, { url, apiKey }])),
    configFile(base),
  );
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it.each([
  ["the default profile", {}, {}, ["http://a.example", "a.key", "profile default"]],
  ["a named profile", { profile: "other" }, {}, ["https://b.example/api", "b.key", "profile other"]],
  [
    "the profile of MILLRACE_PROFILE",
    {},
    { MILLRACE_PROFILE: "other" },
    ["https://b.example/api", "b.key", "profile other"],
  ],
  [
    "the environment before a profile that is not named",
    {},
    { MILLRACE_URL: "http://c.example", MILLRACE_API_KEY: "c.key" },
    ["http://c.example", "c.key", "MILLRACE_API_KEY"],
  ],
  [
    "--profile before the environment",
    { profile: "other" },
    { MILLRACE_URL: "http://c.example", MILLRACE_API_KEY: "c.key" },
    ["https://b.example/api", "b.key", "profile other"],
  ],
  [
    "a key of the environment, for the profile's server",
    {},
    { MILLRACE_API_KEY: "c.key" },
    ["http://a.example", "c.key", "MILLRACE_API_KEY"],
  ],
  [
    "another path of the profile's server",
    { url: "http://a.example/api" },
    {},
    ["http://a.example/api", "a.key", "profile default"],
  ],
  [
    "options before everything",
    { url: "http://d.example", key: "d.key" },
    { MILLRACE_API_KEY: "c.key" },
    ["http://d.example", "d.key", "--key"],
  ],
])("takes %s", (_what, options, variables, [url, apiKey, source]) => {
  expect(findConnection(options, { ...base, ...variables })).toEqual({ url, apiKey, source });
});

it.each([
  ["--url", { url: "http://evil.example" }, {}],
  ["MILLRACE_URL", {}, { MILLRACE_URL: "http://evil.example" }],
  ["another port", { url: "http://a.example:81" }, {}],
])("a profile's key is not sent to the server of %s", (_what, options, variables) => {
  expect(() => findConnection(options, { ...base, ...variables })).toThrow(
    /profile default is for http:\/\/a\.example/,
  );
});

it.each([
  ["a profile that does not exist", { profile: "none" }, /no profile none.*millrace login --profile none/],
  ["a name that is none", { profile: "../x" }, /cannot name a profile/],
])("refuses %s", (_what, options, message) => {
  expect(() => findConnection(options, base)).toThrow(message);
});

it("without a profile and a key, says how to get one", () => {
  expect(() => findConnection({}, { XDG_CONFIG_HOME: join(home, "none") })).toThrow(/millrace login/);
});

it("only the owner may read the file, also one that others could read before", () => {
  const file = configFile(base);
  expect([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
  writeFileSync(file, readFileSync(file), { mode: 0o644 });
  writeProfiles(readProfiles(file), file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("a file that is not valid is not replaced, and says what is expected", () => {
  const file = configFile(base);
  for (const text of ["{", "[]", '{"profiles":{"default":{"url":1}}}']) {
    writeFileSync(file, text);
    expect(() => readProfiles(file)).toThrow(/expected \{"profiles"/);
  }
});
