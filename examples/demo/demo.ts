// npm run demo: starts everything embedded, runs two jobs over real files, shows the results and cleans up.
import { setMaxListeners } from "node:events";
import pc from "picocolors";
import { parseOptions, usage, UsageError } from "./options.js";
import { runDemo } from "./run-demo.js";

/** Stopping takes well under a second. After this long something hangs, and the user should not have to wait. */
const cleanUpLimitMs = 15_000;

// Amazon's warning about future Node versions would disrupt the output.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const stop = new AbortController();
// Every request adds a listener, and many run at once.
setMaxListeners(0, stop.signal);
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) return;
    stop.abort(new Error("stopped"));
    setTimeout(() => process.exit(1), cleanUpLimitMs).unref();
  });
}

// The reader closed the pipe, as with `| head`.
process.stdout.on("error", (error) => stop.abort(error));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else await runDemo(options, { stream: process.stdout, colors: pc }, stop.signal);
} catch (error) {
  if (stop.signal.aborted) {
    console.error("\n  Stopped and cleaned up.");
    // The exit code that a shell reports after Ctrl-C.
    process.exitCode = 130;
  } else {
    console.error(`\n  ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
