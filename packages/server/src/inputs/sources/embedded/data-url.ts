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
  const isBase64 = /;\s*base64\s*$/i.test(url.slice(5, comma));
  const payload = url.slice(comma + 1);
  if (isBase64) return decodeBase64(dataItem, payload.includes("%") ? decodePercent(dataItem, payload) : payload);
  return Buffer.from(decodePercent(dataItem, payload), "utf8");
}

function decodePercent(dataItem: string, payload: string): string {
  try {
    return decodeURIComponent(payload);
  } catch {
    throw new InputError(
      "input.invalid_data_url",
      `Data item ${JSON.stringify(dataItem)} is a data URL with invalid percent-encoding: check how it was encoded.`,
    );
  }
}

function decodeBase64(dataItem: string, text: string): Buffer {
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
