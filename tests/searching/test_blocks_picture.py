from goldnas_tf.architecture.blocks import Block
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.searching.blocks_picture import blocks_figure, draw_blocks


def test_both_forms_of_every_block_are_drawn(tmp_path):
    genotype = Genotype.full(Space((8, 8, 1), 10, cells=3, channels=4, nodes=2, shared=True))
    edges = tuple(place[1:] for place in genotype.cell(0))
    library = [Block(name, 2, edges, edges, 10, 2500, 0.912) for name in ("e007", "e002")]
    found_in = {block.name: genotype for block in library}
    figure = blocks_figure(library, found_in)
    assert len(figure.axes) == 4
    texts = figure.findobj(lambda artist: hasattr(artist, "get_text"))
    words = " | ".join(text.get_text() for text in texts)
    assert "2 blocks" in words
    assert "e007, normal: 2.5K parameters, 91.2%" in words
    assert "e002, reduction" in words
    assert "k − 1" in words
    draw_blocks(library[:1], found_in, tmp_path / "blocks.png")
    assert (tmp_path / "blocks.png").stat().st_size > 0
