import type { Webhook, WebhookEventType } from "@millrace/client";
import Table from "cli-table3";
import type { Command } from "commander";
import pc from "picocolors";
import { print } from "../terminal/print.js";
import { printable, printableIn } from "../terminal/printable.js";
import { connect, withConnection, type ConnectionOptions } from "../jobs/connection.js";

/** `millrace webhooks ...`: create, list and remove webhooks. */
export function addWebhookCommands(program: Command): void {
  const webhooks = program.command("webhooks").description("Create, list and remove webhooks");

  withConnection(webhooks.command("add"))
    .description("Create a webhook for finished jobs; prints its signing secret once")
    .argument("<address>", "an http or https address")
    .option("--events <names...>", "job.completed, job.canceled, job.timedout (default: all)")
    .option("--description <text>", "note about its purpose")
    .action(
      async (
        address: string,
        { events, description, ...connection }: ConnectionOptions & { events?: string[]; description?: string },
      ) => {
        const { secret, ...webhook } = await connect(connection).webhooks.create(address, {
          // The server says which there are.
          ...(events === undefined ? {} : { events: events as WebhookEventType[] }),
          ...(description === undefined ? {} : { description }),
        });
        print(`${printable(webhook.identifier)}\n${pc.bold("Secret")}  ${printable(secret)}   (shown once: keep it)`);
      },
    );

  withConnection(webhooks.command("list"))
    .description("List webhooks")
    .action(async (options: ConnectionOptions) => print(formatWebhooks(await connect(options).webhooks.list())));

  withConnection(webhooks.command("remove"))
    .description("Remove a webhook")
    .argument("<webhook>", "the webhook's identifier")
    .action((webhook: string, options: ConnectionOptions) => connect(options).webhooks.remove(webhook));
}

function formatWebhooks(webhooks: readonly Webhook[]): string {
  const table = new Table({
    head: ["webhook", "address", "events", "status"],
    style: { head: ["bold"], border: ["gray"] },
  });
  for (const { identifier, url, events, status, statusReason } of printableIn(webhooks))
    table.push([identifier, url, events.join("\n"), statusReason === null ? status : `${status}: ${statusReason}`]);
  return table.toString();
}
