/** A task goes back to the queue unfinished though nothing is wrong with it. */
export class HandBackError extends Error {
  override readonly name: string = "HandBackError";
}

/** The work on a chunk is void: its new holder has the task, so this worker must neither complete nor repeat it. */
export class ChunkLostError extends Error {
  override readonly name = "ChunkLostError";
}
