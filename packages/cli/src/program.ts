import "./library-settings.js";
import { Command, InvalidArgumentError } from "commander";
import { addSignInCommands } from "./accounts/sign-in.js";
import { addTeamCommands } from "./accounts/teams.js";
import { addUserCommands } from "./accounts/users.js";
import { addAuditCommand } from "./audit/commands.js";
import { addCompletionCommand } from "./completion/command.js";
import { addDemoCommand } from "./demo.js";
import { addDoctorCommand } from "./doctor/command.js";
import { addJobCommands } from "./jobs/commands.js";
import { addKeyCommands } from "./keys/commands.js";
import { addModelCommands } from "./models/commands.js";
import { addWebhookCommands } from "./webhooks/commands.js";
import type { ServeOptions } from "./serve.js";
import { version } from "./terminal/version.js";

/** The `millrace` command. */
export function createProgram(): Command {
  const program = new Command("millrace")
    .description("Runs a model over the files in a bucket: one call, one result for every input.")
    .version(version);
  const roles = [
    {
      name: "serve",
      description: "API, worker and, unless DATABASE_URL is set, an embedded PostgreSQL",
      roles: { api: true, worker: true },
    },
    { name: "api", description: "only the API", roles: { api: true, worker: false } },
    { name: "worker", description: "only a worker", roles: { api: false, worker: true } },
  ] as const;
  for (const { name, description, roles: chosen } of roles) {
    const command = program.command(name).description(`Start ${description}`);
    if (chosen.api) {
      command.option("--port <port>", "port to listen on; 0 picks a free port (default: 8080)", parsePort);
      command.option("--host <address>", "address to listen on (default: 127.0.0.1)");
      command.option("--first-key-file <file>", "write a generated first API key to this file instead of printing it");
    }
    command.option(
      "--data <directory>",
      "where database, outputs and master key live (default: MILLRACE_DATA or ~/.millrace)",
    );
    command.action(async (options: Omit<ServeOptions, "roles">) => {
      // Loading the server takes half a second, which the other commands need not wait for.
      const { serve } = await import("./serve.js");
      await serve({ ...options, roles: chosen });
    });
  }
  addDemoCommand(program);
  addJobCommands(program);
  addModelCommands(program);
  addWebhookCommands(program);
  addAuditCommand(program);
  addKeyCommands(program);
  addUserCommands(program);
  addTeamCommands(program);
  addSignInCommands(program);
  addDoctorCommand(program);
  addCompletionCommand(program);
  return program;
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError("Expected a whole number from 0 to 65535.");
  return Number(text);
}
