/** Where the model's pixels are in the picture: a pixel of the model is `x * scaleX + left` of the picture, and so is y. */
export interface PictureFrame {
  /** Of the picture as it is seen, turned as its orientation says. */
  readonly width: number;
  readonly height: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly left: number;
  readonly top: number;
}
