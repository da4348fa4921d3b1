"""Makes a small picture of every kind that people have, and expected.json: the pixels that Pillow reads from each.

    pip install pillow==13.0.0 pillow-heif tifffile imagecodecs numpy
    python make.py

They are 8-bit RGB, upright, with transparent parts on white. Where Pillow clips 16 bits per channel to 8 or does not know the kind, they are
computed from the numbers that were written: value / 257, rounded. Pictures without an entry are those that must be refused.
"""

import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import tifffile
from PIL import Image, ImageCms, ImageOps

HERE = Path(__file__).parent
WIDTH, HEIGHT = 24, 16
files: dict[str, bytes] = {}
expected: dict[str, np.ndarray] = {}

x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
# Every corner differs, so that no turn goes unseen.
RGB = np.stack([x * 10 + 10, y * 15 + 10, 250 - x * 5 - y * 8], axis=2).astype(np.uint8)
GREY = (x * 8 + y * 4).astype(np.uint8)
BITS = ((x // 3 + y // 2) % 2 == 0) & (x + y < 34)
# Opaque on the left, nothing on the right, and all between; the colors behind are black where nothing is seen.
ALPHA = np.clip(300 - x * 15, 0, 255).astype(np.uint8)
HIDDEN = RGB * (ALPHA[..., None] > 0)
RGBA = np.dstack([HIDDEN, ALPHA])
WIDE = RGB.astype(np.uint16) * 257 + 90
WIDE_GREY = (x * 2600 + y * 300).astype(np.uint16)


def save(name: str, image: Image.Image, readable: bool = True, **options) -> None:
    stream = io.BytesIO()
    image.save(stream, Image.registered_extensions()[Path(name).suffix], **options)
    add(name, stream.getvalue(), readable=readable)


def add(name: str, data: bytes, pixels: np.ndarray | None = None, readable: bool = True) -> None:
    files[name] = data
    if readable:
        expected[name] = by_pillow(data) if pixels is None else pixels


def by_pillow(data: bytes) -> np.ndarray:
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.asarray(image.convert("RGB"))


def narrow(values: np.ndarray) -> np.ndarray:
    """16 bits per channel as 8."""
    eight = np.round(values / 257).astype(np.uint8)
    return eight if eight.ndim == 3 else np.repeat(eight[..., None], 3, axis=2)


def on_white(colors: np.ndarray, alpha: np.ndarray, largest: float) -> np.ndarray:
    share = (alpha / largest)[..., None]
    return np.round((colors / largest * share + 1 - share) * 255).astype(np.uint8)


def png(values: np.ndarray, depth: int, kind: int, interlaced: bool = False, chunks: tuple[tuple[bytes, bytes], ...] = ()) -> bytes:
    """A PNG of kinds that Pillow does not write: 16 bits per channel, interlaced."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    def rows(part: np.ndarray) -> bytes:
        wide = part.astype(">u2") if depth == 16 else part.astype(np.uint8)
        return b"".join(b"\0" + row.tobytes() for row in wide)

    adam7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    parts = [values[top::down, left::right] for top, left, down, right in adam7] if interlaced else [values]
    height, width = values.shape[:2]
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    body = zlib.compress(b"".join(rows(part) for part in parts), 9)
    middle = b"".join(chunk(name, data) for name, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + middle + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def tiff(values: np.ndarray, **options) -> bytes:
    stream = io.BytesIO()
    options.setdefault("photometric", "rgb" if values.ndim == 3 else "minisblack")
    tifffile.imwrite(stream, values, metadata=None, software=None, **options)
    return stream.getvalue()


def swapped_profile() -> bytes:
    """A profile in which red and green have changed places: who applies it cannot be overlooked."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", data[128:132])[0]
    tags = {bytes(data[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    data[red + 4 : red + 12], data[green + 4 : green + 12] = data[green + 4 : green + 12], data[red + 4 : red + 12]
    return bytes(data)


photo, grey, cut_out = Image.fromarray(RGB), Image.fromarray(GREY), Image.fromarray(RGBA)
bits = Image.fromarray(BITS)
inks = Image.fromarray(np.dstack([255 - RGB, GREY // 2]), "CMYK")
palette = photo.quantize(32)
second = Image.fromarray(255 - RGB)
profile = swapped_profile()

# JPEG
save("baseline.jpg", photo, quality=95)
save("progressive.jpg", photo, quality=95, progressive=True)
save("grey.jpg", grey, quality=95)
save("cmyk.jpg", inks, quality=95)
save("profile.jpg", photo, quality=95, icc_profile=profile)
for turn in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = turn
    save(f"turn-{turn}.jpg", photo, quality=95, exif=exif)

# PNG
save("rgb.png", photo)
save("alpha.png", cut_out)
save("grey.png", grey)
save("grey-alpha.png", Image.fromarray(np.dstack([GREY, ALPHA]), "LA"))
save("one-bit.png", bits)
save("palette.png", palette)
save("palette-transparent.png", palette, transparency=palette.getpixel((2, 2)))
save("profile.png", photo, icc_profile=profile)
save("animated.png", photo, save_all=True, append_images=[second], duration=100)
add("color-key.png", png(RGB, 8, 2, chunks=((b"tRNS", struct.pack(">HHH", *(int(v) for v in RGB[0, 0]))),)))
add("interlaced.png", png(RGB, 8, 2, interlaced=True))
add("grey-16.png", png(WIDE_GREY, 16, 0), narrow(WIDE_GREY))
add("grey-alpha-16.png", png(np.dstack([WIDE_GREY, ALPHA.astype(np.uint16) * 257]), 16, 4), on_white(np.repeat(WIDE_GREY[..., None], 3, axis=2), ALPHA.astype(float) * 257, 65535))
add("rgb-16.png", png(WIDE, 16, 2), narrow(WIDE))
add("alpha-16.png", png(np.dstack([WIDE, ALPHA.astype(np.uint16) * 257]), 16, 6), on_white(WIDE, ALPHA.astype(float) * 257, 65535))

# GIF, WebP, AVIF, HEIC
save("plain.gif", palette)
save("transparent.gif", palette, transparency=palette.getpixel((2, 2)))
save("animated.gif", palette, save_all=True, append_images=[second.quantize(32)], duration=100)
save("lossy.webp", photo, quality=90)
save("lossless-alpha.webp", cut_out, lossless=True, exact=True)
save("lossy-alpha.webp", cut_out, quality=95)
save("animated.webp", photo, save_all=True, append_images=[second], duration=100, lossless=True)
save("photo.avif", photo, quality=95, subsampling="4:4:4")
save("alpha.avif", cut_out, quality=95, subsampling="4:4:4")
heic = io.BytesIO()
pillow_heif.from_pillow(photo).save(heic, quality=90)
add("photo.heic", heic.getvalue(), readable=False)

# TIFF
for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
    save(f"{compression.replace('tiff_', '').replace('adobe_', '')}.tif", photo, compression=compression)
save("ccitt-4.tif", bits, compression="group4")
save("ccitt-3.tif", bits, compression="group3")
save("cmyk.tif", inks, compression="tiff_lzw")
save("palette.tif", palette, compression="tiff_lzw")
save("pages.tif", photo, compression="tiff_lzw", save_all=True, append_images=[second])
save("alpha.tif", cut_out, compression="tiff_lzw")
add("tiled.tif", tiff(RGB, tile=(16, 16), compression="zlib"))
add("planar.tif", tiff(np.moveaxis(RGB, 2, 0), planarconfig="separate", compression="zlib"), RGB)
add("predictor.tif", tiff(RGB, compression="lzw", predictor=2), RGB)
add("big-endian.tif", tiff(RGB, byteorder=">"))
add("white-is-zero.tif", tiff(GREY, photometric="miniswhite"), np.repeat(255 - GREY[..., None], 3, axis=2))
add("rgb-16.tif", tiff(WIDE, compression="zlib"), narrow(WIDE))
add("grey-16.tif", tiff(WIDE_GREY, compression="zlib"), narrow(WIDE_GREY))
add("float.tif", tiff((RGB / 255).astype(np.float32), compression="zlib"), readable=False)
add("grey-float.tif", tiff((GREY / 255).astype(np.float32), compression="zlib"), readable=False)
add("grey-32.tif", tiff(WIDE_GREY.astype(np.uint32) * 65537, compression="zlib"), readable=False)
add("signed-16.tif", tiff(WIDE_GREY.astype(np.int16), compression="zlib"), readable=False)
add("cmyk-16.tif", tiff(np.asarray(inks).astype(np.uint16) * 257, photometric="separated", compression="zlib"), readable=False)
add("five-bands.tif", tiff(np.dstack([RGB, GREY, GREY]), extrasamples=[0, 0], compression="zlib"), readable=False)
save("lab.tif", Image.fromarray(RGB, "LAB"), readable=False, compression="tiff_lzw")

# Cut off within their pixels.
for name in ("baseline.jpg", "progressive.jpg", "rgb.png", "plain.gif", "lossy.webp", "raw.tif", "photo.avif"):
    add(f"truncated-{name}", files[name][:-50], readable=False)

for old in HERE.glob("*.*"):
    if old.name != Path(__file__).name:
        old.unlink()
for name, data in files.items():
    (HERE / name).write_bytes(data)
table = {
    name: {"width": pixels.shape[1], "height": pixels.shape[0], "rgb": base64.b64encode(pixels.tobytes()).decode()}
    for name, pixels in expected.items()
}
(HERE / "expected.json").write_text(json.dumps(table, indent=2) + "\n")
print(f"{len(files)} pictures, {len(expected)} of them readable, {sum(map(len, files.values()))} bytes; Pillow", Image.__version__)
