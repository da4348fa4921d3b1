import { benchEndToEnd } from "../end-to-end/run.js";
import { defaultOptions } from "../engines/options.js";
import { benchEngines } from "../engines/run.js";
import type { ComparedSide } from "../engines/statistics.js";
import { benchS3Fetch } from "../s3-fetch/run.js";
import { workloads as s3Workloads } from "../s3-fetch/workload.js";
import type { Ratios } from "./compare-ratios.js";

/** A benchmark in its short form, of less than a minute: all sides in turn on the same machine, so that a slow one slows all of them. */
export type RatioSource = () => Promise<Ratios>;

const rounds = 3;

/** Every benchmark that has peers, by its name in `npm run bench`. */
export const ratioSources: Readonly<Record<string, RatioSource>> = {
  async "s3-fetch"() {
    const workloads = s3Workloads.map((workload) => ({
      ...workload,
      objectCount: Math.min(workload.objectCount, 2_000),
    }));
    const rows = await benchS3Fetch({ rounds, workloads: workloads.slice(0, 1) });
    const [ours, sdk, bare] = ["millrace", "@aws-sdk/client-s3", "undici, unsigned"].map((name) =>
      rows.find(({ client }) => client === name),
    );
    const cpuRatioTo = (other = ours) =>
      (other?.cpuMicrosecondsPerObject ?? NaN) / (ours?.cpuMicrosecondsPerObject ?? NaN);
    return named([
      ["S3 GET of 16 KiB, against the AWS SDK", ours?.ratioToSdk ?? NaN],
      ["S3 GET of 16 KiB, against undici without signatures", ours?.ratioToBare ?? NaN],
      ["CPU: S3 GET of 16 KiB, against the AWS SDK", cpuRatioTo(sdk)],
      ["CPU: S3 GET of 16 KiB, against undici without signatures", cpuRatioTo(bare)],
    ]);
  },
  async "end-to-end"() {
    const rows = await benchEndToEnd({ rounds: 1, inputCount: 1_000 });
    return named(
      rows
        .filter(({ side }) => side !== "millrace")
        .map(({ workload, side, millraceRatio }) => [`${workload}, against ${side}`, millraceRatio]),
    );
  },
  async engines() {
    const short = { rounds, inputs: 2_000, submissions: 30, largeJobInputs: 2_000, smallJobs: 20 };
    const { workloads, latencies } = await benchEngines({ ...defaultOptions, ...short });
    return named([
      ...workloads.flatMap(({ name, sides }) => {
        const [millrace, ...peers] = sides;
        return peers.flatMap((peer): [string, number][] => [
          [`${name}, against ${peer.side}`, peer.millraceRatio],
          [`CPU: ${name}, against ${peer.side}`, cpuOf(peer) / cpuOf(millrace)],
        ]);
      }),
      // How many times as long: turned around, so that more is better everywhere.
      ...latencies.flatMap(({ work, against }): [string, number][] =>
        against === undefined ? [] : [[`${work}, against ${against.name}`, 1 / against.ratio]],
      ),
    ]);
  },
};

/** Of all processes of a side; NaN where it cannot be read. */
function cpuOf(side: ComparedSide | undefined): number {
  const { cpu, clientCpu = NaN } = side ?? {};
  return cpu === undefined ? NaN : cpu.server + cpu.store + cpu.engine + clientCpu;
}

/** Without those that could not be measured. */
function named(ratios: readonly (readonly [string, number])[]): Ratios {
  return Object.fromEntries(ratios.filter(([, ratio]) => !Number.isNaN(ratio)));
}
