import pytest
from processes import run_python

import goldnas_tf

# what others import; a name that is taken from here is one that their programs miss
PUBLIC = [
    "AssemblySettings",
    "AugmentationSettings",
    "AuxiliarySettings",
    "DataSettings",
    "DeviceSettings",
    "EvolutionSettings",
    "EvolveConfig",
    "ExportConfig",
    "FinishingSettings",
    "Form",
    "GateSettings",
    "Genotype",
    "InputError",
    "ObjectiveSettings",
    "OptimizerSettings",
    "PlanSettings",
    "Point",
    "PointSettings",
    "PruningRule",
    "SearchConfig",
    "Space",
    "SpaceSettings",
    "TrainingSettings",
    "WatchSettings",
    "build",
    "evolve",
    "export",
    "from_datasets",
    "load",
    "load_blocks",
    "load_data",
    "measure",
    "open_network",
    "prepare",
    "report",
    "search",
]


def test_every_public_name_is_what_it_says(tmp_path):
    # a program may have imported the module of the same name before
    program = (
        "from goldnas_tf.searching.search_loop import Search\n"
        "import goldnas_tf\n"
        "from goldnas_tf import *\n"
        "values = {name: getattr(goldnas_tf, name) for name in goldnas_tf.__all__}\n"
        "assert values.items() <= globals().items()\n"
        "modules = [name for name in values if not callable(values[name])]\n"
        "assert not modules, modules\n"
        "assert (search.__name__, load_data.__name__) == ('search', 'load')\n"
    )
    found = run_python(program, tmp_path)
    assert found.returncode == 0, found.stderr[-500:]


def test_no_public_name_is_lost():
    assert goldnas_tf.__all__ == dir(goldnas_tf) == PUBLIC


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        goldnas_tf.nonsense  # noqa: B018
