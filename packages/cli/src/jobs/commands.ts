import type { Command } from "commander";
import { addExplanationCommands } from "../explanations/commands.js";
import { addControlCommands } from "./control.js";
import { addDownloadCommand } from "./download/command.js";
import { addEventsCommand } from "./events.js";
import { addListCommand } from "./list.js";
import { addResultsCommand } from "./results.js";
import { addRetryCommand } from "./retry.js";
import { addSubmitCommand } from "./submit.js";
import { addWatchCommand } from "./watch.js";

/** `millrace jobs ...`: submit, follow and control jobs. */
export function addJobCommands(program: Command): void {
  const jobs = program.command("jobs").description("Submit, follow and control jobs");
  addSubmitCommand(jobs);
  addListCommand(jobs);
  addWatchCommand(jobs);
  addResultsCommand(jobs);
  addDownloadCommand(jobs);
  addControlCommands(jobs);
  addRetryCommand(jobs);
  addEventsCommand(jobs);
  addExplanationCommands(jobs);
}
