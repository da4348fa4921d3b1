import Type from "typebox";
import type { Proxies } from "../outbound/proxied-http.js";
import type { Given, Settings } from "./settings.js";

const httpUrl = { pattern: "^[hH][tT][tT][pP][sS]?://", expected: "a URL such as https://example.com" } as const;

const proxyUrl = {
  pattern: "^([hH][tT][tT][pP][sS]?://)?[^\\s/?#]+/?$",
  expected: "a URL such as http://proxy.example.com:3128",
} as const;

export const outboundVariables = {
  MILLRACE_OUTBOUND: Type.Optional(
    Type.String({
      description:
        "Comma-separated non-public addresses that callers may make the server connect to: networks (`10.1.0.0/16`), hosts (`minio.internal`, `*.corp.example`), `private` or `loopback`, each with or without `:port`. Default: none. The endpoints below are always allowed. See [inputs.md](inputs.md#addresses).",
    }),
  ),
  HTTP_PROXY: Type.Optional(
    Type.String({
      ...proxyUrl,
      description:
        "The HTTP proxy for connections to buckets, webhooks and model servers, for example `http://proxy.example.com:3128`. See [below](#behind-a-forward-proxy). Default: none.",
    }),
  ),
  HTTPS_PROXY: Type.Optional(
    Type.String({ ...proxyUrl, description: "The same for `https` addresses. Default: `HTTP_PROXY`." }),
  ),
  NO_PROXY: Type.Optional(
    Type.String({
      description:
        "Comma-separated hosts, with or without `:port`, to connect to without the proxy: `minio.internal`, `.corp.example` with all hosts below it, or `*` for all.",
    }),
  ),
  AWS_ENDPOINT_URL_S3: Type.Optional(
    Type.String({
      ...httpUrl,
      description: "An S3-compatible endpoint to fetch `aws-s3` inputs from. Default: Amazon S3.",
    }),
  ),
  MILLRACE_AZURE_ENDPOINT: Type.Optional(
    Type.String({
      ...httpUrl,
      description:
        "An Azure-compatible endpoint to fetch `azureblob` inputs from; the account name is appended. Default: the account's own host.",
    }),
  ),
  AWS_ENDPOINT_URL: Type.Optional(
    Type.String({ ...httpUrl, description: "Used if `AWS_ENDPOINT_URL_S3` is not set." }),
  ),
};

/** Other programs read them in lower case first. */
export const proxyVariables: ReadonlySet<string> = new Set(["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]);

/** How the server connects to others. */
export interface OutboundConfiguration {
  /** Which addresses that are not public may be connected to for callers, as `MILLRACE_OUTBOUND` says it. */
  readonly outbound: string;
  /** HTTP proxies for connections to other servers. */
  readonly proxies: Proxies;
  readonly s3Endpoint: string | undefined;
  readonly azureEndpoint: string | undefined;
}

export function outboundConfiguration(
  given: Given<OutboundConfiguration>,
  settings: Settings<typeof outboundVariables>,
): OutboundConfiguration {
  return {
    outbound: given.outbound ?? settings.MILLRACE_OUTBOUND ?? "",
    proxies: given.proxies ?? {
      http: proxyAt(settings.HTTP_PROXY),
      https: proxyAt(settings.HTTPS_PROXY),
      no: settings.NO_PROXY ?? "",
    },
    s3Endpoint: given.s3Endpoint ?? settings.AWS_ENDPOINT_URL_S3 ?? settings.AWS_ENDPOINT_URL,
    azureEndpoint: given.azureEndpoint ?? settings.MILLRACE_AZURE_ENDPOINT,
  };
}

/** As other programs read it: http if it has no protocol. */
function proxyAt(setting = ""): string {
  return setting === "" || setting.includes("://") ? setting : `http://${setting}`;
}
