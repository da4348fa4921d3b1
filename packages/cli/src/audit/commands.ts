import type { AuditEntry, AuditFilter } from "@millrace/client";
import Table from "cli-table3";
import { InvalidArgumentError, type Command } from "commander";
import { print, printJson } from "../terminal/print.js";
import { printableIn } from "../terminal/printable.js";
import { connect, withConnection, type ConnectionOptions } from "../jobs/connection.js";

interface AuditOptions extends ConnectionOptions, Pick<AuditFilter, "action" | "address" | "target"> {
  readonly accessKey?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly limit: number;
  readonly json?: boolean;
}

/** `millrace audit`: who did what. */
export function addAuditCommand(program: Command): void {
  withConnection(program.command("audit"))
    .description("List the audit log, newest first")
    .option("--since <moment>", "only entries from then on, such as 2026-03-04T05:06:07Z", parseMoment)
    .option("--until <moment>", "only entries until then", parseMoment)
    .option("--access-key <prefix>", "only what this API key did")
    .option("--action <route>", 'only this action, such as "POST /api/jobs"')
    .option("--address <address>", "only requests from this address")
    .option("--target <identifier>", "only what was done to this job, model, key, ...")
    .option("--limit <number>", "maximum number of entries; 0 for all", wholeNumber, 100)
    .option("--json", "print each entry as a line of JSON")
    .action(async ({ url, key, since, until, limit, json, ...equal }: AuditOptions) => {
      const filter = {
        ...equal,
        pageSize: 1_000,
        ...(since && { startDate: since }),
        ...(until && { endDate: until }),
      };
      const table = newTable();
      let count = 0;
      for await (const entry of connect({ ...(url && { url }), ...(key && { key }) }).audit.entries(filter)) {
        if (json === true) printJson(entry);
        else table.push(cellsOf(printableIn(entry)));
        count += 1;
        if (count === limit) break;
      }
      if (json !== true) print(table.toString());
    });
}

function newTable() {
  return new Table({
    head: ["time", "key", "action", "target", "outcome", "address"],
    style: { head: ["bold"], border: ["gray"] },
  });
}

function cellsOf({ createdAt, accessKey, action, target, statusCode, code, count, address }: AuditEntry): string[] {
  const about = Object.entries(target).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const outcome = code === null ? String(statusCode) : `${statusCode} ${code}`;
  return [
    createdAt,
    accessKey ?? "-",
    action,
    about.join("\n"),
    count === 1 ? outcome : `${outcome}, ${count} times`,
    address ?? "-",
  ];
}

function parseMoment(text: string): Date {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) throw new InvalidArgumentError("Expected a moment such as 2026-03-04T05:06:07Z.");
  return moment;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}
