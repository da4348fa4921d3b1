import { describe, expect, it } from "vitest";
import type { InputResult } from "@millrace/contract";
import pc from "picocolors";
import { formatFailures } from "../../examples/demo/failures-list.js";
import { formatImageCards, thumbnailSize } from "../../examples/demo/image-cards.js";
import { readPredictions } from "../../examples/demo/predictions.js";
import { scoreBar } from "../../examples/demo/score-bar.js";
import { clip, formatSentimentTable } from "../../examples/demo/sentiment-table.js";

const colors = pc.createColors(false);

function sentimentRow(fileName: string, positive: number, negative: number, text = "Some words.") {
  const predictions = [
    { class: "positive", score: positive },
    { class: "negative", score: negative },
    { class: "neutral", score: 1 - positive - negative },
  ].toSorted((a, b) => b.score - a.score);
  return { fileName, text, predictions };
}

describe("the sentiment table", () => {
  const rows = [
    sentimentRow("sad.txt", 0.05, 0.9),
    sentimentRow("glad.txt", 0.95, 0.01, "What a\nlovely day it was."),
    sentimentRow("plain.txt", 0.2, 0.1),
  ];

  it("is sorted from most positive to most negative, with label, score and text on one line", () => {
    const lines = formatSentimentTable(rows, { colors, width: 100, maximumRows: 10 });
    expect(lines.slice(0, 3)).toEqual([
      "  glad.txt   positive  █████████▌  0.95  What a lovely day it was.",
      "  plain.txt  neutral   ███████     0.70  Some words.",
      "  sad.txt    negative  █████████   0.90  Some words.",
    ]);
    expect(lines.at(-1)).toBe("  ■ 1 positive   ■ 1 neutral   ■ 1 negative");
  });

  it("keeps both ends when it omits rows, says how many, and still counts all", () => {
    const many = Array.from({ length: 21 }, (_, index) => sentimentRow(`${index}.txt`, index / 20, 1 - index / 20));
    const lines = formatSentimentTable(many, { colors, width: 100, maximumRows: 5 });
    expect(lines.slice(0, 5).map((line) => line.trim().split(" ")[0])).toEqual([
      "20.txt",
      "15.txt",
      "10.txt",
      "5.txt",
      "0.txt",
    ]);
    expect(lines[5]).toContain("16 more");
    expect(lines.at(-1)).toMatch(/1[01] positive .* 1[01] negative/);
  });

  it("never writes a line longer than the terminal is wide", () => {
    const long = sentimentRow("a-file.txt", 0.9, 0.05, "word ".repeat(100));
    for (const width of [60, 80, 120]) {
      const lengths = formatSentimentTable([long], { colors, width, maximumRows: 5 }).map((line) => line.length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(width);
    }
  });
});

describe("clip", () => {
  it("cuts at word boundaries, and within a word that is longer than the line", () => {
    expect(clip("one two three", 9)).toBe("one two…");
    expect(clip(" one\n two ", 7)).toBe("one two");
    expect(clip("immeasurable", 6)).toBe("immea…");
  });
});

describe("scoreBar", () => {
  it("is exact to an eighth and always has the requested width", () => {
    expect([0, 0.5, 0.4375, 1, 7].map((score) => scoreBar(score, 2))).toEqual(["  ", "█ ", "▉ ", "██", "██"]);
  });
});

describe("the image cards", () => {
  const card = (fileName: string, thumbnail: string[]) => ({
    fileName,
    thumbnail,
    predictions: [{ class: "tabby cat", score: 0.5 }],
  });

  it("are a plain table if pictures cannot be shown", () => {
    expect(formatImageCards([card("cat.jpg", []), card("a.jpg", [])], { colors, width: 80 })).toEqual([
      "  cat.jpg  █████       0.50  tabby cat",
      "  a.jpg    █████       0.50  tabby cat",
      "",
    ]);
  });

  it("stand side by side as the terminal's width allows, with file and prediction below each picture", () => {
    const picture = Array.from({ length: thumbnailSize.rows }, () => "x".repeat(thumbnailSize.columns));
    const cards = ["1.jpg", "2.jpg", "3.jpg"].map((name) => card(name, picture));
    const lines = formatImageCards(cards, { colors, width: 2 * (thumbnailSize.columns + 2) });
    expect(lines[0]).toBe(`  ${picture[0]}  ${picture[0]}`);
    expect(lines[thumbnailSize.rows]?.split(/\s+/)).toEqual(["", "1.jpg", "2.jpg"]);
    expect(lines[thumbnailSize.rows + 1]).toMatch(/^ {2}tabby cat +tabby cat$/);
    expect(lines.filter((line) => line.includes("3.jpg"))).toHaveLength(1);
  });
});

describe("the list of failures", () => {
  it("shows each message beside the input's name, wrapped to the width", () => {
    const failures = { one: { error: "The key is not there." }, second: { error: "No bucket." } };
    expect(formatFailures(failures, { colors, width: 26 })).toEqual([
      "  ✗ one     The key is not",
      "            there.",
      "  ✗ second  No bucket.",
    ]);
  });
});

describe("readPredictions", () => {
  const entry = (output: unknown) => ({ "results.json": output }) as unknown as InputResult;

  it("returns the predictions of each file", () => {
    const result = { classPredictions: [{ class: "positive", score: 0.75 }] };
    const results = { "a.txt": entry({ data: { result, explanation: null, drift: null } }) };
    expect(readPredictions(results)).toEqual([{ fileName: "a.txt", predictions: result.classPredictions }]);
  });

  it("rejects an output that is not a classification and names the input", () => {
    expect(() => readPredictions({ "a.txt": entry({ data: null }) })).toThrow(/a\.txt/);
  });
});
