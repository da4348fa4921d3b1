import { ListingError } from "../../../packages/server/src/inputs/listed-input.ts";
import { destinationOfJdbc } from "../../../packages/server/src/inputs/sources/jdbc/jdbc-url.ts";
import { listRows } from "../../../packages/server/src/inputs/sources/jdbc/table-rows.ts";
import { createOutbound } from "../../../packages/server/src/outbound/outbound.ts";
import { holds, rejectsOnly, type FuzzTarget } from "../target.ts";

class Given extends Error {}
const aborted = AbortSignal.abort(new Given());
const outbound = createOutbound({ allowed: "" });

/** A JDBC URL that a submission may hold: it is refused with a sentence, or would be connected to. */
export const target: FuzzTarget = {
  seeds: [
    "jdbc:postgresql://db.example:5433/shop?sslmode=require",
    "jdbc:postgresql://[::1]/a%20b?ssl=true&user=x&password=y",
    "jdbc:postgresql://user:pass@h/d#x",
    "jdbc:postgresql://host/%E0",
  ],
  dictionary: ["jdbc:postgresql://", "%", "%2F", "%E0", "@", ":", "[", "]", "?sslmode=", "&ssl=true", "#", "/"],
  async run(data) {
    const url = data.toString("utf8");
    if (!url.startsWith("jdbc:postgresql://")) return;
    const place = destinationOfJdbc(url);
    holds(place === undefined || Number.isInteger(place.port), "a destination has a port");
    const access = { url, username: "reader", password: "secret", query: "SELECT 1" };
    await rejectsOnly([ListingError, Given], () => listRows(access, outbound, aborted).next());
  },
};
