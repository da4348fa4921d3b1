import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";

/** Three integers with dots, each of them an integer of a database. */
export const versionPattern = "^\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}$";

const closed = { additionalProperties: false } as const;
const text = Type.String();
const mediaType = Type.String({
  pattern: "^[\\x21-\\x7e][\\x20-\\x7e]{0,254}$",
  description: "a media type such as text/plain, at most 255 printable ASCII characters",
});
const optionalText = Type.Optional(text);
const size = { description: 'a size above 0 such as "1M" or "512Ki"' };
/** As a number in bytes. */
const Size = Type.Union(
  [
    Type.String({ pattern: "^(?=.*[1-9])\\d{1,12}(\\.\\d{1,9})?\\s*([KMGT]i?)?B?$", description: size.description }),
    Type.Integer({ minimum: 1 }),
  ],
  size,
);
const timeout = {
  description: 'a duration above 0 such as "20s" or "500ms", or a number of milliseconds from 1000',
};
/** As a number in milliseconds; a smaller one is likelier to be meant in seconds. */
const Timeout = Type.Union(
  [
    Type.String({ pattern: "^(?=.*[1-9])\\d{1,12}(\\.\\d{1,9})?(ms|s|m|h)$", description: timeout.description }),
    Type.Integer({ minimum: 1_000 }),
  ],
  timeout,
);
const Delay = Type.String({
  pattern: "^\\d{1,12}(\\.\\d{1,9})?(ms|s|m|h)$",
  description: 'a duration such as "20s" or "500ms"',
});

const Features = {
  adversarialDefense: Type.Optional(Type.Boolean()),
  retrainable: Type.Optional(Type.Boolean()),
  driftFormat: optionalText,
  maxBatchSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  maxBatchDelay: Type.Optional(Delay),
  resultsFormat: optionalText,
  explanationFormat: optionalText,
  explanationBackground: Type.Optional(
    Type.String({ minLength: 1, description: "a file in the folder of model.yaml" }),
  ),
  // Of older samples of 0.4 and of 0.3, instead of the formats.
  explainable: Type.Optional(Type.Boolean()),
  driftDetection: Type.Optional(Type.Boolean()),
};

/**
 * `model.yaml` without its nulls: specifications 0.3 and 0.4 of the Modzy container format, with `identifier`, `runner`,
 * `resources.network`, `resources.labels`, `features.maxBatchDelay` and `features.explanationBackground` besides.
 */
export const ManifestFile = Type.Object(
  {
    specification: Type.Optional(
      Type.Union([Type.Enum(["0.3", "0.4"]), Type.Enum([0.3, 0.4])], { description: '"0.3" or "0.4"' }),
    ),
    type: Type.Optional(text),
    identifier: Type.Optional(
      Type.String({ pattern: "^[a-z0-9]{10}$", description: "ten lower-case letters and digits" }),
    ),
    version: Type.String({
      pattern: versionPattern,
      description: "three integers separated by dots, at most nine digits each",
    }),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: "a string of 1 to 200 characters" })),
    author: optionalText,
    source: optionalText,
    description: Type.Optional(
      Type.Object(
        { summary: optionalText, details: optionalText, technical: optionalText, performance: optionalText },
        closed,
      ),
    ),
    releaseNotes: optionalText,
    tags: Type.Optional(Type.Array(text)),
    filters: Type.Optional(Type.Array(Type.Object({ type: optionalText, label: optionalText }))),
    metrics: Type.Optional(
      Type.Array(
        Type.Object(
          { label: optionalText, type: optionalText, value: Type.Optional(Type.Number()), description: optionalText },
          closed,
        ),
      ),
    ),
    inputs: Type.Record(
      Type.String(),
      Type.Object(
        {
          acceptedMediaTypes: Type.Array(mediaType, { minItems: 1, description: "a list of media types" }),
          maxSize: Size,
          description: optionalText,
        },
        closed,
      ),
      { minProperties: 1, description: "at least one data item by name" },
    ),
    outputs: Type.Record(Type.String(), Type.Object({ mediaType, maxSize: Size, description: optionalText }, closed), {
      minProperties: 1,
      description: "at least one output by name",
    }),
    resources: Type.Optional(
      Type.Object(
        {
          memory: Type.Optional(Type.Object({ size: Type.Optional(Size) }, closed)),
          cpu: Type.Optional(
            Type.Object({ count: Type.Optional(Type.Number({ minimum: 0, maximum: 4_096 })) }, closed),
          ),
          gpu: Type.Optional(
            Type.Object({ count: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_024 })) }, closed),
          ),
          network: Type.Optional(Type.Boolean()),
          labels: Type.Optional(
            Type.Array(Type.String({ pattern: "^[A-Za-z0-9_.-]+$", description: "letters, digits, _, . and -" })),
          ),
        },
        closed,
      ),
    ),
    // Which machine of the published platform runs it: `resources` says that here.
    requirement: Type.Optional(Type.Unknown()),
    timeout: Type.Optional(Type.Object({ status: Type.Optional(Timeout), run: Type.Optional(Timeout) }, closed)),
    internal: Type.Optional(
      Type.Object(
        {
          recommended: Type.Optional(Type.Boolean()),
          experimental: Type.Optional(Type.Boolean()),
          available: Type.Optional(Type.Boolean()),
          // What the version's status says here.
          active: Type.Optional(Type.Boolean()),
          // Where 0.3 has them; what else it says there is not known.
          features: Type.Optional(Type.Object(Features)),
        },
        closed,
      ),
    ),
    features: Type.Optional(Type.Object(Features, closed)),
    /** What belongs to the runner; checked by `runner-fault.ts`. */
    runner: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  closed,
);
export type ManifestFile = Static<typeof ManifestFile>;

export const manifestFile = Compile(ManifestFile);
