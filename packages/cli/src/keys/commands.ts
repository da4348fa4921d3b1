import { setTimeout as delay } from "node:timers/promises";
import {
  MillraceError,
  type AccessKey,
  type KeyLimits,
  type MillraceClient,
  type NewAccessKey,
} from "@millrace/client";
import Table from "cli-table3";
import type { Command } from "commander";
import pc from "picocolors";
import { print } from "../terminal/print.js";
import { printable, printableIn } from "../terminal/printable.js";
import { createLocalKey, type LocalKeyFlags } from "./local.js";
import { connect, withConnection, type ConnectionOptions } from "../jobs/connection.js";

interface NewKeyFlags extends ConnectionOptions, LocalKeyFlags {
  readonly description?: string;
  readonly roles?: string[];
  readonly project?: string;
  readonly expires?: string;
  readonly scopes?: string[];
  readonly models?: string[];
}

/** `millrace keys ...`: create, list, disable and rotate API keys; rotate the server's master key. */
export function addKeyCommands(program: Command): void {
  const keys = program.command("keys").description("Create, list, disable and rotate API keys");

  withConnection(keys.command("create"))
    .description("Create an API key; prints it once")
    .argument("[name]", "what it is for")
    .option("--local", "create it on the server's own machine, without a server or a key, with full access")
    .option("--data <directory>", "with --local: the server's data directory (default: MILLRACE_DATA or ~/.millrace)")
    .option("--description <text>", "note about its purpose")
    .option("--roles <roles...>", "DATA_SCIENTIST (default), ACCOUNT_ADMIN, TEAM_ROLE, ...")
    .option("--project <identifier>", "limit it to the jobs of a project")
    .option("--expires <date>", "when it stops working, for example 2027-01-31")
    .option("--scopes <scopes...>", "limit it to read, submit, models, manage")
    .option("--models <identifiers...>", "limit it to some models and their jobs")
    .action(async (name: string | undefined, flags: NewKeyFlags) => {
      if (flags.local === true) return createLocalKey(name, flags);
      if (name === undefined) throw new MillraceError("Say what the key is for: millrace keys create <name>.");
      const { url: _url, key: _key, local: _local, data: _data, expires, scopes, ...fields } = flags;
      const created = await connect(flags).keys.create(name, {
        ...fields,
        ...(expires === undefined ? {} : { expiresAt: expires }),
        // The server says which there are.
        ...(scopes === undefined ? {} : { scopes: scopes as KeyLimits["scopes"] & object }),
      });
      showSecret(created);
    });

  withConnection(keys.command("list"))
    .description("List the API keys of your account")
    .action(async (options: ConnectionOptions) => print(formatKeys(await connect(options).keys.list())));

  withConnection(keys.command("disable"))
    .description("Disable an API key; it stops working at once")
    .argument("<prefix>", "the part of the key before the dot")
    .action(async (prefix: string, options: ConnectionOptions) => {
      await connect(options).keys.update(prefix, { status: "Inactive" });
    });

  withConnection(keys.command("rotate"))
    .description("Give an API key another secret; prints it once")
    .argument("<prefix>", "the part of the key before the dot")
    .action(async (prefix: string, options: ConnectionOptions) =>
      showSecret(await connect(options).keys.rotate(prefix)),
    );

  withConnection(keys.command("rotate-master"))
    .description("Rotate the master key that encrypts stored secrets, while the servers run")
    .action((options: ConnectionOptions) => rotateMaster(connect(options)));
}

async function rotateMaster(client: MillraceClient): Promise<void> {
  let state = await client.keys.rotateMaster();
  print(`Rotating from master key ${printable(state.retiringKeyId ?? "")} to ${printable(state.keyId)} ...`);
  while (state.retiringKeyId !== null) {
    await delay(1_000);
    state = await client.keys.masterKey();
  }
  print(
    `Every stored secret is under master key ${printable(state.keyId)}. If MILLRACE_MASTER_KEY_PREVIOUS is set, remove it.`,
  );
}

function showSecret({ key }: NewAccessKey): void {
  print(`${pc.bold(printable(key))}   (shown once: keep it)`);
}

function formatKeys(keys: readonly AccessKey[]): string {
  const table = new Table({
    head: ["prefix", "name", "roles", "limits", "last used", "expires", "status"],
    style: { head: ["bold"], border: ["gray"] },
  });
  for (const { prefix, name, roles, scopes, models, lastUsedAt, expiresAt, status } of printableIn(keys)) {
    const limits = [...(scopes ?? []), ...(models ?? [])].join("\n");
    table.push([prefix, name, roles.join("\n"), limits, lastUsedAt ?? "never", expiresAt ?? "never", status]);
  }
  return table.toString();
}
