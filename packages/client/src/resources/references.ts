import type { Job } from "../job.js";

/** A model's identifier, or any object that has it. */
export type ModelReference = string | { readonly identifier: string } | { readonly modelId: string };

/** A job, or its identifier. */
export type JobReference = string | Pick<Job, "jobIdentifier">;

/** The identifier of a job or a reference to one. */
export function jobIdentifier(job: JobReference): string {
  return typeof job === "string" ? job : job.jobIdentifier;
}

/** The identifier of a model or a reference to one. */
export function modelIdentifier(model: ModelReference): string {
  if (typeof model === "string") return model;
  return "identifier" in model ? model.identifier : model.modelId;
}
