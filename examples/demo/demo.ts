// npm run demo: everything embedded, two jobs over real files, results to see; leaves nothing behind.
import { setMaxListeners } from "node:events";
import pc from "picocolors";
import { parseOptions, usage, UsageError } from "./options.js";
import { runDemo } from "./run-demo.js";

/** A stop takes well under a second; after this long something hangs, and the person should not wait for it. */
const cleanUpLimitMs = 15_000;

// Amazon's advice about future Node versions is for its users; here it would break into the lines that are shown.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const stop = new AbortController();
// Every request listens to it, and many run at once.
setMaxListeners(0, stop.signal);
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) return;
    stop.abort(new Error("stopped"));
    setTimeout(() => process.exit(1), cleanUpLimitMs).unref();
  });
}

// Whoever reads the output has gone, as with `| head`.
process.stdout.on("error", (error) => stop.abort(error));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else await runDemo(options, { stream: process.stdout, colors: pc }, stop.signal);
} catch (error) {
  if (stop.signal.aborted) {
    console.error("\n  Stopped; nothing is left behind.");
    // What a shell reports for a program that Ctrl-C ended.
    process.exitCode = 130;
  } else {
    console.error(`\n  ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
