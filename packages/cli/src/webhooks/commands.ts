import type { NewWebhook, Webhook, WebhookDelivery, WebhookEventType } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { colors } from "../terminal/colors.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { print, printJson, printNotice } from "../terminal/print.js";
import { printable } from "../terminal/printable.js";
import { printList, type Column } from "../terminal/table.js";

interface NewWebhookOptions extends ConnectionOptions, JsonOption {
  readonly events?: string[];
  readonly description?: string;
}

/** `millrace webhooks ...`: create, list, test and remove webhooks. */
export function addWebhookCommands(program: Command): void {
  const webhooks = program.command("webhooks").description("Create, list, test and remove webhooks");

  withExamples(
    withJson(withConnection(webhooks.command("add")))
      .description("Create a webhook for finished jobs; prints its signing secret once")
      .argument("<address>", "an http or https address")
      .option("--events <names...>", "job.completed, job.canceled, job.timedout (default: all)")
      .option("--description <text>", "note about its purpose")
      .action(async (address: string, { events, description, ...options }: NewWebhookOptions) => {
        const created = await connect(options).webhooks.create(address, {
          // The server says which there are.
          ...(events === undefined ? {} : { events: events as WebhookEventType[] }),
          ...(description === undefined ? {} : { description }),
        });
        showSecret(created, options);
      }),
    "millrace webhooks add http://127.0.0.1:9000/millrace --events job.completed",
  );

  withExamples(
    withJson(withConnection(webhooks.command("list")))
      .description("List webhooks")
      .action(async (options: ConnectionOptions & JsonOption) => {
        await printList(await connect(options).webhooks.list(), webhookColumns, { ...options, empty: "No webhooks." });
      }),
    "millrace webhooks list",
  );

  withExamples(
    withJson(withConnection(webhooks.command("test")))
      .description("Send a message of type webhook.test")
      .argument("<webhook>", "the webhook's identifier")
      .action(async (webhook: string, options: ConnectionOptions & JsonOption) => {
        await printList([await connect(options).webhooks.test(webhook)], deliveryColumns, options);
      }),
    "millrace webhooks test <webhook>",
  );

  withExamples(
    withJson(withConnection(webhooks.command("deliveries")))
      .description("List a webhook's last 100 messages, newest first")
      .argument("<webhook>", "the webhook's identifier")
      .action(async (webhook: string, options: ConnectionOptions & JsonOption) => {
        const deliveries = await connect(options).webhooks.deliveries(webhook);
        await printList(deliveries, deliveryColumns, { ...options, empty: "No messages yet." });
      }),
    "millrace webhooks deliveries <webhook>",
  );

  withExamples(
    withJson(withConnection(webhooks.command("rotate")))
      .description("Give a webhook another signing secret; prints it once")
      .argument("<webhook>", "the webhook's identifier")
      .action(async (webhook: string, options: ConnectionOptions & JsonOption) =>
        showSecret(await connect(options).webhooks.rotateSecret(webhook), options),
      ),
    "millrace webhooks rotate <webhook>",
  );

  withExamples(
    withJson(withConnection(webhooks.command("remove")))
      .description("Remove a webhook")
      .argument("<webhook>", "the webhook's identifier")
      .action(async (webhook: string, options: ConnectionOptions & JsonOption) => {
        await connect(options).webhooks.remove(webhook);
        if (options.json === true) printJson({ removed: webhook });
        else printNotice(`Removed: ${printable(webhook)}`);
      }),
    "millrace webhooks remove <webhook>",
  );
}

function showSecret(webhook: NewWebhook, { json }: JsonOption): void {
  if (json === true) return printJson(webhook);
  print(`${printable(webhook.identifier)}\n${colors.bold("Secret")}  ${printable(webhook.secret)}`);
  printNotice("The secret is shown once: keep it.");
}

const webhookColumns: readonly Column<Webhook>[] = [
  { name: "webhook", text: ({ identifier }) => identifier, isWhole: true },
  { name: "address", text: ({ url }) => url },
  { name: "events", text: ({ events }) => events.join(", ") },
  {
    name: "status",
    text: ({ status, statusReason }) => (statusReason === null ? status : `${status}: ${statusReason}`),
  },
];

const deliveryColumns: readonly Column<WebhookDelivery>[] = [
  { name: "message", text: ({ identifier }) => identifier },
  { name: "type", text: ({ type }) => type },
  { name: "status", text: ({ status }) => status, isWhole: true },
  { name: "attempts", text: ({ attempts }) => attempts },
  { name: "outcome", text: ({ lastOutcome }) => lastOutcome },
];
