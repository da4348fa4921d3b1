import { MillraceError, type MillraceClient, type ModelVersion } from "@millrace/client";
import Table from "cli-table3";
import { type Command, Argument } from "commander";
import pc from "picocolors";
import { print, printNotice } from "../terminal/print.js";
import { printable, printableIn } from "../terminal/printable.js";
import { connect, withConnection, type ConnectionOptions } from "../jobs/connection.js";
import { initModel, templateKinds, type TemplateKind } from "./init.js";
import { printWarnings } from "./warnings.js";

/** `millrace models ...`: create, test, deploy and retire models. */
export function addModelCommands(program: Command): void {
  const models = program.command("models").description("Create, test, deploy and retire models");

  models
    .command("init")
    .description("Create a working model from a template")
    .addArgument(new Argument("<kind>", "what kind of model").choices(templateKinds))
    .argument("<folder>", "folder to create")
    .action(async (kind: TemplateKind, folder: string) => {
      const files = await initModel(kind, folder);
      print(files.map((file) => `  ${file}`).join("\n"));
      print(
        `Try it:    millrace models test ${printable(folder)}\nDeploy it: millrace models deploy ${printable(folder)}`,
      );
    });

  models
    .command("test")
    .description("Load a model locally, run its samples and compare the results")
    .argument("<folder>", "the folder with model.yaml")
    .action(async (folder: string) => {
      // Loads what can run models, which the other commands need not wait for.
      const { testModel } = await import("./test.js");
      await testModel(folder);
    });

  withConnection(models.command("deploy"))
    .description("Upload a model; the server loads it, runs its samples and activates it")
    .argument("<folder>", "the folder with model.yaml")
    .action(async (folder: string, options: ConnectionOptions) => {
      const client = connect(options);
      const { packModel } = await import("./pack.js");
      const archive = await packModel(folder);
      printNotice(`${archive.fileCount} files, ${(archive.bytes.byteLength / 1024).toFixed(0)} KiB packed`);
      printNotice("The server loads it and runs its samples ...");
      const { version, model, warnings } = printableIn(await client.models.deploy(archive.bytes));
      printWarnings(warnings);
      print(`${pc.green("Active:")} ${model.name} ${version} (${model.identifier})`);
    });

  withConnection(models.command("list"))
    .description("List models with their active versions")
    .action(async (options: ConnectionOptions) => print(await formatModels(connect(options))));

  for (const [name, status, description] of [
    ["activate", "active", "Activate a version: it accepts jobs"],
    ["deprecate", "deprecated", "Deprecate a version: it accepts jobs but is no longer the latest"],
    ["deactivate", "inactive", "Deactivate a version: it accepts no new jobs"],
  ] as const) {
    onOneVersion(models, name, description, async (client, model, version) => {
      print(formatVersion(await client.models.setStatus(model, version, status)));
    });
  }
  onOneVersion(models, "delete", "Delete an inactive version", async (client, model, version) => {
    await client.models.remove(model, version);
    print(`Deleted: ${printable(`${model}@${version}`)}`);
  });
}

function onOneVersion(
  models: Command,
  name: string,
  description: string,
  action: (client: MillraceClient, model: string, version: string) => Promise<void>,
): void {
  withConnection(models.command(name))
    .description(description)
    .argument("<model@version>", "for example ed542963de@1.0.1")
    .action(async (place: string, options: ConnectionOptions) => {
      const [model = "", version] = place.split("@");
      if (version === undefined)
        throw new MillraceError(`A version is required: found ${place}, expected for example ${place}@1.0.0.`);
      await action(connect(options), model, version);
    });
}

function formatVersion(given: ModelVersion): string {
  const { model, version, status } = printableIn(given);
  return `${model.name} ${version} (${model.identifier}): ${status}`;
}

async function formatModels(client: MillraceClient): Promise<string> {
  const table = new Table({
    head: ["model", "identifier", "active versions", "summary"],
    style: { head: ["bold"], border: ["gray"] },
  });
  for (const { name, identifier, activeVersions, description } of printableIn(await client.models.latest()))
    table.push([name, identifier, activeVersions.join(", "), description]);
  return table.toString();
}
