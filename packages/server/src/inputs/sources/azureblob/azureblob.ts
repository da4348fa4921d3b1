import { inputSources, type AzureBlobLocation } from "@millrace/contract";
import { fetchRemote } from "../fetch-remote.js";
import type { InputSource } from "../input-source.js";
import type { AzureAccess } from "./azure-client.js";

/** Blobs of an Azure storage account. */
export const azureBlobSource: InputSource<"azureblob", AzureAccess & { readonly type: "azureblob" }> = {
  ...inputSources.azureblob,
  toAccess: ({ storageAccount, storageAccountKey }) => ({ type: "azureblob", storageAccount, storageAccountKey }),
  fetch: (dataItem, access, context) =>
    fetchRemote(
      (options) => context.azure.get(dataItem.location as AzureBlobLocation, access, options),
      dataItem,
      context,
    ),
};
