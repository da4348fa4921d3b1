import { findIsolation } from "@millrace/runners";

const isolation = await findIsolation();
if (!isolation.isIsolated) {
  if (process.env["MILLRACE_TEST_ISOLATION"] === "required") throw new Error(isolation.reason);
  console.log(`The isolation of models is not tested: ${isolation.reason}`);
}

/** Whether this machine truly cannot put models into sandboxes: then their attacks have nothing to be stopped by. */
export const cannotIsolate = !isolation.isIsolated;
