import Type, { type Static } from "typebox";

const Day = Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", description: "YYYY-MM-DD, UTC." });

/** A sum over a period, the same over the period before, and the change in whole percent (contract trap T22). */
const Comparison = Type.Object({ recent: Type.Integer(), previous: Type.Integer(), percentage: Type.Integer() });
const DailyValues = Type.Array(Type.Object({ date: Day, value: Type.Integer() }));

/** Bytes of inputs, by the day on which their job was submitted. */
export const DataProcessed = Type.Object({ dataProcessed: Comparison, recent: DailyValues });
export type DataProcessed = Static<typeof DataProcessed>;

/** Inputs with a result, by the day on which their job was submitted. */
export const PredictionsMade = Type.Object({ predictionsMade: Comparison, recent: DailyValues });
export type PredictionsMade = Static<typeof PredictionsMade>;

export const ActiveUser = Type.Object({
  ranking: Type.Integer(),
  userIdentifier: Type.String(),
  firstName: Type.String(),
  lastName: Type.String(),
  email: Type.String(),
  elapsedTime: Type.Integer({ description: "Milliseconds from submission to end, summed over their jobs." }),
  jobs: Type.Integer(),
});
export type ActiveUser = Static<typeof ActiveUser>;

export const ActiveModel = Type.Object({
  ranking: Type.Integer(),
  modelIdentifier: Type.String(),
  name: Type.String(),
  modelVersion: Type.String(),
  elapsedTime: Type.Integer({ description: "Milliseconds from submission to end, summed over its jobs." }),
  jobs: Type.Integer(),
});
export type ActiveModel = Static<typeof ActiveModel>;

/** A time series in the form of Prometheus: `[unix seconds, "value"]`. */
export const TimeSeries = Type.Object({
  data: Type.Object({
    resultType: Type.Literal("matrix"),
    result: Type.Array(
      Type.Object({
        metric: Type.Object({ name: Type.String() }),
        // Not a Tuple: OpenAPI 3.1 has another form for it than the schema that the server writes answers by.
        values: Type.Array(
          Type.Unsafe<[number, string]>(
            Type.Array(Type.Union([Type.Integer(), Type.String()]), {
              minItems: 2,
              maxItems: 2,
              description: "Seconds since 1970, and the value as text.",
            }),
          ),
        ),
      }),
    ),
  }),
});
export type TimeSeries = Static<typeof TimeSeries>;

/** Which jobs are counted. Default and least span: 7 days; of one date the other is derived. */
export const MetricsQuery = Type.Object({
  "begin-date": Type.Optional(Type.String()),
  "end-date": Type.Optional(Type.String()),
  "user-identifier": Type.Optional(Type.String()),
  "access-key": Type.Optional(Type.String()),
  "model-identifier": Type.Optional(Type.String()),
  "team-identifier": Type.Optional(Type.String()),
});
export type MetricsQuery = Static<typeof MetricsQuery>;
