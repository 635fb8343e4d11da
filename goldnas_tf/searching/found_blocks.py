"""The blocks that a search of shared cells has found: a file, and a picture of them."""

from goldnas_tf.architecture import blocks
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.runs.archive import Archive
from goldnas_tf.runs.journal import Journal
from goldnas_tf.searching.blocks_picture import draw_blocks


def write(archive: Archive, journal: Journal, epoch: int) -> None:
    """Writes the blocks of the points so far that are not dominated, and says so.

    Args:
        archive: of the points.
        journal: of the search.
        epoch: that it has come to.
    """
    path = archive.path
    found = blocks.library(archive.points, path)
    blocks.save(found, path)
    if found:
        networks = {
            block.name: Genotype.load(path / "pareto" / block.name / "genotype.json")
            for block in found
        }
        draw_blocks(found, networks, path / "blocks.png")
        journal.picture(epoch, "blocks", path / "blocks.png")
    journal.say(f"{blocks.FILE} holds {len(found)} blocks that are not dominated")
