"""What an evaluation leaves in its folder: its file, and the names of its pictures."""

from goldnas_tf.files.kinds import Kind

KIND = Kind("an evaluation", schema=1)
RESULT = "evaluation.json"
PICTURES = "confusion"
MISTAKES = "mistakes"


def picture(name: str) -> str:
    """Where a network's picture stands in the output folder."""
    return f"{PICTURES}/{name}.png"


def mistake_pictures(name: str, count: int) -> list[str]:
    """Where the pictures of so many of its mistakes stand, the first one first."""
    return [f"{MISTAKES}/{name}/{number:02d}.png" for number in range(1, count + 1)]
