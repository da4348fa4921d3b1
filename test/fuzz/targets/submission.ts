import { parseSubmission } from "../../../packages/server/src/jobs/parse-submission.ts";
import { MillraceError } from "../../../packages/server/src/errors/millrace-error.ts";
import { jsonWords, parseOrUndefined } from "../json-words.ts";
import { holds, throwsOnly, type FuzzTarget } from "../target.ts";

const submission = (input: unknown, more: object = {}) =>
  JSON.stringify({ model: { identifier: "abcdefghij", version: "1.0.0" }, input, ...more });

/** The body of a submission: accepted, with names that can be part of addresses, or refused with a sentence. */
export const target: FuzzTarget = {
  seeds: [
    submission(
      { type: "text", sources: { one: { "input.txt": "hello" } } },
      { explain: "TRUE", timeout: "60000", priority: 3 },
    ),
    submission(
      { type: "embedded", sources: { one: { file: "data:,a" } } },
      { explanation: { method: "lime", samples: 100, seed: 1 } },
    ),
    submission({
      type: "aws-s3",
      accessKeyID: "a",
      secretAccessKey: "b",
      region: "r",
      sources: { one: { file: { bucket: "b", key: "k" } } },
    }),
    submission(
      { type: "aws-s3-folder", sources: { one: { file: { bucket: "b", key: "k/" } } } },
      { hoursDeleteInput: 1, hoursDeleteResults: 2 },
    ),
    submission({
      type: "storage-grid",
      endpoint: "http://h:1/",
      accessKey: "a",
      secretKey: "b",
      sources: { one: { f: { bucket: "b", key: "k" } } },
    }),
    submission({
      type: "azureblob",
      storageAccount: "a",
      storageAccountKey: "YQ==",
      sources: { one: { f: { container: "c", filePath: "f" } } },
    }),
    submission({
      type: "jdbc",
      url: "jdbc:postgresql://h/d",
      username: "u",
      password: "p",
      query: "SELECT 1",
      sources: {},
    }),
    submission(null, { errorThreshold: { count: 1, share: 0.5 } }),
  ],
  dictionary: [
    ...jsonWords,
    '"sources":',
    '"type":',
    '"key":"',
    '"bucket":"',
    '"explain":',
    '"timeout":',
    "http://",
    "/",
    "..",
    "'",
  ],
  run(data) {
    const body = parseOrUndefined(data.toString("utf8"));
    const parsed = throwsOnly([MillraceError], () => parseSubmission(body));
    if (parsed === undefined) return;
    const { timeoutMs, input } = parsed;
    holds(timeoutMs === null || (timeoutMs > 0 && timeoutMs <= 2 ** 31), "a time limit is one that timers know");
    const { sources = {} } = (input ?? {}) as { sources?: object };
    if (input?.type === "jdbc") return;
    for (const name of Object.keys(sources))
      holds(!/^\.{0,2}$|\p{Cc}/u.test(name) && name.isWellFormed() && name !== "__proto__", "names fit addresses");
  },
};
