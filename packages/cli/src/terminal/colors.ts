import pc from "picocolors";

/** Colours for what is printed: `print` removes them where they do not belong, so whoever formats need not know where it goes. */
export const colors = pc.createColors(true);

/** Whether colours belong there: on a terminal that knows them, or by FORCE_COLOR; never where NO_COLOR is set (no-color.org). */
export function takesColors(stream: Pick<NodeJS.WriteStream, "isTTY">, environment = process.env): boolean {
  const { NO_COLOR, FORCE_COLOR } = environment;
  if (NO_COLOR) return false;
  return FORCE_COLOR ? FORCE_COLOR !== "0" : movesCursor(stream, environment);
}

/** Whether lines may be drawn over there: on a terminal that knows how, and wants escape codes at all. */
export function movesCursor(
  stream: Pick<NodeJS.WriteStream, "isTTY">,
  { NO_COLOR, TERM }: NodeJS.ProcessEnv = process.env,
): boolean {
  return stream.isTTY && !NO_COLOR && TERM !== "dumb";
}
