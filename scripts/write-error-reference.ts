import { writeFile } from "node:fs/promises";
import { referencePath, writeErrorReference } from "./error-reference.js";

await writeFile(referencePath, await writeErrorReference());
