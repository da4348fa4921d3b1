// Measures the speech activity model on read sentences whose words are aligned to the sound: the test data of pocketsphinx 5.1.1 (LibriVox,
// public domain). From the root of the repository, after `npm run build`:
//   pip download pocketsphinx==5.1.1 --no-deps --no-binary :all: && tar xzf pocketsphinx-5.1.1.tar.gz
//   node models/speech-activity/build/evaluate.mjs pocketsphinx-5.1.1/test/data/librivox
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readManifest, startEngine } from "@millrace/runners";

const [directory] = process.argv.slice(2);
const sampleRate = 16_000;
const frameSeconds = 0.01;
/** Silence before and after each sentence, in which there must be no speech. */
const silenceSeconds = 3;
/** A pause between two words that is shorter than this counts as speech. */
const shortestPauseSeconds = 0.3;

const manifest = await readManifest(new URL("../1.0.0", import.meta.url).pathname);
const { signal } = new AbortController();
const engine = await startEngine(manifest, { signal, name: "evaluation" });

let seed = 1;
const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
const gaussian = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

const clips = readdirSync(directory)
  .filter((file) => file.endsWith(".wav"))
  .map((file) => {
    const samples = new Int16Array(new Uint8Array(readFileSync(join(directory, file)).subarray(44)).buffer);
    const { w: words } = JSON.parse(readFileSync(join(directory, file.replace(".wav", ".json")), "utf8"));
    return { samples, words };
  });

for (const [name, decibels] of [
  ["as recorded", Infinity],
  ["white noise, 20 dB", 20],
  ["white noise, 10 dB", 10],
  ["white noise, 5 dB", 5],
]) {
  const counts = { hit: 0, missed: 0, false: 0, quiet: 0 };
  let [seconds, elapsedMs] = [0, 0];
  for (const { samples, words } of clips) {
    const silence = silenceSeconds * sampleRate;
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const noise = Math.sqrt(power / 10 ** (decibels / 10));
    const whole = Int16Array.from({ length: samples.length + 2 * silence }, (_, at) =>
      Math.max(-32_768, Math.min(32_767, (samples[at - silence] ?? 0) + noise * gaussian())),
    );
    const start = performance.now();
    const [outcome] = await engine.run([{ audio: toWave(whole) }], { explain: false, signal });
    elapsedMs += performance.now() - start;
    seconds += whole.length / sampleRate;
    const { segments } = JSON.parse(Buffer.from(outcome.outputs["results.json"].bytes).toString()).data.result;
    const spoken = words
      .filter(({ t, d }) => t !== "<sil>" || d < shortestPauseSeconds)
      .filter(({ t }, at, all) => t !== "<sil>" || (at > 0 && at < all.length - 1));
    for (let time = frameSeconds / 2; time < whole.length / sampleRate; time += frameSeconds) {
      const isSpeech = spoken.some(({ b, d }) => time - silenceSeconds >= b && time - silenceSeconds < b + d);
      const isFound = segments.some((segment) => time >= segment.start && time < segment.end);
      counts[isSpeech ? (isFound ? "hit" : "missed") : isFound ? "false" : "quiet"] += 1;
    }
  }
  const all = counts.hit + counts.missed + counts.false + counts.quiet;
  const percent = (share) => `${(share * 100).toFixed(1)} %`;
  console.log(
    `${name}: ${percent((counts.hit + counts.quiet) / all)} of ${all} moments right; of speech ${percent(counts.hit / (counts.hit + counts.missed))} found, ` +
      `of silence ${percent(counts.false / (counts.false + counts.quiet))} taken for speech; ${((seconds * 1_000) / elapsedMs).toFixed(0)} times as fast as it is spoken`,
  );
}
await engine.close();

function toWave(samples) {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}
