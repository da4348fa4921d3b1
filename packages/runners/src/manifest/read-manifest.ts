import { realpath, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { completeManifest } from "./complete-manifest.js";
import { findNameFaults, findQuantityFaults } from "./limit-faults.js";
import type { ModelManifest } from "./manifest.js";
import { findSchemaFaults, ManifestError, type ManifestFault } from "./manifest-fault.js";
import { manifestFile, type ManifestFile } from "./manifest-file.js";
import { unlessMissing } from "./missing-file.js";
import { manifestOfFile } from "./manifest-of-file.js";
import { filesOfRunner, findRunnerFaults } from "./runner-fault.js";
import { takeOutNulls } from "./unset-fields.js";
import { fieldAt, fieldsOf, type Written } from "./written-fields.js";
import { readYamlFile, valueOf } from "./yaml-file.js";

/**
 * Reads `<directory>/model.yaml`; what it does not say itself comes from `docker_metadata.yaml` beside it.
 *
 * @throws ManifestError that names every fault of the file; Error with one sentence when it is not YAML or not there.
 */
export async function readManifest(directory: string): Promise<ModelManifest> {
  const root = resolve(directory);
  const file = join(root, "model.yaml");
  const found = await readYamlFile(file);
  if (found === undefined) throw new Error(`${file}:1:1: the file is required: found nothing, expected a model.yaml.`);
  const yaml = { ...found, unset: takeOutNulls(found) };
  const value = valueOf(yaml);
  const written = fieldsOf(value);
  const { identifier, name, runner, faults } = await completeManifest(written, root);
  const all = [
    ...findSchemaFaults(manifestFile, value),
    ...findNameFaults(written),
    ...findQuantityFaults(written),
    ...faults,
    ...(runner === undefined ? [] : await findRunnerFaults(runner)),
    ...(await findFileFaults(root, await filesOf(written, runner))),
  ];
  if (all.length > 0 || identifier === undefined || runner === undefined) throw new ManifestError(yaml, all);
  return manifestOfFile(value as ManifestFile, { directory: root, identifier, name: name ?? identifier, runner });
}

interface NamedFile {
  readonly path: readonly string[];
  readonly name: string;
}

async function filesOf(written: Written, runner: ModelManifest["runner"] | undefined): Promise<readonly NamedFile[]> {
  const background = [
    ["features", "explanationBackground"],
    ["internal", "features", "explanationBackground"],
  ].flatMap((path) => {
    const name = fieldAt(written, path);
    return typeof name === "string" && name !== "" ? [{ path, name }] : [];
  });
  return [...(runner === undefined ? [] : await filesOfRunner(runner)), ...background];
}

async function findFileFaults(directory: string, files: readonly NamedFile[]): Promise<readonly ManifestFault[]> {
  const root = await realpath(directory);
  const faults: ManifestFault[] = [];
  for (const { path, name } of files) {
    const place = await unlessMissing(realpath(join(root, name)));
    const isThere = place !== undefined && (await stat(place)).isFile();
    if (isThere && place.startsWith(root + sep)) continue;
    const found = `${JSON.stringify(name)}, which ${isThere ? "is in another folder" : "does not exist"}`;
    faults.push({ path, found, expected: "a file in the folder of model.yaml" });
  }
  return faults;
}
