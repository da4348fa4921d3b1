import Type from "typebox";
import { inputSources, type InputOfType, type InputSourceType } from "./registry.js";

const sources = Object.values(inputSources);

/** The inputs of a job, by `type`. */
export type JobInput = InputOfType[InputSourceType];
export const JobInput = Type.Unsafe<JobInput>(Type.Union(sources.map(({ schema }) => schema)));

/** Sources that are reached in the same way share one schema. */
const accesses = new Map(
  sources
    .filter(({ isStored }) => !isStored)
    .map(({ schema }) => Type.Omit(schema, ["type", "sources"]))
    .map((access) => [JSON.stringify(access), access]),
);

type AccessOfType = {
  [Type in InputSourceType as (typeof inputSources)[Type]["isStored"] extends true ? never : Type]: Omit<
    InputOfType[Type],
    "type" | "sources"
  >;
};

/** The fields of an input that say how to reach its data, which a retry needs again where the data is not kept with the job. */
export type InputAccess = AccessOfType[keyof AccessOfType];
export const InputAccess = Type.Unsafe<InputAccess>(
  Type.Union([...accesses.values()], {
    description: "The fields of the submission's `input` that say how to reach the data, without `sources`.",
  }),
);
