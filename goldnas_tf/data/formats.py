"""Formats of image files, told by their first bytes, whatever a file is called. No TensorFlow.

What TensorFlow decodes in a graph is read everywhere alike: from folders, from records, and by an
exported network that is sent a file. Anything else that is known is named, with what to do.
"""

import typing

READ = ("PNG", "JPEG", "GIF", "BMP", "WebP")
ALL_READ = f"{', '.join(READ[:-1])} or {READ[-1]}"
"""The formats that are read, and how messages list them."""

SUFFIXES = (
    *(".png", ".apng", ".jpg", ".jpeg", ".jfif", ".jpe", ".jif", ".gif", ".bmp", ".dib", ".webp"),
    *(".tif", ".tiff", ".heic", ".heif", ".avif", ".jxl", ".jp2", ".j2k"),
)
"""A file of such a name is meant to be an image; one that is none is damaged."""

HEAD_BYTES = 80
"""A format is told by so many bytes from the beginning of a file."""

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"8BPS", "Photoshop"),
)
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"msf1", b"mif1")
_BRANDS = dict.fromkeys(_HEIC, "HEIC") | {b"avif": "AVIF", b"avis": "AVIF"}

# of a bitmap: the kinds of compression that are read (none, and plain masks), and bits of a pixel
BMP_UNCOMPRESSED, BMP_MASKS = 0, 3
BMP_BITS = (1, 4, 8, 24, 32)
BMP_OLD_HEADER = 12
"""Bytes of the oldest kind of header, that of OS/2."""
BMP_MASKS_AT, BMP_BGR = 54, bytes.fromhex("0000ff00 00ff0000 ff000000")
"""Where masks stand, and those of pixels of four bytes: blue, green, red, and one without use."""

_BMP_COMPRESSIONS = {1: "run-length", 2: "run-length", 4: "JPEG in a", 5: "PNG in a"}


class Format(typing.NamedTuple):
    """What a file is.

    Attributes:
        name: of the format, as "PNG".
        is_read: whether it can be used; what is not has to be converted.
    """

    name: str
    is_read: bool


def of_head(head: bytes) -> Format | None:
    """The format of a file that begins so, or None where it is no image that we know of."""
    if head.startswith(b"BM"):
        return _bitmap(head)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        animated = head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 2)
        return Format("animated WebP", False) if animated else Format("WebP", True)
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return Format(_BRANDS[head[8:12]], False)
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return Format(name, name in READ)
    return None


def _bitmap(head: bytes) -> Format | None:
    """The kind of a bitmap; None where its header makes no sense."""

    def number(at: int, size: int) -> int:
        return int.from_bytes(head[at : at + size], "little")

    header = number(14, 4)
    if header == BMP_OLD_HEADER:
        bits, compression = number(24, 2), BMP_UNCOMPRESSED
    elif 40 <= header <= 124:
        bits, compression = number(28, 2), number(30, 4)
    else:
        return None
    if compression in _BMP_COMPRESSIONS:
        return Format(f"{_BMP_COMPRESSIONS[compression]} BMP", False)
    masks = head[BMP_MASKS_AT : BMP_MASKS_AT + len(BMP_BGR)]
    usual = compression == BMP_MASKS and bits == 32 and masks == BMP_BGR
    is_read = (compression == BMP_UNCOMPRESSED or usual) and bits in BMP_BITS
    return Format("BMP" if is_read else f"{bits}-bit BMP with masks", is_read)
