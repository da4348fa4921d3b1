import Type from "typebox";
import { ConfigurationError } from "../errors/configuration-error.js";
import type { Given, Settings } from "./settings.js";

export const apiVariables = {
  MILLRACE_TLS_CERT: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "File with the certificate of the API and its intermediates, in PEM. With it the API speaks HTTPS only. Changed files are used within 10 seconds. Default: plain HTTP.",
    }),
  ),
  MILLRACE_TLS_KEY: Type.Optional(
    Type.String({ minLength: 1, description: "File with the private key of the certificate, in PEM." }),
  ),
  MILLRACE_PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: "^https?://[^/?#@\\s]+(/[\\w~-][\\w.~-]*)*/?$",
      expected: "a URL such as https://example.com/millrace, without a user name or query",
      description:
        "The public URL of the API, with the path below which a proxy serves it, for example `https://example.com/millrace`. Links start with it. Default: the host that each request names.",
    }),
  ),
  MILLRACE_SUPPORT_URL: Type.Optional(
    Type.String({
      pattern: "^(https?://[^/?#@\\s]+(/[^\\s]*)?|mailto:[^\\s@]+@[^\\s@]+)$",
      maxLength: 1_000,
      expected: "an address such as https://support.example.com or mailto:support@example.com",
      description:
        "Where your users get help, for example `https://support.example.com` or `mailto:support@example.com`. Every error names it as `reportErrorUrl`. Default: the meaning of the error's code, on the server itself.",
    }),
  ),
  MILLRACE_CORS_ORIGINS: Type.Optional(
    Type.String({
      pattern: "^([*]|https?://[^,/\\s]+(,https?://[^,/\\s]+)*)$",
      expected: "*, or origins such as https://app.example.com, separated by commas",
      description:
        "Comma-separated origins whose web pages may call the API, for example `https://app.example.com`. Default: `*`, all. API keys are never in cookies, so a page needs its own key.",
    }),
  ),
  MILLRACE_TRUSTED_PROXIES: Type.Optional(
    Type.String({
      pattern: "^[0-9a-fA-F.:]+(/\\d{1,3})?(,[0-9a-fA-F.:]+(/\\d{1,3})?)*$",
      expected: "addresses and networks such as 10.0.0.5 and 10.1.0.0/16, separated by commas",
      description:
        "Comma-separated addresses and networks of your proxies, for example `10.0.0.5,10.1.0.0/16`. The server believes X-Forwarded-For, -Host, -Proto and -Prefix only from them.",
    }),
  ),
};

/** Where the API listens, and what it knows of the proxies and pages in front of it. */
export interface ApiConfiguration {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Undefined: plain HTTP. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  /** Where links begin, "https://millrace.example"; undefined: where the request came. */
  readonly publicUrl: string | undefined;
  /** Where this installation takes reports of errors; undefined: errors point to the meaning of their code. */
  readonly supportUrl: string | undefined;
  /** Origins whose pages may call the API from a browser; undefined: all. */
  readonly corsOrigins: readonly string[] | undefined;
  /** Addresses and networks of proxies that may say for whom they ask. */
  readonly trustedProxies: readonly string[];
}

/** @throws ConfigurationError when the port is no port, or only one of the TLS files is set. */
export function apiConfiguration(
  given: Given<ApiConfiguration>,
  settings: Settings<typeof apiVariables>,
): ApiConfiguration {
  const port = given.port ?? 8080;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigurationError(`The port must be a whole number from 0 to 65535; found ${port}.`);
  return {
    host: given.host ?? "127.0.0.1",
    port,
    tls: given.tls ?? tlsFiles(settings),
    publicUrl: (given.publicUrl ?? settings.MILLRACE_PUBLIC_URL)?.replace(/\/$/, "").replace(/\/api$/, ""),
    supportUrl: given.supportUrl ?? settings.MILLRACE_SUPPORT_URL,
    corsOrigins:
      given.corsOrigins ??
      (settings.MILLRACE_CORS_ORIGINS === "*" ? undefined : settings.MILLRACE_CORS_ORIGINS?.split(",")),
    trustedProxies: given.trustedProxies ?? settings.MILLRACE_TRUSTED_PROXIES?.split(",") ?? [],
  };
}

function tlsFiles({
  MILLRACE_TLS_CERT: certificate,
  MILLRACE_TLS_KEY: key,
}: Settings<typeof apiVariables>): ApiConfiguration["tls"] {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  throw new ConfigurationError("MILLRACE_TLS_CERT and MILLRACE_TLS_KEY are needed together: set the other one, too.");
}
