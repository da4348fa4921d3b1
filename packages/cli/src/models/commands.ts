import { MillraceError, type MillraceClient, type Model, type ModelVersion } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { colors } from "../terminal/colors.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { print, printJson, printNotice } from "../terminal/print.js";
import { printable, printableIn } from "../terminal/printable.js";
import { printList, type Column } from "../terminal/table.js";
import { addInitCommand } from "./init-command.js";
import { addShowCommand } from "./show.js";
import { printWarnings } from "./warnings.js";

/** `millrace models ...`: create, test, deploy and retire models. */
export function addModelCommands(program: Command): void {
  const models = program.command("models").description("Create, test, deploy, show and retire models");

  addInitCommand(models);

  withExamples(
    withJson(models.command("test"))
      .description("Load a model locally, run its samples and compare the results")
      .argument("<folder>", "the folder with model.yaml")
      .action(async (folder: string, options: JsonOption) => {
        // Loads what can run models, which the other commands need not wait for.
        const { testModel } = await import("./test.js");
        await testModel(folder, options);
      }),
    "millrace models test my-model",
  );

  withExamples(
    withJson(withConnection(models.command("deploy")))
      .description("Upload a model; the server loads it, runs its samples and activates it")
      .argument("<folder>", "the folder with model.yaml")
      .action(async (folder: string, options: ConnectionOptions & JsonOption) => {
        const client = connect(options);
        const { packModel } = await import("./pack.js");
        const archive = await packModel(folder);
        printNotice(`${archive.fileCount} files, ${(archive.bytes.byteLength / 1024).toFixed(0)} KiB packed`);
        printNotice("The server loads it and runs its samples ...");
        const deployed = await client.models.deploy(archive.bytes);
        const { version, model, warnings } = printableIn(deployed);
        printWarnings(warnings);
        if (options.json === true) printJson(deployed);
        else print(`${colors.green("Active:")} ${model.name} ${version} (${model.identifier})`);
      }),
    "millrace models deploy my-model",
  );

  withExamples(
    withJson(withConnection(models.command("list")))
      .description("List models with their active versions")
      .action(async (options: ConnectionOptions & JsonOption) => {
        await printList(await connect(options).models.latest(), modelColumns, { ...options, empty: "No models." });
      }),
    "millrace models list",
  );
  addShowCommand(models);

  for (const [name, status, description] of [
    ["activate", "active", "Activate a version: it accepts jobs"],
    ["deprecate", "deprecated", "Deprecate a version: it accepts jobs but is no longer the latest"],
    ["deactivate", "inactive", "Deactivate a version: it accepts no new jobs"],
  ] as const) {
    onOneVersion(models, name, description, async (client, model, version, { json }) => {
      const changed = await client.models.setStatus(model, version, status);
      if (json === true) printJson(changed);
      else print(formatVersion(changed));
    });
  }
  onOneVersion(models, "delete", "Delete an inactive version", async (client, model, version, { json }) => {
    await client.models.remove(model, version);
    if (json === true) printJson({ model, version, status: "deleted" });
    else print(`Deleted: ${printable(`${model}@${version}`)}`);
  });
}

function onOneVersion(
  models: Command,
  name: string,
  description: string,
  action: (client: MillraceClient, model: string, version: string, options: JsonOption) => Promise<void>,
): void {
  withExamples(
    withJson(withConnection(models.command(name)))
      .description(description)
      .argument("<model@version>", "for example ed542963de@1.0.1")
      .action(async (place: string, options: ConnectionOptions & JsonOption) => {
        const [model = "", version] = place.split("@");
        if (version === undefined)
          throw new MillraceError(`A version is required: found ${place}, expected for example ${place}@1.0.0.`);
        await action(connect(options), model, version, options);
      }),
    `millrace models ${name} <model@version>`,
  );
}

function formatVersion(given: ModelVersion): string {
  const { model, version, status } = printableIn(given);
  return `${model.name} ${version} (${model.identifier}): ${status}`;
}

const modelColumns: readonly Column<Model>[] = [
  { name: "model", text: ({ name }) => name },
  { name: "identifier", text: ({ identifier }) => identifier, isWhole: true },
  { name: "active versions", text: ({ activeVersions }) => activeVersions.join(", ") },
  { name: "summary", text: ({ description }) => description },
];
