import type { HttpClient } from "../remote/http-client.js";

const censor = "[hidden]";

/** A client whose responses never have the key that it sends: a server may repeat it in an error or an answer. */
export function hidingKey(client: HttpClient, key: string | undefined): HttpClient {
  if (key === undefined) return client;
  // A slash may be escaped in JSON.
  const forms = [key, key.replaceAll("/", "\\/")];
  return {
    ...client,
    async send(...parameters) {
      const answer = await client.send(...parameters);
      const bytes = Buffer.from(answer.bytes.buffer, answer.bytes.byteOffset, answer.bytes.byteLength);
      if (!forms.some((form) => bytes.includes(form))) return answer;
      const text = forms.reduce((shown, form) => shown.replaceAll(form, censor), bytes.toString("latin1"));
      return { ...answer, bytes: new Uint8Array(Buffer.from(text, "latin1")) };
    },
  };
}
