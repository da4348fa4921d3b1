import { stat } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { MillraceError } from "@millrace/client";
import { unlessMissing } from "@millrace/runners";
import { create } from "tar";

export interface PackedModel {
  readonly bytes: Uint8Array;
  readonly fileCount: number;
}

/**
 * Packs the folder of a model as a compressed tar file: what begins with a dot, `node_modules`, `__pycache__` and virtual environments
 * stay at home, links are followed.
 *
 * @throws MillraceError when there is no `model.yaml`, or a file cannot be read.
 */
export async function packModel(folder: string): Promise<PackedModel> {
  const refuse = (error: unknown): never => {
    const reason = (error as Error).message.replace(/\.?$/, ".");
    throw new MillraceError(`${folder} cannot be packed: ${reason}`, { cause: error });
  };
  if ((await unlessMissing(stat(join(folder, "model.yaml"))).catch(refuse)) === undefined)
    throw new MillraceError(
      `${folder} has no model.yaml: pass a model's folder, or create one with millrace models init.`,
    );
  let fileCount = 0;
  try {
    const bytes = await buffer(
      create(
        {
          cwd: folder,
          gzip: true,
          portable: true,
          follow: true,
          filter: (path) => !/(^|\/)(\.[^./][^/]*|node_modules|__pycache__|venv)(\/|$)/.test(path),
          onWriteEntry: ({ type }) => void (fileCount += type === "File" ? 1 : 0),
        },
        ["."],
      ) as unknown as AsyncIterable<Uint8Array> & NodeJS.ReadableStream,
    );
    return { bytes, fileCount };
  } catch (error) {
    return refuse(error);
  }
}
