import { request } from "undici";

/** Creates accounts, each with so many API keys. */
export async function createKeys(
  url: string,
  ownerKey: string,
  { accounts, keysPerAccount }: { readonly accounts: number; readonly keysPerAccount: number },
): Promise<string[]> {
  const keys: string[] = [];
  for (let account = 0; account < accounts; account += 1) {
    const { key } = await post<NewKey>(`${url}/api/accounting/accounts`, ownerKey, {
      name: `Account ${account}`,
      email: `admin@account-${account}.example`,
    });
    keys.push(key);
    while (keys.length < (account + 1) * keysPerAccount)
      keys.push((await post<NewKey>(`${url}/api/accounting/access-keys`, key, { name: `Key ${keys.length}` })).key);
  }
  return keys;
}

/** `prefix.secret`, of an account's administrator or on its own. */
interface NewKey {
  readonly key: string;
}

async function post<Answer>(url: string, apiKey: string, body: object): Promise<Answer> {
  const { statusCode, body: answer } = await request(url, {
    method: "POST",
    headers: { authorization: `ApiKey ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (statusCode !== 201) throw new Error(`POST ${url}: ${statusCode} ${text}`);
  return JSON.parse(text) as Answer;
}
