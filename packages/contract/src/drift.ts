import Type, { type Static } from "typebox";
import { WireDate } from "./wire-date.js";

const Moment = Type.String({ description: "A date and time, such as 2026-03-04T05:00:00Z." });

/** Which periods are compared. By default the last 7 days with the 28 days before them. */
export const DriftQuery = Type.Object({
  from: Type.Optional(Moment),
  until: Type.Optional(Moment),
  baselineFrom: Type.Optional(Moment),
  baselineUntil: Type.Optional(Moment),
});
export type DriftQuery = Static<typeof DriftQuery>;

const Period = Type.Object({ from: WireDate, until: WireDate });

/** One distribution now and before, and how far they differ. */
export const FeatureDrift = Type.Object({
  feature: Type.String({
    description:
      'What was counted: "prediction", the predicted class; "characters" and "words" of texts; "bytes" and "pixels" of images; "column ..." of rows.',
  }),
  total: Type.Integer(),
  baselineTotal: Type.Integer(),
  chiSquared: Type.Number({ description: "Pearson's chi-squared, goodness of fit to the baseline." }),
  degreesOfFreedom: Type.Integer(),
  pValue: Type.Number({ description: "How probable such a difference, or a larger one, is by chance." }),
  error: Type.Number({ description: "1 - pValue." }),
  jensenShannonDistance: Type.Number({ description: "How large the difference is: from 0, the same, to 1." }),
  isReliable: Type.Boolean({ description: "Whether both periods have at least 50 inputs." }),
  bins: Type.Array(Type.Object({ bin: Type.String(), count: Type.Integer(), baselineCount: Type.Integer() }), {
    description: "A class, or the lower end of a range of numbers that goes up by half octaves.",
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
  inputs: Type.Array(FeatureDrift, { description: "The most different first." }),
  series: Type.Array(
    Type.Object({
      time: WireDate,
      total: Type.Integer(),
      chiSquared: Type.Number(),
      pValue: Type.Number(),
      jensenShannonDistance: Type.Number(),
      classes: Type.Record(Type.String(), Type.Integer()),
    }),
    {
      description:
        "Predictions by hour, or by day when the period is longer than two: each compared with the baseline.",
    },
  ),
});
export type Drift = Static<typeof Drift>;
