import { readErrorResponse } from "../../../packages/client/src/http/error-response.ts";
import { parseRetryAfterMs } from "../../../packages/client/src/http/retry.ts";
import { jsonWords } from "../json-words.ts";
import { holds, type FuzzTarget } from "../target.ts";

/** The body of an error, of our server or of a proxy: there is always a sentence, and a pause that timers know. */
export const target: FuzzTarget = {
  seeds: [
    '{"statusCode":404,"code":"not_found","message":"There is no job.","requestId":"r"}',
    "<html>Bad Gateway</html>",
    "120",
    "Wed, 21 Oct 2015 07:28:00 GMT",
  ],
  dictionary: [...jsonWords, '"message":', '"code":', '"requestId":'],
  async run(data) {
    const { message, code } = await readErrorResponse(
      new Response(data, { status: 502 }),
      new AbortController().signal,
    );
    holds(message !== "" && typeof message === "string", "there is a sentence");
    holds(code === undefined || typeof code === "string", "a code is a text");
    const pauseMs = parseRetryAfterMs(data.toString("latin1"));
    holds(pauseMs === undefined || pauseMs === null || pauseMs >= 0, "a pause is not negative");
  },
};
