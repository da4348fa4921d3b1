import { expect, it } from "vitest";
import { createSlowSignIns, networkOf } from "./slow-sign-ins.js";

/** Sign-ins on a clock of the test's own, which begins at 1. */
function start() {
  let ms = 1;
  const signIns = createSlowSignIns(() => ms);
  const attempt = (address: string, prefix: string, secret: string) => ({
    address,
    prefix,
    authorization: `ApiKey ${prefix}.${secret}`,
  });
  return {
    pass: (elapsedMs: number) => (ms += elapsedMs),
    guess: (address: string, secret: string, prefix = "victim") => {
      const guess = attempt(address, prefix, secret);
      signIns.begin(guess);
      signIns.fail(guess);
    },
    signIn: (address: string, prefix = "victim") => {
      const right = attempt(address, prefix, "right");
      signIns.begin(right);
      signIns.succeed(right);
    },
    begin: (address: string, secret: string) => signIns.begin(attempt(address, "victim", secret)),
  };
}

it("after twenty guesses, an address waits longer with each one", () => {
  const { guess, pass } = start();
  for (let index = 0; index < 20; index += 1) guess("192.0.2.1", `guess-${index}`);
  for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
    guess("192.0.2.1", `after ${seconds}`);
    expect(() => guess("192.0.2.1", "too soon")).toThrow(
      expect.objectContaining({ code: "limits.sign_in", statusCode: 429, retryAfterSeconds: seconds }),
    );
    pass(seconds * 1_000);
  }
  pass(15 * 60_000);
  for (let index = 0; index < 20; index += 1) guess("192.0.2.1", `guess-${index}`);
});

it("guesses from many addresses do not lock out a key's owner, who may even mistype it", () => {
  const { guess, signIn } = start();
  for (let index = 0; index < 200; index += 1) guess(`198.51.100.${index}`, `guess-${index}`);
  guess("198.51.100.7", "a second one");
  expect(() => guess("198.51.100.7", "a third one")).toThrow(/198\.51\.100\.7/);
  guess("192.0.2.1", "mistyped");
  signIn("192.0.2.1");
});

it("a key in use at an attacker's address keeps working", () => {
  const { guess, signIn } = start();
  signIn("192.0.2.1");
  for (let index = 0; index < 21; index += 1) guess("192.0.2.1", `guess-${index}`);
  signIn("192.0.2.1");
  expect(() => signIn("192.0.2.1", "another")).toThrow(/try again in 1 s/);
});

it("concurrent guesses do not bypass the limit", () => {
  const { begin } = start();
  for (let index = 0; index < 100; index += 1) begin("192.0.2.1", `guess-${index}`);
  begin("192.0.2.1", "guess-0");
  expect(() => begin("192.0.2.1", "guess-100")).toThrow(/try again in 1 s/);
});

it.each([
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
])("maps %s to the network %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
