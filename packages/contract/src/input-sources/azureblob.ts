import Type, { type Static } from "typebox";
import { closed } from "../bounds.js";
import { inputSource } from "./input-source.js";

/** One blob in a container of an Azure storage account. */
export const AzureBlobLocation = Type.Object(
  {
    container: Type.String({ minLength: 1, maxLength: 63 }),
    filePath: Type.String({ minLength: 1, maxLength: 1_025 }),
  },
  closed,
);
export type AzureBlobLocation = Static<typeof AzureBlobLocation>;

/** Blobs of an Azure storage account. */
export const azureBlobSource = inputSource("azureblob", {
  dataItem: AzureBlobLocation,
  fields: {
    storageAccount: Type.String({
      pattern: "^[a-z0-9]{3,24}$",
      maxLength: 24,
      description: "3 to 24 lower-case letters and digits",
    }),
    storageAccountKey: Type.String({
      pattern: "^[A-Za-z0-9+/]+={0,2}$",
      maxLength: 1_024,
      description: "one of the account's two keys, in base64",
    }),
  },
  secretFields: ["storageAccountKey"],
  isStored: false,
});
export const AzureBlobInput = azureBlobSource.schema;
export type AzureBlobInput = Static<typeof AzureBlobInput>;
