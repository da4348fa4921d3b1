import type { MillraceClient, ModelVersion } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { colors } from "../terminal/colors.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { print, printJson } from "../terminal/print.js";
import { printableIn, printableLines } from "../terminal/printable.js";

/** `millrace models show`. */
export function addShowCommand(models: Command): void {
  withExamples(
    withJson(withConnection(models.command("show")))
      .description("Show what a model takes, what it answers, its versions and its measured quality")
      .argument("<model>", "identifier or identifier@version (default: the latest version)")
      .action(async (model: string, options: ConnectionOptions & JsonOption) => {
        const client = connect(options);
        const version = await findVersion(client, model);
        if (options.json === true) return printJson(version);
        const { activeVersions } = version.model;
        const versions = await client.models.versions(version.model);
        print(
          format(
            version,
            versions.map((one) => (activeVersions.includes(one) ? one : `${one} (inactive)`)),
          ),
        );
      }),
    "millrace models show ed542963de",
    "millrace models show ed542963de@0.0.27 --json",
  );
}

async function findVersion(client: MillraceClient, model: string): Promise<ModelVersion> {
  const [identifier = "", given] = model.split("@");
  const version = given ?? (await client.models.get(identifier)).latestVersion;
  return client.models.version(identifier, version);
}

function format(given: ModelVersion, versions: readonly string[]): string {
  const { model, version, status, longDescription, inputs, outputs, statistics, features, timeout } =
    printableIn(given);
  const description = given.model.description || given.model.longDescription;
  return [
    `${colors.bold(model.name)}  ${model.identifier}@${version}  ${status}`,
    ...(description === "" ? [] : [printableLines(description)]),
    ...(longDescription === "" || longDescription === description ? [] : [printableLines(given.longDescription)]),
    ...section(
      "Takes",
      inputs.map((one) => [one.name, `${one.acceptedMediaTypes}, up to ${formatBytes(one.maximumSize)}`]),
    ),
    ...section(
      "Answers",
      outputs.map((one) => [one.name, one.mediaType]),
    ),
    ...section(
      "Explains",
      features.flatMap(({ name, explanation }) =>
        explanation === undefined ? [] : [[name, explanation.methods.join(", ") || explanation.format] as const],
      ),
    ),
    ...section(
      "Measured",
      statistics.map((one) => [one.label, String(one.value)]),
    ),
    ...section("Limits", [["run", `${timeout.run / 1_000} s`]]),
    ...section("Versions", [[printableIn(versions).join(", "), ""]]),
    "",
    `Run it: millrace jobs submit ${model.identifier} <files or s3://bucket/folder/>`,
  ].join("\n");
}

function section(title: string, lines: readonly (readonly [string, string])[]): string[] {
  if (lines.length === 0) return [];
  const longest = Math.max(...lines.map(([name]) => name.length));
  return ["", colors.bold(title), ...lines.map(([name, text]) => `  ${name.padEnd(longest)}  ${text}`.trimEnd())];
}

function formatBytes(bytes: number): string {
  if (bytes >= 2 ** 20) return `${Number((bytes / 2 ** 20).toFixed(1))} MiB`;
  return bytes >= 1_024 ? `${Number((bytes / 1_024).toFixed(1))} KiB` : `${bytes} bytes`;
}
