"""Whether the settings of a search and its images go together, before anything is written."""

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.data import ImageData
from goldnas_tf.searching.config import SearchConfig
from goldnas_tf.training import small_images, trainings
from goldnas_tf.training.blueprint import GenotypeBlueprint


def fitting_space(config: SearchConfig, data: ImageData) -> Space:
    """The space that is searched for some images, once it is known that the search takes them.

    Args:
        config: of the search.
        data: the images.

    Raises:
        InputError: the space, the meter, small images or other processes cannot be had with these
            settings and these images.
    """
    trainings.check(config, config.engine, data)
    space = config.space.for_images(data.image_shape, len(data.class_names))
    finishes_small = config.finishing.finish_points and config.training.small_share
    asked = {"small_warmup": config.plan.small_warmup, "small_share": finishes_small}
    for name in (name for name, is_asked in asked.items() if is_asked):
        # what is found takes the images that the whole of the space takes
        small_images.check_fits(name, GenotypeBlueprint(Genotype.full(space)), config)
    config.target.meter.check_space(space)
    return space
