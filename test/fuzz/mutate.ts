import type { RandomNumbers } from "./random-numbers.ts";

const interestingNumbers = [
  0,
  1,
  2,
  7,
  8,
  16,
  32,
  64,
  100,
  127,
  128,
  255,
  256,
  1_024,
  32_767,
  32_768,
  65_535,
  2 ** 31 - 1,
];
const interestingDigits = ["0", "-1", "1e999", "NaN", "2147483648", "4294967295", "9007199254740993", "0x7f", "1.5"];
const longestBytes = 16 * 2 ** 10;

/** Another input made from one that reached something: one to eight changes, each at random. */
export function mutate(parent: Buffer, other: Buffer, dictionary: readonly Buffer[], random: RandomNumbers): Buffer {
  let data: Buffer = Buffer.from(parent);
  do data = changes[random.below(changes.length)]!(data, { other, dictionary, random });
  while (random.below(2) === 0);
  return data.subarray(0, longestBytes);
}

interface Sources {
  readonly other: Buffer;
  readonly dictionary: readonly Buffer[];
  readonly random: RandomNumbers;
}

type Change = (data: Buffer, sources: Sources) => Buffer;

const flipBit: Change = (data, { random }) => setByte(data, random, (byte) => byte ^ (1 << random.below(8)));
const changeByte: Change = (data, { random }) => setByte(data, random, () => random.below(256));
const addToByte: Change = (data, { random }) => setByte(data, random, (byte) => byte + random.below(9) - 4);
const insertByte: Change = (data, { random }) =>
  replace(data, random.below(data.length + 1), 0, Buffer.of(random.below(256)));

const remove: Change = (data, { random }) => {
  const [start, length] = rangeOf(data, random);
  return replace(data, start, length, Buffer.alloc(0));
};

const copyWithin: Change = (data, { random }) => {
  const [start, length] = rangeOf(data, random);
  return replace(data, random.below(data.length + 1), 0, data.subarray(start, start + length));
};

/** Long runs of the same find what takes quadratic time or too deep a stack. */
const repeat: Change = (data, { random }) => {
  const [start, length] = rangeOf(data, random);
  const times = Math.min(2 ** random.below(13), Math.floor(longestBytes / Math.max(1, length)));
  return replace(data, start, 0, Buffer.concat(Array<Buffer>(times).fill(data.subarray(start, start + length))));
};

const insertWord: Change = (data, sources) => replace(data, sources.random.below(data.length + 1), 0, wordOf(sources));

const overwriteWord: Change = (data, sources) => {
  const word = wordOf(sources);
  return replace(data, sources.random.below(data.length + 1), word.length, word);
};

const spliceOther: Change = (data, { other, random }) => {
  const [start, length] = rangeOf(other, random);
  const [at, replaced] = rangeOf(data, random);
  return replace(data, at, random.below(2) * replaced, other.subarray(start, start + length));
};

const writeNumber: Change = (data, { random }) => {
  const value = interestingNumbers[random.below(interestingNumbers.length)]!;
  const sign = random.below(4) === 0 ? -1 : 1;
  const number = Buffer.alloc(4);
  if (random.below(2) === 0) number.writeInt32BE(sign * value);
  else number.writeInt32LE(sign * value);
  const bytes = [1, 2, 4][random.below(3)]!;
  return replace(
    data,
    random.below(data.length + 1),
    bytes,
    number.subarray(random.below(5 - bytes), 4).subarray(0, bytes),
  );
};

const changeDigits: Change = (data, { random }) => {
  const numbers = [...data.toString("latin1").matchAll(/\d+/g)];
  const found = numbers[random.below(Math.max(1, numbers.length))];
  if (found === undefined) return data;
  const text = interestingDigits[random.below(interestingDigits.length)]!;
  return replace(data, found.index, found[0].length, Buffer.from(text));
};

const changes: readonly Change[] = [
  flipBit,
  changeByte,
  addToByte,
  insertByte,
  remove,
  copyWithin,
  repeat,
  insertWord,
  overwriteWord,
  spliceOther,
  writeNumber,
  changeDigits,
];

function setByte(data: Buffer, random: RandomNumbers, change: (byte: number) => number): Buffer {
  const at = random.below(Math.max(1, data.length));
  return replace(data, at, 1, Buffer.of(change(data[at] ?? 0) & 255));
}

function rangeOf(data: Buffer, random: RandomNumbers): [start: number, length: number] {
  const start = random.below(data.length + 1);
  const longest = random.below(4) === 0 ? data.length - start : Math.min(16, data.length - start);
  return [start, random.below(longest + 1)];
}

function wordOf({ dictionary, random }: Sources): Buffer {
  return dictionary[random.below(dictionary.length)] ?? Buffer.alloc(0);
}

function replace(data: Buffer, start: number, length: number, by: Buffer): Buffer {
  return Buffer.concat([data.subarray(0, start), by, data.subarray(start + length)]);
}
