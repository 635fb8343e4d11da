"""Differentiable architecture search for TensorFlow: images in, a Pareto set of networks out.

The public names, imported on first use, so that plain data (spaces, genotypes, costs, settings)
costs no TensorFlow.
"""

from importlib import import_module
from typing import Any

from goldnas_tf.registration import register_with_keras

_HOMES = {
    "AssemblySettings": "evolution.settings",
    "AugmentationSettings": "settings.images",
    "AuxiliarySettings": "settings.sections",
    "DataSettings": "settings.images",
    "DeviceSettings": "settings.sections",
    "EvolutionSettings": "evolution.settings",
    "EvolveConfig": "evolution.settings",
    "ExportConfig": "deployment.settings",
    "FinishingSettings": "searching.config",
    "Form": "networks.network",
    "GateSettings": "settings.sections",
    "Genotype": "architecture.genotype",
    "InputError": "errors",
    "ObjectiveSettings": "settings.sections",
    "OptimizerSettings": "settings.sections",
    "PlanSettings": "searching.planned",
    "Point": "pareto",
    "PointSettings": "searching.config",
    "PruningRule": "searching.pruning",
    "SearchConfig": "searching.config",
    "Space": "architecture.space",
    "SpaceSettings": "settings.sections",
    "TrainingSettings": "training.train_config",
    "WatchSettings": "settings.sections",
    "build": "networks.network",
    "evolve": "evolution.evolve",
    "export": "deployment.exporting",
    "from_datasets": "data",
    "load_data": "data",
    "load": "runs.export",
    "load_blocks": "architecture.blocks",
    "measure": "evaluation.measure",
    "open_network": "evaluation.opening",
    "prepare": "runtime.devices",
    "report": "reporting.report",
    "search": "searching.search_loop",
}
_RENAMED = {"load_blocks": "load", "load_data": "load", "load": "load_point"}

__all__ = sorted(_HOMES)

register_with_keras()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), _RENAMED.get(name, name))


def __dir__() -> list[str]:
    return __all__
