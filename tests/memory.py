"""Whether memory grows with what is done again and again, in a process of its own."""

import gc
import json
import pathlib
import subprocess
import sys
import tempfile

import psutil
from processes import environment

# of what is done before it counts: code is loaded, pools are filled
_FIRST = 0.2
_MOST_GROWTH = 0.05


def grow(what, times):
    """Does something again and again.

    Args:
        what: "rebuilds", "points" or "trials".
        times: how often.

    Returns:
        1.

    Raises:
        AssertionError: resident memory has grown by more than 5% since a fifth of it was done.
    """
    ended = subprocess.run(
        [sys.executable, __file__, what, str(times)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    sizes = json.loads(ended.stdout.splitlines()[-1])
    early = int(_FIRST * times)
    first, last = sizes[early], sizes[-1]
    told = f"{first / 1e6:.0f} MB after {early} {what}, {last / 1e6:.0f} MB after {times}"
    assert last <= (1 + _MOST_GROWTH) * first, told
    return 1


def _rebuilds(times):
    from goldnas_tf.architecture.genotype import Genotype
    from goldnas_tf.architecture.space import Space
    from goldnas_tf.searching.gated_learner import GatedLearner
    from goldnas_tf.searching.rebuild import rebuild
    from goldnas_tf.settings.sections import OptimizerSettings
    from goldnas_tf.training.learner import Recipe

    full = Genotype.full(Space((8, 8, 1), 10, cells=2, channels=4, nodes=2))
    recipe = Recipe(OptimizerSettings(batch_size=8))
    while times:
        learner = GatedLearner(full, recipe)
        for place in full.ordered[1::4][:5]:
            learner.mask(learner.genotype.without([place]))
            learner = rebuild(learner)
            _step(learner)
            times -= 1
            yield
            if not times:
                return


def _step(learner):
    import tensorflow as tf

    learner.step(tf.zeros((8, 8, 8, 1), tf.uint8), tf.zeros((8,), tf.int32), 0.0)


def _points(times):
    from goldnas_tf.architecture.genotype import Genotype
    from goldnas_tf.architecture.space import Space
    from goldnas_tf.networks import network
    from goldnas_tf.networks.network import Form
    from goldnas_tf.runs import export

    genotype = Genotype.full(Space((8, 8, 1), 10, cells=2, channels=4, nodes=2))
    with tempfile.TemporaryDirectory() as folder:
        for number in range(times):
            model = network.build(genotype, Form(gated=False))
            path = pathlib.Path(folder) / f"e{number:03d}"
            export.export(path, model, list("0123456789"), {}, write=genotype_writer(genotype))
            yield


def genotype_writer(genotype):
    """Writes what stands beside a network."""
    return lambda path: genotype.save(path / "genotype.json")


def _trials(times):
    from goldnas_tf import AssemblySettings, EvolutionSettings, EvolveConfig, load_data
    from goldnas_tf.architecture import blocks
    from goldnas_tf.data.sending import SentImages
    from goldnas_tf.evolution.assembly import Assembly
    from goldnas_tf.evolution.setup import Setup
    from goldnas_tf.evolution.trials import Trials
    from goldnas_tf.runtime import devices
    from goldnas_tf.settings.images import DataSettings

    golden = pathlib.Path(__file__).parent / "golden" / "0.1" / "blocks"
    config = EvolveConfig(
        data=DataSettings(train_images=120),
        evolution=EvolutionSettings(candidate_epochs=1),
        assembly=AssemblySettings(widths=("2", "4"), most_stages=2, most_blocks=1),
    )
    devices.prepare()
    data = load_data(config.data)
    # once, before TensorFlow's first operation
    devices.prepare = lambda *_: None
    assembly = Assembly(tuple(blocks.load(golden)), config.assembly, data.image_shape, 10)
    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(config, SentImages.of(data, config.data), pathlib.Path(folder))
        trials = Trials(setup)
        genes = tuple(0 for _ in assembly.sizes)
        for number in range(times):
            # two networks in turn
            genotype = assembly.genotype((number % 2, *genes[1:]))
            trials.judge(f"n{number:03d}", genotype, {})
            yield


def main():
    what, times = sys.argv[1], int(sys.argv[2])
    process, sizes = psutil.Process(), []
    for _ in {"rebuilds": _rebuilds, "points": _points, "trials": _trials}[what](times):
        gc.collect()
        sizes.append(process.memory_info().rss)
    print(json.dumps(sizes))


if __name__ == "__main__":
    main()
