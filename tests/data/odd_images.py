"""Image files as cameras, scanners, microscopes and old programs write them: one table.

Each has the pixels that a viewer shows, or the words by which it is refused.
"""

import dataclasses
import io
import struct
import zlib

import numpy as np
from PIL import Image

SIDE = 8
CLOSE = 12
"""How far a level of a JPEG file may be off: TensorFlow decodes quickly, not exactly."""

# smooth, so that JPEG keeps it, and different in every corner, so that turning shows
_ROWS, _COLUMNS = np.mgrid[0:SIDE, 0:SIDE] * (255 // (SIDE - 1))
PHOTO = np.stack([_ROWS, _COLUMNS, (_ROWS + _COLUMNS) // 2], -1).astype(np.uint8)
GREY = np.repeat(_ROWS[..., None], 3, -1).astype(np.uint8)

# few colours, none of them grey, none at the place that its number would be as a grey
_COLOURS = np.array([[200, 30, 30], [20, 180, 60], [40, 40, 220], [250, 250, 10]], np.uint8)
_NUMBERS = (np.add.outer(np.arange(SIDE), 2 * np.arange(SIDE)) // 3 % 4).astype(np.uint8)
PALETTE = _COLOURS[_NUMBERS]


@dataclasses.dataclass(frozen=True, eq=False)
class OddImage:
    """A file.

    Attributes:
        name: of the file, in a folder.
        content: its bytes.
        pixels: what is to be read, uint8 (8, 8, 3); None where it is refused.
        said: words of the refusal.
        turned: whether it has to be turned upright.
        close: how far a level may be off.
    """

    name: str
    content: bytes
    pixels: np.ndarray | None = None
    said: str = ""
    turned: bool = False
    close: int = 0


def write(pixels, kind, **options):
    content = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(content, kind, **options)
    return content.getvalue()


def exif(orientation, little=True, long=False):
    """An Exif block as it stands in a file, with another tag before the one that counts."""
    order = "<" if little else ">"
    value = struct.pack(
        order + ("I" if long else "HH"), *([orientation] if long else [orientation, 0])
    )
    entries = struct.pack(order + "HHI4s", 0x010F, 2, 4, b"cam\0")
    entries += struct.pack(order + "HHI", 0x0112, 4 if long else 3, 1) + value
    head = (b"II*\0" if little else b"MM\0*") + struct.pack(order + "IH", 8, 2)
    return head + entries + struct.pack(order + "I", 0)


def lying(pixels, orientation):
    """The pixels as a camera stores them, so that a viewer shows `pixels`."""
    image = Image.fromarray(pixels)
    transpose = Image.Transpose
    undo = {
        1: None,
        2: transpose.FLIP_LEFT_RIGHT,
        3: transpose.ROTATE_180,
        4: transpose.FLIP_TOP_BOTTOM,
        5: transpose.TRANSPOSE,
        6: transpose.ROTATE_90,
        7: transpose.TRANSVERSE,
        8: transpose.ROTATE_270,
    }[orientation]
    return np.asarray(image if undo is None else image.transpose(undo))


def jpeg(pixels, *segments):
    """A JPEG file with segments of (marker, content) in front of its own."""
    content = write(pixels, "JPEG", quality=100, subsampling=0)
    parts = [
        bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body for marker, body in segments
    ]
    return content[:2] + b"".join(parts) + content[2:]


def png(rows, depth, colour, chunks=()):
    """A PNG file: rows of bytes, bits of a value, kind of colour, chunks before the pixels."""
    height = len(rows)
    width = len(rows[0]) * 8 // (depth * {0: 1, 2: 3, 4: 2, 6: 4}[colour])
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    parts = [(b"IHDR", head), *chunks, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


def bmp(bits, compression=0, old=False, top_down=False, header=40, data=None, masks=b""):
    """A BMP file of `PALETTE`, or with the bytes given."""
    numbers = _NUMBERS if top_down else _NUMBERS[::-1]
    colours = (
        b"" if bits > 8 else b"".join(bytes(c[::-1]) + (b"" if old else b"\0") for c in _COLOURS)
    )
    if data is None and bits > 8:
        pixels = (PALETTE if top_down else PALETTE[::-1])[..., ::-1]
        if bits == 32:
            pixels = np.concatenate([pixels, np.full((SIDE, SIDE, 1), 7, np.uint8)], -1)
        data = pixels.tobytes()
    elif data is None:
        rows = np.unpackbits(numbers[..., None], axis=-1)[..., 8 - bits :].reshape(SIDE, -1)
        packed = np.packbits(rows, axis=-1)
        data = np.pad(packed, [(0, 0), (0, -packed.shape[1] % 4)]).tobytes()
    height = -SIDE if top_down else SIDE
    if old:
        info = struct.pack("<IHHHH", 12, SIDE, SIDE, 1, bits)
    else:
        used = len(_COLOURS) if colours else 0
        info = struct.pack(
            "<IiiHHIIiiII", header, SIDE, height, 1, bits, compression, len(data), 0, 0, used, 0
        )
        info += masks.ljust(header - 40, b"\0") if header > 40 else b""
    extra = b"" if header > 40 else masks
    offset = 14 + len(info) + len(extra) + len(colours)
    return (
        struct.pack("<2sIHHI", b"BM", offset + len(data), 0, 0, offset)
        + info
        + extra
        + colours
        + data
    )


def _deep(values):
    """Rows of a PNG of 16 bits."""
    return [np.asarray(row, ">u2").tobytes() for row in values]


XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Exif</x:xmpmeta>"
_TWO = (_NUMBERS % 2).astype(np.uint8)
_RUNS = b"".join(bytes([1, int(n)]) for row in _NUMBERS[::-1] for n in [*row]) + b"\0\1"
_BGR = bytes.fromhex("0000ff00 00ff0000 ff000000 00000000")

IMAGES = [
    OddImage("plain.png", write(PHOTO, "PNG"), PHOTO),
    *(
        OddImage(
            f"held_{n}.jpg",
            jpeg(lying(PHOTO, n), (0xE1, b"Exif\0\0" + exif(n, little=n % 2 == 0))),
            PHOTO,
            turned=n > 1,
            close=CLOSE,
        )
        for n in range(1, 9)
    ),
    OddImage(
        "after_other_segments.jpg",
        jpeg(
            lying(PHOTO, 6),
            (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            (0xE2, b"ICC_PROFILE\0\1\1" + b"\xff\xda" * 500),
            (0xE1, XMP),
            (0xE1, b"Exif\0\0" + exif(6, long=True)),
        ),
        PHOTO,
        turned=True,
        close=CLOSE,
    ),
    OddImage("says_nonsense.jpg", jpeg(PHOTO, (0xE1, b"Exif\0\0" + exif(77))), PHOTO, close=CLOSE),
    OddImage("cut_exif.jpg", jpeg(PHOTO, (0xE1, b"Exif\0\0" + exif(6)[:20])), PHOTO, close=CLOSE),
    OddImage("empty_exif.jpg", jpeg(PHOTO, (0xE1, b"Exif\0\0")), PHOTO, close=CLOSE),
    OddImage("only_xmp.jpg", jpeg(PHOTO, (0xE1, XMP)), PHOTO, close=CLOSE),
    OddImage("comment.jpg", jpeg(PHOTO, (0xFE, b"Exif\0\0" + exif(6))), PHOTO, close=CLOSE),
    OddImage(
        "held.png",
        png([row.tobytes() for row in lying(PHOTO, 8)], 8, 2, [(b"eXIf", exif(8))]),
        PHOTO,
        turned=True,
    ),
    OddImage(
        "held.webp", write(lying(PHOTO, 3), "WEBP", lossless=True, exif=exif(3)), PHOTO, turned=True
    ),
    OddImage("is_webp.jpg", write(PHOTO, "WEBP", lossless=True), PHOTO),
    OddImage("is_png.gif", write(PHOTO, "PNG"), PHOTO),
    OddImage("photo.jfif", jpeg(PHOTO), PHOTO, close=CLOSE),
    OddImage("photo.jpe", jpeg(PHOTO), PHOTO, close=CLOSE),
    OddImage(
        "print.jpg",
        write(Image.fromarray(PHOTO).convert("CMYK"), "JPEG", quality=100, subsampling=0),
        PHOTO,
        close=CLOSE,
    ),
    OddImage("grey.jpg", write(GREY[..., 0], "JPEG", quality=100), GREY, close=CLOSE),
    OddImage("palette.png", write(Image.fromarray(PALETTE).quantize(4), "PNG"), PALETTE),
    OddImage("palette.gif", write(Image.fromarray(PALETTE).quantize(4), "GIF"), PALETTE),
    OddImage(
        "one_bit.png",
        png([np.packbits(row).tobytes() for row in _TWO], 1, 0),
        np.repeat(_TWO[..., None] * 255, 3, -1),
    ),
    OddImage(
        "palette_1.bmp",
        bmp(1, data=np.pad(np.packbits(_TWO[::-1], axis=-1), [(0, 0), (0, 3)]).tobytes()),
        _COLOURS[_TWO],
    ),
    OddImage("palette_4.bmp", bmp(4), PALETTE),
    OddImage("palette_8.bmp", bmp(8), PALETTE),
    OddImage("palette_8_down.bmp", bmp(8, top_down=True), PALETTE),
    OddImage("palette_8_v4.bmp", bmp(8, header=108), PALETTE),
    OddImage("os2_4.bmp", bmp(4, old=True), PALETTE),
    OddImage("os2_24.bmp", bmp(24, old=True), PALETTE),
    OddImage("true_24.bmp", bmp(24), PALETTE),
    OddImage("true_32.dib", bmp(32), PALETTE),
    OddImage("masks_32.bmp", bmp(32, 3, header=108, masks=_BGR), PALETTE),
    OddImage("masks_32_short.bmp", bmp(32, 3, masks=_BGR[:12]), PALETTE),
    OddImage("grey.bmp", write(GREY[..., 0], "BMP"), GREY),
    OddImage("runs_8.bmp", bmp(8, 1, data=_RUNS), said="run-length BMP"),
    OddImage("masks_16.bmp", bmp(16, 3, data=b"\0" * 128, masks=_BGR[:12]), said="16-bit BMP"),
    OddImage("new.jxl", b"\xff\x0aA@" + b"\0" * 60, said="JPEG XL"),
    OddImage("scan.tif", write(PHOTO, "TIFF"), said="TIFF"),
    OddImage("is_tiff.png", write(PHOTO, "TIFF"), said="TIFF"),
    OddImage("phone.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, said="HEIC"),
    OddImage("web.avif", write(PHOTO, "AVIF"), said="AVIF"),
    OddImage(
        "moving.webp",
        write(Image.fromarray(PHOTO), "WEBP", save_all=True, append_images=[Image.fromarray(GREY)]),
        said="animated WebP",
    ),
    OddImage("empty.png", b"", said="PNG, JPEG"),
    OddImage("text.png", b"no image", said="PNG, JPEG"),
    OddImage("cut.jpg", jpeg(PHOTO)[:40], said="PNG, JPEG"),
]

# values of 12 of the 16 bits, as sensors write them
DEEP_WHITE = 4095
_DEEP = np.round(PHOTO * (DEEP_WHITE / 255))
DEEP = [
    OddImage("sensor.png", png(_deep(_DEEP[..., 0]), 16, 0), np.repeat(PHOTO[..., :1], 3, -1)),
    OddImage("sensor_colour.png", png(_deep(_DEEP.reshape(SIDE, -1)), 16, 2), PHOTO),
    OddImage(
        "sensor_alpha.png",
        png(_deep(np.insert(_DEEP, 3, 65535, -1).reshape(SIDE, -1)), 16, 6),
        PHOTO,
    ),
]
