/** Inputs of the largest chunk: large enough to keep queueing cheap, small enough that lost work is soon redone. */
export const maximumChunkSize = 100;
