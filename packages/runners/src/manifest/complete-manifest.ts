import { isRunnerKind, type RunnerKind } from "../registry.js";
import { readContainerMetadata } from "./container-metadata.js";
import type { ModelManifest } from "./manifest.js";
import type { ManifestFault } from "./manifest-fault.js";
import { fieldsOf, type Written } from "./written-fields.js";

/** What the published specifications call the kinds of runner. */
const kindOfType: ReadonlyMap<unknown, RunnerKind> = new Map([
  ["grpc", "grpc-container"],
  ["file", "http-container"],
]);
const maximumNameLength = 200;

interface Completed {
  readonly identifier?: string;
  /** That of the image, for a model that has none of its own. */
  readonly name?: string;
  readonly runner?: ModelManifest["runner"];
  readonly faults: readonly ManifestFault[];
}

/** The fields that the published format does not have, or has elsewhere. */
export async function completeManifest(written: Written, directory: string): Promise<Completed> {
  const hasRunner = written["runner"] !== undefined;
  const own = fieldsOf(written["runner"]);
  const type = kindOfType.get(written["type"]) ?? written["type"];
  const kind = own["kind"] ?? (typeof type === "string" && isRunnerKind(type) ? type : undefined);
  const isServer = kind === "grpc-container" || kind === "http-container";
  const lacksPlace = !hasRunner || (isServer && !("address" in own || "image" in own));
  const lacksName = written["identifier"] === undefined || written["name"] === undefined;
  const metadata = lacksName || lacksPlace ? await readContainerMetadata(directory) : {};
  const image =
    lacksPlace && metadata.image !== undefined ? { image: `${metadata.image}:${String(written["version"])}` } : {};
  const identifier = written["identifier"] ?? metadata.identifier;
  const common = {
    ...(typeof identifier === "string" ? { identifier } : {}),
    ...(metadata.name === undefined ? {} : { name: metadata.name.slice(0, maximumNameLength) }),
  };
  const faults = findIncompleteness({
    identifier,
    kind,
    isOwn: written["identifier"] !== undefined,
    hasRunner: hasRunner || "image" in image,
  });
  if (kind === undefined || faults.some(({ path }) => path[0] === "runner")) return { ...common, faults };
  return {
    ...common,
    faults,
    runner: { ...image, ...own, kind: typeof kind === "string" ? kind : JSON.stringify(kind) },
  };
}

function findIncompleteness({
  identifier,
  kind,
  isOwn,
  hasRunner,
}: {
  readonly identifier: unknown;
  readonly kind: unknown;
  readonly isOwn: boolean;
  readonly hasRunner: boolean;
}): readonly ManifestFault[] {
  const faults: ManifestFault[] = [];
  const missing = { is: "missing", found: "nothing here or in docker_metadata.yaml" } as const;
  if (identifier === undefined)
    faults.push({
      ...missing,
      path: ["identifier"],
      expected: 'a line such as "identifier: abcdefghij" (ten lower-case letters and digits of your own)',
    });
  else if (!isOwn && !(typeof identifier === "string" && /^[a-z0-9]{10}$/.test(identifier)))
    faults.push({
      path: ["identifier"],
      is: "missing",
      found: `the id ${JSON.stringify(identifier)} in docker_metadata.yaml`,
      expected: "ten lower-case letters and digits",
    });
  if (!hasRunner)
    faults.push({
      ...missing,
      path: ["runner"],
      expected: `a line such as "runner: { kind: ${typeof kind === "string" ? kind : "grpc-container"}, image: registry.example.com/name:tag }"`,
    });
  else if (kind === undefined)
    faults.push({ path: ["runner", "kind"], is: "missing", expected: "the kind of the runner" });
  return faults;
}
