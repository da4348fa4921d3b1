import { expect, test } from "vitest";
import { renderReport } from "./report.js";

const job = {
  jobIdentifier: "j",
  model: { identifier: "m", version: "1.0.0", name: "Model" },
  status: "COMPLETED" as const,
  total: 2,
  completed: 1,
  failed: 1,
  submittedAt: null,
};
const made = {
  method: "lime",
  class: "positive",
  baseValue: 0.25,
  samples: 10,
  seed: 0,
  fidelity: 0.9,
  additivityResidual: null,
  isPartial: true,
};
const word = (text: string, start: number, score: number) => ({ word: text, start, end: start + text.length, score });
const classPredictions = [{ class: "positive", score: 0.75 }];
const of = (explanation: unknown, more: object = { result: { classPredictions } }) => ({
  "results.json": { data: { ...more, explanation } },
});
const report = (results: Record<string, object>, failures: Record<string, unknown> = {}, pictures = {}) =>
  renderReport(job, { results: results as never, failures: failures as never }, pictures);

test("a report shows counts, predictions, explanations of every class, their settings, and failures", () => {
  const explanation = {
    wordImportance: [word("so", 0, 0.01), word("lovely", 3, 0.5)],
    ...made,
    modelCalls: 11,
    missingShare: 0.25,
    notice: "Words stand in groups.",
    otherClasses: [{ ...made, class: "negative", isPartial: false, wordImportance: [word("lovely", 3, -0.4)] }],
  };
  const html = report({ review: of(explanation) }, { gone: { error: "There is no object." } });
  expect(html).toMatch(/<span class="f8" title="\+0\.500">lovely<\/span>/);
  expect(html).toMatch(/<span class="a8" title="−0\.400">lovely<\/span>/);
  for (const text of [
    "positive",
    "negative",
    "0.750",
    "fidelity R²",
    "0.250",
    "Partial: the time limit",
    "<dd>11</dd>",
    "25 % of the model&#39;s answers did not name the class",
    "Words stand in groups.",
    "There is no object.",
  ])
    expect(html).toContain(text);
});

test("escapes everything that comes from models, callers and file names", () => {
  const bad = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;
  const hostile = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(hostile);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hostile(one)]));
    return bad;
  };
  // Texts only, so that the forms are still known and drawn.
  const texts = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('"@"', JSON.stringify(bad)));
  const words = { ...made, class: "@", wordImportance: [{ word: "@", start: 0, end: 9, score: 1 }] };
  const columns = { featureImportance: [{ feature: "@", condition: "@", score: 1 }] };
  const regions = { maskRLE: [[0, 1]], dimensions: { width: 1, height: 1 } };
  const own = { ...words, method: "m", samples: bad, seed: bad, fidelity: bad };
  const explanations = [
    texts({ ...words, otherClasses: [words] }),
    texts(columns),
    hostile({ ...words, method: "lime" }),
    hostile(columns),
    hostile({ ...regions, heatMap: [[1]] }),
    own,
    bad,
    { [bad]: bad },
  ];
  const results: Record<string, object> = {
    [bad]: of(explanations[0], { result: { classPredictions: [{ class: bad, score: 1 }] } }),
    picture: of(regions),
    notice: of(null, { result: { classPredictions }, explanationNotice: bad }),
    address: { "results.json": `http://x/${bad}`, [bad]: bad },
    strings: of(null, { result: { classPredictions: [{ class: "a", score: bad }] } }),
  };
  for (const [index, explanation] of explanations.entries()) results[`${bad}${index}`] = of(explanation);
  const html = renderReport(
    {
      ...job,
      jobIdentifier: bad,
      status: bad as never,
      total: bad as never,
      completed: bad as never,
      model: { identifier: bad, version: bad, name: bad },
    },
    { results: results as never, failures: { [bad]: { error: bad } as never } },
    { picture: `data:image/png;base64,${bad}` },
  );
  expect(html).not.toContain(`"'>`);
  expect(html).not.toMatch(/<script|<img|<iframe|<object|<link|<a |\son\w+=[^ ]*"|href="(?!data:image\/)/i);
  expect(html).toContain("&#60;script&#62;alert(1)");
  expect(html).toContain(`content="default-src &#39;none&#39;; img-src data:;`);
});

test.each([
  ["a mask without dimensions", { maskRLE: [[0, 4]] }],
  ["words as pairs", { wordImportance: [["good", 0.5]] }],
  ["words with other fields", { wordImportance: [{ word: "good", importance: 0.5 }] }],
  ["a method only", { method: "gradcam" }],
  ["a text as score", { featureImportance: [{ feature: "age", condition: "", score: "0.5" }] }],
])("shows %s as JSON, and the other inputs as usual", (_name, explanation) => {
  const html = report({ odd: of(explanation), plain: of({ wordImportance: [word("lovely", 0, 0.5)], ...made }) });
  expect(html).toContain(`<pre>\n{\n  &#34;${Object.keys(explanation)[0]}&#34;:`);
  expect(html).toContain(">lovely</span>");
});

test("draws a model's own explanation if its form is known", () => {
  const html = report({
    row: of({ featureImportance: [{ feature: "age", condition: "> 40", score: -0.5 }] }),
    picture: of({ maskRLE: [[1, 3, 2]], dimensions: { width: 3, height: 2 } }),
  });
  expect(html).toMatch(/> 40|&#62; 40/);
  expect(html).toContain("−0.500");
  expect(html).toContain("50 % of 3 × 2 pixels");
  expect(html).not.toContain("<pre>");
});

test("shows non-numeric scores and outputs without classes as JSON", () => {
  const html = report({
    odd: of(null, { result: { classPredictions: [{ class: "a", score: "0.9" }] } }),
    sum: { "results.json": { total: 3 } },
  });
  expect(html).toContain("&#34;0.9&#34;");
  expect(html).toContain("&#34;total&#34;: 3");
});

test("truncates 200,000 words instead of overflowing the stack or the browser", () => {
  const wordImportance = Array.from({ length: 200_000 }, (_, index) => word("w", index * 2, 0.1));
  const html = report({ long: of({ wordImportance, ...made }) });
  expect(html).toContain("and 195,000 more words");
  expect(html.length).toBeLessThan(2_000_000);
});

test("a result that cannot be shown does not affect the others", () => {
  let deep: unknown = 1;
  for (let level = 0; level < 50_000; level += 1) deep = [deep];
  const html = report({ deep: of(deep), plain: of({ wordImportance: [word("lovely", 0, 0.5)], ...made }) });
  expect(html).toContain("It cannot be shown");
  expect(html).toContain(">lovely</span>");
});

test("draws a picture under its heat map and the outline of its mask", () => {
  const picture = "data:image/png;base64,AAAA";
  const explanation = {
    ...made,
    maskRLE: [[1, 3, 2]],
    dimensions: { width: 3, height: 2 },
    heatMap: [
      [1, 1, -0.5],
      [0, 0.5, 0],
    ],
  };
  const html = report({ cat: of(explanation) }, {}, { cat: picture });
  expect(html.match(/<image href="data:image\/png;base64,AAAA"/g)).toHaveLength(2);
  expect(html).toContain(`<path class="f8" d="M0 0h2v1h-2z"`);
  expect(html).toContain(`<path class="a4" d="M2 0h1v1h-1z"`);
  // . # .
  // # # .
  expect(html).toContain(`d="M1 0h1M0 1h1M0 2h2M0 1v1M1 0v1M2 0v2"`);
});
