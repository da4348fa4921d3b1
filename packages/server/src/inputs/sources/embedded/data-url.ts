import { InputError } from "../../input-error.js";

/**
 * The bytes of a data URL (RFC 2397).
 *
 * @throws InputError naming the data item when it is not one.
 */
export function decodeDataUrl(dataItem: string, url: string): Buffer {
  const comma = url.indexOf(",");
  if (!/^data:/i.test(url) || comma < 0) {
    throw new InputError(
      "input.invalid_data_url",
      `Data item ${JSON.stringify(dataItem)} is not a data URL: expected "data:<media type>;base64,<data>".`,
    );
  }
  const payload = url.slice(comma + 1);
  if (/;\s*base64\s*$/i.test(url.slice(5, comma))) return decodeBase64(dataItem, payload);
  try {
    return Buffer.from(decodeURIComponent(payload), "utf8");
  } catch {
    throw new InputError(
      "input.invalid_data_url",
      `Data item ${JSON.stringify(dataItem)} is a data URL with invalid percent-encoding: check how it was encoded.`,
    );
  }
}

function decodeBase64(dataItem: string, payload: string): Buffer {
  const text = payload.includes("%") ? decodeURIComponent(payload) : payload;
  // Buffer.from skips what is not base64: compare lengths to notice.
  const bytes = Buffer.from(text, "base64");
  const significant = text.replace(/[\s=]/g, "").length;
  if (Math.floor((significant * 3) / 4) !== bytes.byteLength) {
    throw new InputError(
      "input.invalid_data_url",
      `Data item ${JSON.stringify(dataItem)} is a data URL with invalid base64: check how it was encoded.`,
    );
  }
  return bytes;
}
