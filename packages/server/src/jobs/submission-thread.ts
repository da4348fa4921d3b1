import { parentPort } from "node:worker_threads";
import { MillraceError } from "../errors/millrace-error.js";
import { inputRows } from "./input-rows.js";
import { readSubmission } from "./prepare-submission.js";
import type { SubmissionRequest, SubmissionResponse } from "./submission-messages.js";

// Entry point of the thread that reads large submissions, one after another.

const port = parentPort;
if (port === null) throw new Error("submission-thread runs in a worker thread only.");

const answer = (response: SubmissionResponse, owned: ArrayBuffer[] = []) => port.postMessage(response, owned);

port.on("message", ({ bytes, isKeyed }: SubmissionRequest) => {
  try {
    const { prepared, inputs } = readSubmission(bytes, { isKeyed });
    answer({ type: "prepared", prepared, total: inputs.names.length, namesJson: JSON.stringify(inputs.names) });
    for (const rows of inputRows(inputs)) answer({ type: "rows", rows }, [rows.buffer]);
    answer({ type: "end" });
  } catch (error) {
    if (error instanceof MillraceError) answer({ type: "refused", code: error.code, message: error.message });
    else answer({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
