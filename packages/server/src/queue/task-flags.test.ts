import { expect, it } from "vitest";
import { accountFlag, chunkFlags, readFlags } from "./task-flags.js";

it("reads flags in any order; those of an earlier release have no account", () => {
  const flags = chunkFlags("acme", "ed542963de/1.0.0");
  for (const order of [flags, flags.toReversed()])
    expect(readFlags(Object.fromEntries(order.map((flag) => [flag, true])))).toEqual({
      versionKey: "ed542963de/1.0.0",
      account: accountFlag("acme"),
      accountVersion: "@acme ed542963de/1.0.0",
    });
  expect(readFlags({ "ed542963de/1.0.0": true })).toMatchObject({ versionKey: "ed542963de/1.0.0", account: "" });
  expect(readFlags(null)).toMatchObject({ versionKey: "", account: "" });
});
