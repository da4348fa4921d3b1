import Type from "typebox";
import type { Given, Settings } from "./settings.js";

const hours = { pattern: "^\\d{1,5}$", expected: "a whole number of hours from 0 to 99999" } as const;

export const retentionVariables = {
  MILLRACE_DELETE_INPUTS_AFTER_HOURS: Type.Optional(
    Type.String({
      ...hours,
      description:
        "Hours after a job ends until its uploaded texts and files are deleted; 0 deletes them immediately. Default: 24.",
    }),
  ),
  MILLRACE_DELETE_RESULTS_AFTER_HOURS: Type.Optional(
    Type.String({
      ...hours,
      description: "Hours after a job ends until its results are deleted; 0 keeps them. Default: 0.",
    }),
  ),
  MILLRACE_AUDIT_DAYS: Type.Optional(
    Type.String({
      pattern: "^([3-9]\\d|[1-9]\\d{2,4})$",
      expected: "a whole number of days from 30 to 99999",
      description: "Days to keep entries of the audit log, at least 30. Default: 365.",
    }),
  ),
};

/** How long data is kept. */
export interface RetentionConfiguration {
  /** Hours after a job ends until its texts and files are deleted, unless the submission says otherwise. */
  readonly hoursDeleteInput: number;
  /** Hours after a job ends until its results are deleted; 0 keeps them. */
  readonly hoursDeleteResults: number;
  /** Days that entries of the audit log are kept, at least 30. */
  readonly auditDays: number;
}

export function retentionConfiguration(
  given: Given<RetentionConfiguration>,
  settings: Settings<typeof retentionVariables>,
): RetentionConfiguration {
  return {
    hoursDeleteInput: given.hoursDeleteInput ?? Number(settings.MILLRACE_DELETE_INPUTS_AFTER_HOURS ?? 24),
    hoursDeleteResults: given.hoursDeleteResults ?? Number(settings.MILLRACE_DELETE_RESULTS_AFTER_HOURS ?? 0),
    auditDays: given.auditDays ?? Number(settings.MILLRACE_AUDIT_DAYS ?? 365),
  };
}
