import { setTimeout as delay } from "node:timers/promises";
import { MillraceError, type KeyLimits, type MillraceClient, type NewAccessKey } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { colors } from "../terminal/colors.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { print, printJson, printNotice } from "../terminal/print.js";
import { printable } from "../terminal/printable.js";
import { printList } from "../terminal/table.js";
import { keyColumns } from "./format.js";
import { createLocalKey, type LocalKeyFlags } from "./local.js";
import { addUpdateCommand } from "./update.js";

interface NewKeyFlags extends ConnectionOptions, JsonOption, LocalKeyFlags {
  readonly description?: string;
  readonly roles?: string[];
  readonly user?: string;
  readonly team?: string;
  readonly project?: string;
  readonly expires?: string;
  readonly scopes?: string[];
  readonly models?: string[];
}

/** `millrace keys ...`: create, list, disable and rotate API keys; rotate the server's master key. */
export function addKeyCommands(program: Command): void {
  const keys = program.command("keys").description("Create, list, change, disable and rotate API keys");

  withExamples(
    withJson(withConnection(keys.command("create")))
      .description("Create an API key; prints it once")
      .argument("[name]", "what it is for")
      .option("--local", "create it on the server's own machine, without a server or a key, with full access")
      .option("--data <directory>", "with --local: the server's data directory (default: MILLRACE_DATA or ~/.millrace)")
      .option("--description <text>", "note about its purpose")
      .option("--roles <roles...>", "DATA_SCIENTIST (default), ACCOUNT_ADMIN, TEAM_ROLE, ...")
      .option("--user <identifier>", "whose it is (default: yours)")
      .option("--team <identifier>", "which team's it is (default: yours)")
      .option("--project <identifier>", "limit it to the jobs of a project")
      .option("--expires <date>", "when it stops working, for example 2027-01-31")
      .option("--scopes <scopes...>", "limit it to read, submit, models, manage")
      .option("--models <identifiers...>", "limit it to some models and their jobs")
      .action(async (name: string | undefined, flags: NewKeyFlags) => {
        if (flags.local === true) return createLocalKey(name, flags);
        if (name === undefined) throw new MillraceError("Say what the key is for: millrace keys create <name>.");
        const { url: _url, key: _key, profile: _profile, json: _json, local: _local, data: _data, ...rest } = flags;
        const { expires, scopes, ...fields } = rest;
        const created = await connect(flags).keys.create(name, {
          ...fields,
          ...(expires === undefined ? {} : { expiresAt: expires }),
          // The server says which there are.
          ...(scopes === undefined ? {} : { scopes: scopes as KeyLimits["scopes"] & object }),
        });
        showSecret(created, flags);
      }),
    "millrace keys create 'nightly import' --scopes submit read --expires 2099-01-31",
    "millrace keys create tests --models ed542963de --json",
    "millrace keys create --local",
  );

  withExamples(
    withJson(withConnection(keys.command("list")))
      .description("List the API keys of your account")
      .action(async (options: ConnectionOptions & JsonOption) => {
        await printList(await connect(options).keys.list(), keyColumns, options);
      }),
    "millrace keys list",
  );

  addUpdateCommand(keys);

  for (const [name, aliases, status, description] of [
    ["disable", ["revoke"], "Inactive", "Disable an API key; it stops working at once"],
    ["enable", [], "Active", "Enable a disabled API key"],
  ] as const)
    withExamples(
      withJson(withConnection(keys.command(name)))
        .aliases(aliases)
        .description(description)
        .argument("<prefix>", "the part of the key before the dot")
        .action(async (prefix: string, options: ConnectionOptions & JsonOption) => {
          const key = await connect(options).keys.update(prefix, { status });
          if (options.json === true) printJson(key);
          else printNotice(`${printable(key.prefix)} (${printable(key.name)}): ${printable(key.status)}`);
        }),
      `millrace keys ${name} <prefix>`,
    );

  withExamples(
    withJson(withConnection(keys.command("rotate")))
      .description("Give an API key another secret; prints it once")
      .argument("<prefix>", "the part of the key before the dot")
      .action(async (prefix: string, options: ConnectionOptions & JsonOption) =>
        showSecret(await connect(options).keys.rotate(prefix), options),
      ),
    "millrace keys rotate <prefix>",
  );

  withExamples(
    withJson(withConnection(keys.command("rotate-master")))
      .description("Rotate the master key that encrypts stored secrets, while the servers run")
      .action((options: ConnectionOptions & JsonOption) => rotateMaster(connect(options), options)),
    "millrace keys rotate-master",
  );
}

async function rotateMaster(client: MillraceClient, { json }: JsonOption): Promise<void> {
  let state = await client.keys.rotateMaster();
  const told = json === true ? printNotice : print;
  told(`Rotating from master key ${printable(state.retiringKeyId ?? "")} to ${printable(state.keyId)} ...`);
  while (state.retiringKeyId !== null) {
    await delay(1_000);
    state = await client.keys.masterKey();
  }
  told(
    `Every stored secret is under master key ${printable(state.keyId)}. If MILLRACE_MASTER_KEY_PREVIOUS is set, remove it.`,
  );
  if (json === true) printJson(state);
}

function showSecret(created: NewAccessKey, { json }: JsonOption): void {
  if (json === true) return printJson(created);
  print(colors.bold(printable(created.key)));
  printNotice("Shown once: keep it.");
}
