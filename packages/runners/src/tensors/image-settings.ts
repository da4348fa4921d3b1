import Type, { type Static } from "typebox";
import { SettingsError } from "../check/check-settings.js";

const side = Type.Integer({ minimum: 1 });
/** One for each channel, or one for all. */
const eachChannel = Type.Array(Type.Number(), { minItems: 1, maxItems: 3 });

/** How a picture becomes numbers. */
export const ImagePreprocessing = Type.Object({
  kind: Type.Literal("image"),
  item: Type.String({ minLength: 1 }),
  /**
   * `shortestSide`: the shorter side is scaled to so many pixels, and the middle is cut out. `fit`: the whole picture is stretched to
   * the size of the crop ("fill"), or scaled into it with bars of one grey around it ("contain"; 114 of 255 when not given).
   */
  resize: Type.Union([
    Type.Object({ shortestSide: side }),
    Type.Object({
      fit: Type.Enum(["fill", "contain"]),
      grey: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
    }),
  ]),
  /** What the model sees, in pixels. */
  crop: Type.Object({ width: side, height: side }),
  /** Red, green and blue of 0 to 255 that transparent pixels are composed on; white when not given. */
  background: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { minItems: 3, maxItems: 3 })),
  /** 3 for red, green and blue, which it is when not given; 1 for grey (ITU-R BT.601, as Pillow and OpenCV have it). */
  channels: Type.Optional(Type.Enum([1, 3])),
  /** A channel of 0 to 255 becomes (value * scale - mean) / std; 1 / 255 when not given. */
  scale: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  mean: eachChannel,
  std: eachChannel,
  layout: Type.Enum(["nchw", "nhwc"]),
});
export type ImagePreprocessing = Static<typeof ImagePreprocessing>;

/** @throws SettingsError for the setting that has not one number for each channel, or one for all. */
export function checkChannels(path: readonly string[], settings: Omit<ImagePreprocessing, "kind">): void {
  const { channels = 3 } = settings;
  for (const name of ["mean", "std"] as const) {
    const { length } = settings[name];
    if (length !== 1 && length !== channels)
      throw new SettingsError(
        { path: [...path, name], expected: channels === 1 ? "one number" : `one number or ${channels}` },
        settings[name],
      );
  }
  if (settings.std.includes(0))
    throw new SettingsError({ path: [...path, "std"], expected: "numbers other than 0" }, settings.std);
}
