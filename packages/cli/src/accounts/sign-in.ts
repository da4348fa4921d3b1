import { MillraceClient, MillraceError } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { checkProfileName, configFile, defaultProfile, readProfiles, writeProfiles } from "../connection/profiles.js";
import { ask, askHidden, canAsk, readStandardInput } from "../terminal/ask.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { print, printJson, printNotice } from "../terminal/print.js";
import { printable } from "../terminal/printable.js";
import { findSelf } from "./self.js";

interface LoginOptions extends JsonOption {
  readonly url?: string;
  readonly profile?: string;
  readonly withKey?: boolean;
}

interface LogoutOptions extends JsonOption {
  readonly profile?: string;
  readonly all?: boolean;
}

const defaultUrl = "http://127.0.0.1:8080";

/** `millrace login`, `logout` and `whoami`: profiles, each with a server and an API key. */
export function addSignInCommands(program: Command): void {
  withExamples(
    withJson(program.command("login"))
      .description("Keep a server's address and an API key in a profile, for commands on this machine")
      .option("--url <address>", `server URL (default: MILLRACE_URL or ${defaultUrl})`)
      .option("--profile <name>", "what the profile is called (default: MILLRACE_PROFILE or default)")
      .option("--with-key", "read the API key from the standard input")
      .action(login),
    'echo "$MILLRACE_API_KEY" | millrace login --with-key',
    'echo "$MILLRACE_API_KEY" | millrace login --with-key --profile production --url $MILLRACE_URL',
  );

  withExamples(
    withJson(program.command("logout"))
      .description("Delete a profile; its key still works for whoever has it: see millrace keys disable")
      .option("--profile <name>", "which profile (default: MILLRACE_PROFILE or default)")
      .option("--all", "all profiles")
      .action(logout),
    "millrace logout --profile production",
  );

  withExamples(
    withJson(withConnection(program.command("whoami")))
      .description("Show which server, key, user and account commands use")
      .action(async (options: ConnectionOptions & JsonOption) => {
        const self = await findSelf(connect(options), options);
        if (options.json === true) return printJson(self);
        const lines = [
          ["Server", self.url],
          ["Key", `${self.prefix} (${self.keyName}), from ${self.source}`],
          ["Roles", [...self.roles, ...(self.scopes ?? []).map((scope) => `only ${scope}`)].join(", ")],
          ["Expires", self.expiresAt ?? "never"],
          ["User", `${self.email} (${self.user})`],
          ["Account", `${self.accountName} (${self.account})`],
        ];
        for (const [name = "", value = ""] of lines) print(`${name.padEnd(9)}${printable(value)}`);
      }),
    "millrace whoami",
    "millrace whoami --json",
  );
}

async function login({ url, profile, withKey, json }: LoginOptions): Promise<void> {
  const name = profileName(profile);
  const asksUrl = url === undefined && withKey !== true && canAsk();
  const proposed = url ?? (process.env["MILLRACE_URL"] || readProfiles().get(name)?.url || defaultUrl);
  const address = asksUrl ? await ask(`Server (${proposed}): `, proposed) : proposed;
  const apiKey = withKey === true ? await readStandardInput() : await askHidden("API key: ");
  const client = new MillraceClient({ baseUrl: address, apiKey });
  // A key that may not read models is no use here either.
  await client.models.list({ pageSize: 1 }).next();
  writeProfiles(new Map(readProfiles()).set(name, { url: address, apiKey }));
  const prefix = apiKey.slice(0, apiKey.indexOf("."));
  if (json === true) printJson({ profile: name, url: address, accessKey: prefix, file: configFile() });
  else print(`Profile ${name}: key ${printable(prefix)} for ${printable(address)}, in ${printable(configFile())}`);
  warnOfVariable();
}

function logout({ profile, all, json }: LogoutOptions): void {
  const profiles = new Map(readProfiles());
  const removed = all === true ? [...profiles.keys()] : [profileName(profile)];
  for (const name of removed)
    if (!profiles.delete(name))
      throw new MillraceError(`There is no profile ${name}: ${listOf([...profiles.keys()])} in ${configFile()}.`);
  writeProfiles(profiles);
  if (json === true) printJson({ removed });
  else print(removed.length === 0 ? "There are no profiles." : `Deleted: ${printable(removed.join(", "))}`);
}

/** It wins over every profile that is not named. */
function warnOfVariable(): void {
  if (process.env["MILLRACE_API_KEY"])
    printNotice("MILLRACE_API_KEY is set and wins over profiles: unset it, or pass --profile.");
}

function profileName(given: string | undefined): string {
  return checkProfileName(given ?? (process.env["MILLRACE_PROFILE"] || defaultProfile));
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? "there are none" : `there are ${names.join(", ")}`;
}
