import { MillraceError } from "../../../packages/client/src/errors.ts";
import { isPattern, literal, parsePattern } from "../../../packages/cli/src/jobs/places/pattern.ts";
import { parseS3Address, s3Folders, s3Objects } from "../../../packages/cli/src/jobs/places/s3.ts";
import { holds, throwsOnly, type FuzzTarget } from "../target.ts";

/** Places on the command line, a line each: every one has a bucket and a key, and wildcards match only below their folder. */
export const target: FuzzTarget = {
  seeds: [
    "s3://bucket/folder/key\ns3://bucket/key",
    "s3://bucket\ns3://b/folder/",
    "s3://b//\ns3://b/__proto__\ns3://b/x/constructor",
    "s3://b/photos (2)/**/*.{jpg,png}\ns3://b/[a-c]?/\\*",
  ],
  dictionary: [
    "s3://",
    "/",
    "\n",
    "__proto__",
    "constructor",
    " (2)",
    "//",
    "*",
    "**",
    "?",
    "[",
    "]",
    "{",
    ",",
    "}",
    "\\",
  ],
  run(data) {
    for (const place of data.toString("utf8").split("\n")) {
      const kinds = [s3Objects, s3Folders].filter((kind) => kind.accepts(place));
      holds(kinds.length === (place.startsWith("s3://") ? 1 : 0), "it is of one kind");
      const address = throwsOnly([MillraceError], () => parseS3Address(place));
      if (address === undefined) continue;
      holds(address.bucket !== "" && !address.bucket.includes("/"), "it has a bucket");
      if (!isPattern(address.key)) continue;
      const { folder, matches } = parsePattern(address.key);
      holds(folder === "" || folder.endsWith("/"), "wildcards lie in a folder");
      holds(!matches(`elsewhere/${literal(folder)}x`) || folder === "", "only what lies in the folder matches");
    }
  },
};
