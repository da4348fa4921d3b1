import { expect, test } from "vitest";
import { systemCallFilter } from "./system-call-filter.js";

/** Runs a filter as the kernel does. @returns 0 for a call that it lets through, or the number of the error. */
function answer(processor: string, audit: number, number: number, firstArgument = 0): number {
  const filter = systemCallFilter(processor) as Buffer;
  const call = new Map([
    [0, number],
    [4, audit],
    [16, firstArgument],
  ]);
  let held = 0;
  for (let at = 0; at * 8 < filter.length; at += 1) {
    const code = filter.readUInt16LE(at * 8);
    const value = filter.readUInt32LE(at * 8 + 4);
    const skip = (isTrue: boolean) => (at += filter.readUInt8(at * 8 + (isTrue ? 2 : 3)));
    if (code === 0x20) held = call.get(value) ?? 0;
    else if (code === 0x15) skip(held === value);
    else if (code === 0x35) skip(held >= value);
    else if (code === 0x45) skip((held & value) !== 0);
    else return value === 0x7fff0000 ? 0 : value & 0xffff;
  }
  throw new Error("The filter has no end.");
}

const [x64, arm64] = [0xc000003e, 0xc00000b7];
const newUser = 0x10000000;

test.each([
  ["read", "x64", x64, 0, 0, 0],
  ["clone, for a thread", "x64", x64, 56, 0x3d0f00, 0],
  ["clone, with a user namespace", "x64", x64, 56, newUser | 17, 1],
  ["unshare", "x64", x64, 272, newUser, 1],
  ["mount", "x64", x64, 165, 0, 1],
  ["memfd_create", "x64", x64, 319, 0, 38],
  ["clone3", "x64", x64, 435, 0, 38],
  ["a call of x32", "x64", x64, 0x40000000 + 319, 0, 38],
  ["a call of i386", "x64", 0x40000003, 356, 0, 38],
  ["read", "arm64", arm64, 63, 0, 0],
  ["clone, with a user namespace", "arm64", arm64, 220, newUser, 1],
  ["memfd_create", "arm64", arm64, 279, 0, 38],
])("%s on %s", (_name, processor, audit, number, argument, expected) => {
  expect(answer(processor, audit, number, argument)).toBe(expected);
});

test("there is none for other processors", () => {
  expect(systemCallFilter("riscv64")).toBeUndefined();
});
