import Type, { type Static } from "typebox";
import { WireDate } from "./wire-date.js";

const Moment = Type.String({ description: "A date and time, such as 2026-03-04T05:00:00Z." });

/**
 * Which periods are compared. By default the last 7 days with the 28 days before them. Inputs are counted by the hour: periods are widened to
 * whole hours, and the answer says what they became.
 */
export const DriftQuery = Type.Object({
  from: Type.Optional(Moment),
  until: Type.Optional(Moment),
  baselineFrom: Type.Optional(Moment),
  baselineUntil: Type.Optional(Moment),
});
export type DriftQuery = Static<typeof DriftQuery>;

const Period = Type.Object({ from: WireDate, until: WireDate }, { description: "Whole hours." });

const nullable = (schema: Type.TNumber, description: string) => Type.Union([schema, Type.Null()], { description });

const Test = {
  chiSquared: nullable(
    Type.Number(),
    "Null if nothing can be tested: a period is empty, or all bins but one have too few expected inputs.",
  ),
  degreesOfFreedom: Type.Integer(),
  pValue: nullable(
    Type.Number(),
    "Probability of a difference at least this large by chance; null if nothing can be tested.",
  ),
};

const jensenShannonDistance = nullable(
  Type.Number(),
  "Size of the difference, from 0 (identical) to 1; null if a period is empty.",
);

/** One distribution now and before, and how far they differ: Pearson's chi-squared test of homogeneity, as both are samples. */
export const FeatureDrift = Type.Object({
  feature: Type.String({
    description:
      'What was counted: "prediction", the predicted class; "characters" and "words" of texts; "bytes", "pixels", "brightness" and "contrast" of images; "column ..." of rows.',
  }),
  total: Type.Integer(),
  baselineTotal: Type.Integer(),
  ...Test,
  error: nullable(Type.Number(), "1 - pValue."),
  goodnessOfFit: Type.Object(Test, {
    description:
      "Pearson's chi-squared goodness of fit, with the baseline taken as exact. Use it only if the baseline is many times larger than the period; otherwise it mistakes chance for drift.",
  }),
  jensenShannonDistance,
  isReliable: Type.Boolean({
    description: "Whether both periods have at least 50 inputs, and enough in more than one bin to be tested.",
  }),
  bins: Type.Array(Type.Object({ bin: Type.String(), count: Type.Integer(), baselineCount: Type.Integer() }), {
    description:
      "A class, or the lower bound of a range of numbers. Ranges are half octaves wide; those of brightness 0.05, of contrast 0.025.",
  }),
});
export type FeatureDrift = Static<typeof FeatureDrift>;

/** What `GET /models/{model}/versions/{version}/drift` answers. */
export const Drift = Type.Object({
  modelIdentifier: Type.String(),
  modelVersion: Type.String(),
  period: Period,
  baseline: Period,
  prediction: FeatureDrift,
  inputs: Type.Array(FeatureDrift, { description: "Largest difference first." }),
  series: Type.Array(
    Type.Object({
      time: WireDate,
      total: Type.Integer(),
      chiSquared: Test.chiSquared,
      pValue: Test.pValue,
      jensenShannonDistance,
      classes: Type.Record(Type.String(), Type.Integer()),
    }),
    {
      description:
        "Predictions by hour, or by day if the period is longer than two days, each compared with the baseline.",
    },
  ),
});
export type Drift = Static<typeof Drift>;
