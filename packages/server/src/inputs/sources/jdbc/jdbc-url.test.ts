import { expect, it } from "vitest";
import { ListingError } from "../../listed-input.js";
import { parseJdbcUrl } from "./jdbc-url.js";

const base = "jdbc:postgresql://db.example.com/shop";

it.each([
  ["currentschema=a", /"currentschema" of input\.url is not supported\. Did you mean currentSchema\? /],
  ["targetServerType=primary", /"targetServerType" of input\.url is not supported\. Remove it/],
  ["sslmode=verify", /"sslmode" of input\.url is not valid: expected one of disable, allow, prefer/],
  ["sslrootcert=/etc/passwd", /names a file or a class on the machine of the driver/],
  ["user=x", /send them in input\.username/],
  ["password=secret-word", /send them in input\.username/],
  ["currentSchema=", /"currentSchema" of input\.url is empty/],
  ["currentSchema=a&currentSchema=b", /"currentSchema" of input\.url is there twice/],
  ["currentSchema=a%00b", /has a control character/],
  ["ApplicationName=a%0Ab", /has a control character/],
  ["connectTimeout=61", /"connectTimeout" of input\.url is not valid: expected whole seconds from 1 to 60/],
  ["socketTimeout=1.5", /"socketTimeout" of input\.url is not valid/],
  [
    "options=-c%20default_transaction_read_only=off",
    /"default_transaction_read_only" in the parameter "options".* is not allowed/,
  ],
  ["options=-c%20transaction_read_only=off", /is not allowed/],
  ["options=-c%20role=postgres", /"role" in the parameter "options" of input\.url is not allowed/],
  ["options=-c%20bytea_output=escape", /is not allowed/],
  ["options=-c%20client_encoding=LATIN1", /is not allowed/],
  ["options=-c%20serch_path=a", /Did you mean search_path\? /],
  ["options=-c%20statement_timeout=0", /"statement_timeout" .* is not valid/],
  ["options=-c%20statement_timeout=1h", /"statement_timeout" .* is not valid/],
  ["options=search_path=a", /"options" of input\.url is not valid/],
  ["options=-c", /"options" of input\.url is not valid/],
])("rejects ?%s and says why", (query, sentence) => {
  const parse = () => parseJdbcUrl(`${base}?${query}`);
  expect(parse).toThrow(ListingError);
  expect(parse).toThrow(sentence);
  expect(parse).not.toThrow(/secret-word/);
});

it.each(["jdbc:postgresql://user:secret-word@h/d", "jdbc:postgresql://h/d#x", "jdbc:postgresql://h/d%00options"])(
  "rejects %s",
  (url) => {
    expect(() => parseJdbcUrl(url)).toThrow(ListingError);
    expect(() => parseJdbcUrl(url)).not.toThrow(/secret-word/);
  },
);

it("reads everything that is supported", () => {
  const query = "ssl=true&ApplicationName=my+app&connectTimeout=20&loginTimeout=15&socketTimeout=0";
  const options = "options=-c%20DateStyle=ISO%20-clock_timeout=1s%20--TimeZone=a%5C%20b";
  expect(parseJdbcUrl(`jdbc:postgresql://[::1]:5433/a%20b?${query}&${options}&currentSchema=x,y`)).toEqual({
    name: '"[::1]:5433/a%20b"'.replace("%20", " "),
    host: "::1",
    port: 5433,
    database: "a b",
    sslMode: "verify-full",
    applicationName: "my app",
    connectTimeoutMs: 15_000,
    rowTimeoutMs: undefined,
    settings: [
      { name: "DateStyle", value: "ISO" },
      { name: "lock_timeout", value: "1s" },
      { name: "TimeZone", value: "a b" },
      { name: "search_path", value: "x,y" },
    ],
  });
});
