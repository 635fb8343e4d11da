"""A data set unlike photographs: letters that are easily confused, in a folder for each.

    python -m bench.letters FOLDER

draws 4,800 images of eight letters in the fonts that come with matplotlib: turned, sheared, of
little contrast, behind strokes, 24 to 120 pixels a side and rarely square, as PNG and JPEG files. A
sixth of them lies in FOLDER/test, the others in FOLDER/train.
"""

import itertools
import pathlib
import sys
from collections.abc import Mapping

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

LETTERS = "aceosuzx"
OF_EACH = {"train": 500, "test": 100}
_FONTS = pathlib.Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def main(folder: pathlib.Path, of_each: Mapping[str, int] = OF_EACH) -> None:
    """Draws all images, the same ones every time.

    Args:
        folder: where they go.
        of_each: how many images of each letter a split has.
    """
    rng = np.random.default_rng(0)
    fonts = sorted(_FONTS.glob("DejaVuS*.ttf")) + sorted(_FONTS.glob("STIXGeneral*.ttf"))
    fonts = [font for font in fonts if "Display" not in font.name]
    for split, letter in itertools.product(of_each, LETTERS):
        (folder / split / letter).mkdir(parents=True, exist_ok=True)
        for number in range(of_each[split]):
            suffix = "png" if number % 2 else "jpg"
            font = fonts[rng.integers(len(fonts))]
            draw(letter, font, rng).save(folder / split / letter / f"{number:04d}.{suffix}")


def draw(letter: str, font: pathlib.Path, rng: np.random.Generator) -> Image.Image:
    """One image of a letter."""
    width, height = (int(side) for side in rng.integers(24, 121, 2))
    side = max(width, height)
    background = rng.integers(40, 216, 3)
    contrast = rng.uniform(25, 90) * rng.choice([-1, 1])
    ink = tuple(int(value) for value in np.clip(background + contrast, 0, 255))
    image = Image.new("RGB", (width, height), tuple(int(value) for value in background))
    glyph = Image.new("L", (2 * side, 2 * side))
    size = int(min(width, height) * rng.uniform(0.7, 1.2))
    pen = ImageDraw.Draw(glyph)
    pen.text((side, side), letter, 255, ImageFont.truetype(str(font), size), anchor="mm")
    shear = rng.uniform(-0.4, 0.4)
    glyph = glyph.rotate(rng.uniform(-35, 35), Image.Resampling.BILINEAR)
    glyph = glyph.transform(
        glyph.size,
        Image.Transform.AFFINE,
        (1, shear, -shear * side, 0, 1, 0),
        Image.Resampling.BILINEAR,
    )
    left, top = (side - half + int(rng.integers(-3, 4)) for half in (width // 2, height // 2))
    mask = glyph.crop((left, top, left + width, top + height))
    image.paste(Image.new("RGB", image.size, ink), mask=mask)
    strokes = ImageDraw.Draw(image)
    for _ in range(rng.integers(1, 5)):
        ends = [(int(rng.integers(width)), int(rng.integers(height))) for _ in range(2)]
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        strokes.line(ends, colour, int(rng.integers(1, 3)))
    noisy = np.array(image) + rng.normal(0, rng.uniform(2, 16), (height, width, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
