import type { Command } from "commander";
import { withAwsOptions, type AwsOptions } from "../aws/options.js";
import { withConnection, type ConnectionOptions } from "../connection/connection.js";
import { colors } from "../terminal/colors.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { print, printJson } from "../terminal/print.js";
import { printable } from "../terminal/printable.js";
import { checkConnection } from "./check-connection.js";
import { checkMachine } from "./check-machine.js";
import { checkS3 } from "./check-s3.js";
import type { Finding } from "./finding.js";

interface DoctorOptions extends ConnectionOptions, AwsOptions, JsonOption {
  readonly bucket?: string;
  readonly data?: string;
  readonly local: boolean;
}

/** `millrace doctor`: what works, what does not, and how to mend it. */
export function addDoctorCommand(program: Command): void {
  withExamples(
    withAwsOptions(withJson(withConnection(program.command("doctor"))))
      .description("Check server, key, S3 and what a server on this machine needs; exits with 1 if something fails")
      .option("--bucket <place>", "a bucket or folder to read, such as s3://bucket/folder/")
      .option(
        "--data <directory>",
        "data directory of a server on this machine (default: MILLRACE_DATA or ~/.millrace)",
      )
      .option("--no-local", "leave out what only a server on this machine needs")
      .action(async (options: DoctorOptions) => {
        for await (const finding of findAll(options)) {
          if (finding.status === "failed") process.exitCode = 1;
          if (options.json === true) printJson(finding);
          else print(format(finding));
        }
      }),
    "millrace doctor",
    "millrace doctor --no-local --json",
    "millrace doctor --bucket s3://some-bucket/reviews/",
  );
}

async function* findAll({ bucket, data, local, ...options }: DoctorOptions): AsyncGenerator<Finding> {
  yield checkMachine();
  yield* checkConnection(options);
  yield await checkS3(options, bucket);
  if (!local) return;
  // Only this needs the server.
  const { checkSetup } = await import("@millrace/server");
  yield* checkSetup(data === undefined ? {} : { dataDirectory: data });
}

const marks = { ok: colors.green("ok     "), warning: colors.yellow("warning"), failed: colors.red("failed ") };

function format({ subject, status, message }: Finding): string {
  return `${marks[status]}  ${colors.bold(printable(subject))}  ${printable(message)}`;
}
