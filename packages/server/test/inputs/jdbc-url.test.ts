import { expect, it } from "vitest";
import { ListingError } from "../../src/inputs/listed-input.js";
import { listRows } from "../../src/inputs/sources/jdbc/table-rows.js";
import { createOutbound } from "../../src/outbound/outbound.js";

it.each(["jdbc:postgresql://host/%E0", "jdbc:postgresql://host/%", "jdbc:postgresql://[/x"])(
  "says that %s is no address of a database",
  async (url) => {
    const access = { url, username: "reader", password: "secret", query: "SELECT 1" };
    const rows = listRows(access, createOutbound({ allowed: "" }), new AbortController().signal);
    const error: unknown = await rows.next().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ListingError);
    expect(error).toMatchObject({ failureCode: "jdbc.invalid_url", message: expect.stringContaining("input.url") });
  },
);
