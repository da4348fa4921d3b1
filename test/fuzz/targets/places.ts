import { MillraceError } from "../../../packages/client/src/errors.ts";
import { s3Folders, s3Objects } from "../../../packages/cli/src/jobs/places/s3.ts";
import { holds, throwsOnly, type FuzzTarget } from "../target.ts";

/** Places on the command line, a line each: as many inputs as there are places, each with bucket and key. */
export const target: FuzzTarget = {
  seeds: [
    "s3://bucket/folder/key\ns3://bucket/key",
    "s3://bucket\ns3://b/folder/",
    "s3://b//\ns3://b/__proto__\ns3://b/x/constructor",
  ],
  dictionary: ["s3://", "/", "\n", "__proto__", "constructor", " (2)", "//"],
  run(data) {
    const given = data.toString("utf8").split("\n");
    for (const kind of [s3Objects, s3Folders]) {
      const places = given.filter((place) => kind.accepts(place));
      const input = throwsOnly([MillraceError], () => kind.toInput(places, "file", {}));
      if (input === undefined || input instanceof Promise) continue;
      const sources = Object.values(
        (input as { sources: Record<string, Record<string, { bucket: string; key: string }>> }).sources,
      );
      holds(sources.length === places.length, "no place is lost");
      for (const { file } of sources)
        holds(
          file !== undefined && file.bucket !== "" && !file.bucket.includes("/") && file.key !== "",
          "it has bucket and key",
        );
    }
  },
};
