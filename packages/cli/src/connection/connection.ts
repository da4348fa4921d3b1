import { MillraceClient, MillraceError } from "@millrace/client";
import type { Command } from "commander";
import { checkProfileName, configFile, defaultProfile, readProfiles, type Profile } from "./profiles.js";

/** Where the server is, as every command that talks to one takes it. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly key?: string;
  readonly profile?: string;
}

/** A server, and where its address and key come from. */
export interface Connection extends Profile {
  /** "--key", "MILLRACE_API_KEY" or "profile default". */
  readonly source: string;
}

const defaultUrl = "http://127.0.0.1:8080";

/** Adds the options that say which server is meant. */
export function withConnection(command: Command): Command {
  return command
    .option("--url <address>", `server URL (default: MILLRACE_URL, the profile's, or ${defaultUrl})`)
    .option("--key <prefix.secret>", "API key (default: MILLRACE_API_KEY, or the profile's)")
    .option("--profile <name>", "profile of millrace login (default: MILLRACE_PROFILE or default)");
}

/** @throws MillraceError with one sentence when there is no key. */
export function connect(options: ConnectionOptions, environment = process.env): MillraceClient {
  const { url: baseUrl, apiKey } = findConnection(options, environment);
  return new MillraceClient({ baseUrl, apiKey });
}

/**
 * Which server with which key: options first, then a profile that `--profile` names, then the environment, then the profile of
 * MILLRACE_PROFILE or `default`. A profile's key is never sent to another server than the profile's.
 *
 * @throws MillraceError with one sentence when there is no key.
 */
export function findConnection(options: ConnectionOptions, environment = process.env): Connection {
  const variables = options.profile === undefined ? environment : {};
  const givenUrl = options.url ?? (variables["MILLRACE_URL"] || undefined);
  const givenKey = options.key ?? (variables["MILLRACE_API_KEY"] || undefined);
  const keySource = options.key === undefined ? "MILLRACE_API_KEY" : "--key";
  if (givenUrl !== undefined && givenKey !== undefined) return { url: givenUrl, apiKey: givenKey, source: keySource };

  const { name, profile } = findProfile(options.profile, environment);
  const url = givenUrl ?? profile?.url ?? defaultUrl;
  if (givenKey !== undefined) return { url, apiKey: givenKey, source: keySource };
  if (profile === undefined)
    throw new MillraceError(
      "No API key. Run millrace login, set MILLRACE_API_KEY or pass --key. The server printed a key when it first started.",
    );
  if (originOf(url) !== originOf(profile.url))
    throw new MillraceError(
      `No API key for ${url}: the profile ${name} is for ${profile.url}. Set MILLRACE_API_KEY, pass --key, or run millrace login --url ${url}.`,
    );
  return { url, apiKey: profile.apiKey, source: `profile ${name}` };
}

/** The profile that is meant. @throws MillraceError when one that was named does not exist. */
function findProfile(given: string | undefined, environment: NodeJS.ProcessEnv) {
  const named = given ?? (environment["MILLRACE_PROFILE"] || undefined);
  const name = checkProfileName(named ?? defaultProfile);
  const profile = readProfiles(configFile(environment)).get(name);
  if (profile === undefined && named !== undefined)
    throw new MillraceError(`There is no profile ${name}: create it with millrace login --profile ${name}.`);
  return { name, profile };
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
