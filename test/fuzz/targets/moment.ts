import { parseMoment } from "../../../packages/server/src/database/parse-moment.ts";
import { MillraceError } from "../../../packages/server/src/errors/millrace-error.ts";
import { holds, throwsOnly, type FuzzTarget } from "../target.ts";

/** A moment of a query: one that can be written again, or refused. */
export const target: FuzzTarget = {
  seeds: ["2026-03-04", "2026-03-04T05:06:07.890+00:00", "2026-03-04 05:06 0100", "2026-03-04T05:06Z"],
  dictionary: ["T", "Z", " ", "+", "-", ":", ".", "00", "99", "0000"],
  run(data) {
    const moment = throwsOnly([MillraceError], () => parseMoment(data.toString("utf8"), "startDate"));
    if (moment !== undefined)
      holds(parseMoment(moment.toISOString(), "startDate").getTime() === moment.getTime(), "it is the same moment");
  },
};
