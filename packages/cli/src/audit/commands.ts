import type { AuditEntry, AuditFilter } from "@millrace/client";
import { InvalidArgumentError, type Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { countLimit } from "../terminal/parse-numbers.js";
import { printList, type Column } from "../terminal/table.js";
import { take } from "../terminal/take.js";

interface AuditOptions extends ConnectionOptions, JsonOption, Pick<AuditFilter, "action" | "address" | "target"> {
  readonly accessKey?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly limit: number;
}

/** `millrace audit`: who did what. */
export function addAuditCommand(program: Command): void {
  withExamples(
    withJson(withConnection(program.command("audit")))
      .description("List the audit log, newest first")
      .option("--since <moment>", "only entries from then on, such as 2026-03-04T05:06:07Z", parseMoment)
      .option("--until <moment>", "only entries until then", parseMoment)
      .option("--access-key <prefix>", "only what this API key did")
      .option("--action <route>", 'only this action, such as "POST /api/jobs"')
      .option("--address <address>", "only requests from this address")
      .option("--target <identifier>", "only what was done to this job, model, key, ...")
      .option("--limit <number>", "maximum number of entries; 0 for all", countLimit, 100)
      .action(async ({ url, key, profile, since, until, limit, json, ...equal }: AuditOptions) => {
        const filter = {
          ...equal,
          pageSize: 1_000,
          ...(since && { startDate: since }),
          ...(until && { endDate: until }),
        };
        const client = connect({ ...(url && { url }), ...(key && { key }), ...(profile && { profile }) });
        await printList(take(client.audit.entries(filter), limit), columns, { json, empty: "No entries." });
      }),
    "millrace audit --since 2026-03-01",
    "millrace audit --action 'POST /api/jobs' --limit 10",
    "millrace audit --target <job> --json",
  );
}

const columns: readonly Column<AuditEntry>[] = [
  { name: "time", text: ({ createdAt }) => createdAt.slice(0, 19).replace("T", " "), isWhole: true },
  { name: "key", text: ({ accessKey }) => accessKey ?? "-" },
  { name: "action", text: ({ action }) => action },
  {
    name: "target",
    text: ({ target }) =>
      Object.entries(target)
        .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
        .join(", "),
  },
  {
    name: "outcome",
    text({ statusCode, code, count }) {
      const outcome = code === null ? String(statusCode) : `${statusCode} ${code}`;
      return count === 1 ? outcome : `${outcome}, ${count} times`;
    },
  },
  { name: "address", text: ({ address }) => address ?? "-" },
];

function parseMoment(text: string): Date {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) throw new InvalidArgumentError("Expected a moment such as 2026-03-04T05:06:07Z.");
  return moment;
}
