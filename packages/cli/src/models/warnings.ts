import { colors } from "../terminal/colors.js";
import { printNotice } from "../terminal/print.js";

/** Shows what looks like a mistake in a model.yaml, though the model runs. */
export function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) printNotice(`${colors.yellow("Warning:")} ${warning}`);
}
