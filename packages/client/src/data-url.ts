// String.fromCharCode takes its characters as arguments, and engines limit their number.
const sliceBytes = 0x8000;

/** A data URL of bytes (RFC 2397); a string is assumed to be one already. */
export async function encodeDataUrl(value: string | Uint8Array | Blob): Promise<string> {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return toDataUrl(value, "application/octet-stream");
  return toDataUrl(new Uint8Array(await value.arrayBuffer()), value.type || "application/octet-stream");
}

function toDataUrl(bytes: Uint8Array, mediaType: string): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += sliceBytes) {
    binary += String.fromCharCode(...bytes.subarray(start, start + sliceBytes));
  }
  return `data:${mediaType};base64,${btoa(binary)}`;
}
