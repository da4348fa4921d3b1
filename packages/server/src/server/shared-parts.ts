import type { Pool } from "pg";
import type { JobChanges } from "../jobs/job-changes.js";
import type { Catalog } from "../models/catalog.js";
import type { DeployedModels } from "../models/deployed-models.js";
import type { Outbound } from "../outbound/outbound.js";
import type { BlobStore } from "../storage/blob-store.js";
import type { SecretBox } from "../storage/secret-box.js";
import type { Log } from "../telemetry/log.js";
import type { OnClose } from "./on-close.js";

/** What the API and the worker of one process share. */
export interface SharedParts {
  /** The connections of the worker and of maintenance. */
  readonly pool: Pool;
  readonly changes: JobChanges;
  readonly secrets: SecretBox;
  readonly outbound: Outbound;
  readonly blobs: BlobStore;
  /** The models on this machine's disk. */
  readonly catalog: Catalog;
  readonly deployed: DeployedModels;
  readonly log: Log;
  readonly onClose: OnClose;
}
