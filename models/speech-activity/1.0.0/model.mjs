import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { decodeSound } from "./decode-sound.mjs";

const dataItem = "audio";
const sampleRate = 16_000;
/** Samples in a frame: 32 ms. The network also sees the last 64 of the frame before. */
const frameLength = 512;
const contextLength = 64;
// Where the authors' own iterator begins and ends a segment; shorter gaps and segments are not believed.
const beginAbove = 0.5;
const endBelow = 0.35;
const shortestGapSeconds = 0.1;
const shortestSpeechSeconds = 0.25;

/** Silero VAD v5: the probability of speech in each 32 ms, joined to segments. */
export async function load({ directory }) {
  const session = await InferenceSession.create(join(directory, "weights", "silero-vad-v5.onnx"), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
  });
  const rate = new Tensor("int64", BigInt64Array.from([BigInt(sampleRate)]), []);

  /** The probability of speech in every frame, the last one filled up with silence. */
  const score = async (samples) => {
    const probabilities = [];
    let state = new Tensor("float32", new Float32Array(2 * 128), [2, 1, 128]);
    const frame = new Float32Array(contextLength + frameLength);
    for (let start = 0; start < samples.length; start += frameLength) {
      frame.copyWithin(0, frameLength);
      frame.fill(0, contextLength);
      frame.set(samples.subarray(start, start + frameLength), contextLength);
      const input = new Tensor("float32", frame.slice(), [1, frame.length]);
      const { output, stateN } = await session.run({ input, state, sr: rate });
      state = stateN;
      probabilities.push(output.data[0]);
    }
    return probabilities;
  };

  const answer = async (items, signal) => {
    const bytes = items[dataItem];
    if (bytes === undefined) {
      const found = Object.keys(items).map((name) => JSON.stringify(name));
      return new Error(`Data item "${dataItem}" is missing; this input has ${found.join(", ") || "none"}.`);
    }
    let audio;
    try {
      audio = await decodeSound(bytes);
    } catch (error) {
      return new Error(`Data item "${dataItem}" ${error.message}.`);
    }
    const durationSeconds = audio.channelData[0].length / audio.sampleRate;
    const probabilities = await score(resample(mix(audio.channelData), audio.sampleRate));
    signal.throwIfAborted();
    const segments = toSegments(probabilities, durationSeconds);
    const speechSeconds = segments.reduce((sum, { start, end }) => sum + end - start, 0);
    const result = { segments, speechSeconds: round(speechSeconds), durationSeconds: round(durationSeconds) };
    return { "results.json": { data: { result, explanation: null, drift: null } } };
  };

  return {
    async run(batch, { signal }) {
      const answers = [];
      for (const items of batch) answers.push(await answer(items, signal));
      return answers;
    },
    close: () => session.release(),
  };
}

/** The mean of all channels. */
function mix(channels) {
  if (channels.length === 1) return channels[0];
  return channels[0].map((_, at) => channels.reduce((sum, channel) => sum + channel[at], 0) / channels.length);
}

/** To 16 kHz: the mean of the samples that become one, so that nothing high folds down; between two where there are too few. */
function resample(samples, from) {
  if (from === sampleRate) return samples;
  const step = from / sampleRate;
  const result = new Float32Array(Math.floor(samples.length / step));
  for (let at = 0; at < result.length; at += 1) {
    const [first, last] = [at * step, (at + 1) * step];
    if (step < 1) {
      const left = Math.floor(first);
      const right = Math.min(samples.length - 1, left + 1);
      result[at] = samples[left] * (1 - (first - left)) + samples[right] * (first - left);
      continue;
    }
    let sum = 0;
    for (let place = Math.floor(first); place < Math.min(last, samples.length); place += 1)
      sum += samples[place] * (Math.min(last, place + 1) - Math.max(first, place));
    result[at] = sum / step;
  }
  return result;
}

/** Speech begins above one probability and ends when it stays below another for a while. */
function toSegments(probabilities, durationSeconds) {
  const frameSeconds = frameLength / sampleRate;
  const segments = [];
  let start;
  let quietSince;
  const end = (at) => {
    if (at - start >= shortestSpeechSeconds) segments.push({ start: round(start), end: round(at) });
    start = quietSince = undefined;
  };
  probabilities.forEach((probability, frame) => {
    const at = frame * frameSeconds;
    if (probability >= beginAbove) {
      start ??= at;
      quietSince = undefined;
    } else if (start !== undefined && probability < endBelow) {
      quietSince ??= at;
      if (at - quietSince >= shortestGapSeconds) end(quietSince);
    }
  });
  if (start !== undefined) end(quietSince ?? durationSeconds);
  return segments;
}

function round(seconds) {
  return Math.round(seconds * 1_000) / 1_000;
}
