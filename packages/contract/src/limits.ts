import Type, { type Static } from "typebox";
import { WireDate } from "./wire-date.js";

const orNone = (largest: number, description: string, least = 0) =>
  Type.Optional(
    Type.Union([Type.Integer({ minimum: least, maximum: largest }), Type.Null()], {
      description: `${description}; null or missing: no limit.`,
    }),
  );

/** What an account, a team or an API key may use. */
export const Limits = Type.Object(
  {
    requestsPerSecond: orNone(1_000_000, "Requests a second to each API process", 1),
    burst: orNone(10_000_000, "Requests beyond that within 10 seconds, as many as requestsPerSecond by default"),
    inputsPerDay: orNone(1e12, "Inputs of jobs submitted in one day (UTC)"),
    bytesPerDay: orNone(1e15, "Bytes of inputs fetched and uploaded in one day (UTC)"),
    modelHoursPerMonth: Type.Optional(
      Type.Union([Type.Number({ minimum: 0, maximum: 1e9 }), Type.Null()], {
        description: "Hours that models run for it in one month (UTC); null or missing: no limit.",
      }),
    ),
    concurrentJobs: orNone(1_000_000, "Jobs that are submitted and have not ended"),
  },
  { additionalProperties: false },
);
export type Limits = Static<typeof Limits>;

/** Limits, and what has been used of them. */
export const LimitsWithUse = Type.Object({
  limits: Type.Object({
    requestsPerSecond: Type.Union([Type.Integer(), Type.Null()]),
    burst: Type.Union([Type.Integer(), Type.Null()]),
    inputsPerDay: Type.Union([Type.Integer(), Type.Null()]),
    bytesPerDay: Type.Union([Type.Integer(), Type.Null()]),
    modelHoursPerMonth: Type.Union([Type.Number(), Type.Null()]),
    concurrentJobs: Type.Union([Type.Integer(), Type.Null()]),
  }),
  use: Type.Object({
    inputsToday: Type.Integer(),
    bytesToday: Type.Integer(),
    modelHoursThisMonth: Type.Number(),
    concurrentJobs: Type.Integer(),
  }),
  dayResetsAt: WireDate,
  monthResetsAt: WireDate,
});
export type LimitsWithUse = Static<typeof LimitsWithUse>;
