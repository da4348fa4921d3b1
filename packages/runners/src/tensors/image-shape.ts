import type { ImagePreprocessing } from "./image-settings.js";

/** The dimensions of one prepared picture. */
export function imageShape({ crop, layout, channels = 3 }: Omit<ImagePreprocessing, "kind">): number[] {
  return layout === "nchw" ? [channels, crop.height, crop.width] : [crop.height, crop.width, channels];
}
