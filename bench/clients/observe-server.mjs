// Loaded into the server's process before Millrace: answers "look" and "collect" with what only the inside of a process knows, and writes
// a profile of the time from "profile" to { profileFile }.
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { getActiveResourcesInfo } from "node:process";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const resolutionMs = 10;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();

// Engines, which are processes started with the same parameters, have no channel to a benchmark.
if (process.send !== undefined && process.argv.includes("serve")) {
  const inspector = new Session();
  process.on("message", (question) => {
    if (question === "profile") {
      inspector.connect();
      inspector.post("Profiler.enable");
      inspector.post("Profiler.start");
    }
    if (question.profileFile !== undefined)
      inspector.post("Profiler.stop", (_error, { profile }) =>
        writeFileSync(question.profileFile, JSON.stringify(profile)),
      );
    if (question === "collect") {
      setFlagsFromString("--expose-gc");
      runInNewContext("gc")();
      delay.reset();
    }
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    process.send({
      memoryBytes: rss,
      heapBytes: heapUsed,
      cpuSeconds: (user + system) / 1e6,
      sockets: getActiveResourcesInfo().filter((type) => type === "TCPSocketWrap").length,
      // The pause itself is counted, too.
      delayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - resolutionMs),
      delayMaximumMs: Math.max(0, delay.max / 1e6 - resolutionMs),
    });
  });
  // The server ends by itself, and with the benchmark.
  process.channel.unref();
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
}
