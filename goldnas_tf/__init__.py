"""Differentiable architecture search for TensorFlow: images in, a Pareto set of networks out.

The public names, imported on first use, so that plain data (spaces, genotypes, costs, settings)
costs no TensorFlow.
"""

from importlib import import_module

from goldnas_tf.registration import register_with_keras

_HOMES = {
    "AssemblySettings": "evolution.settings",
    "AugmentationSettings": "data",
    "DataSettings": "data",
    "DeviceSettings": "config",
    "EvolutionSettings": "evolution.settings",
    "EvolveConfig": "evolution.settings",
    "Form": "network",
    "GateSettings": "config",
    "Genotype": "genotype",
    "InputError": "errors",
    "ObjectiveSettings": "config",
    "OptimizerSettings": "config",
    "Point": "pareto",
    "PointSettings": "config",
    "PruningRule": "pruning",
    "SearchConfig": "config",
    "Space": "space",
    "SpaceSettings": "config",
    "TrainingSettings": "train_config",
    "build": "network",
    "evolve": "evolution.evolve",
    "from_datasets": "data",
    "load_data": "data",
    "load": "export",
    "load_blocks": "blocks",
    "measure": "evaluation.measure",
    "open_network": "evaluation.opening",
    "prepare": "training.runtime",
    "search": "search_loop",
}
_RENAMED = {"load_blocks": "load", "load_data": "load", "load": "load_point"}

__all__ = sorted(_HOMES)

register_with_keras()


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), _RENAMED.get(name, name))


def __dir__():
    return __all__
