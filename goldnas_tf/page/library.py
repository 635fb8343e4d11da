"""The scripts that draw the plots of a page: Vega with all that it needs, as one text.

They come out of a Python package, so that a page can be made, and opened, without any network.
"""

import functools
import importlib.metadata
import pathlib

import matplotlib

from goldnas_tf.files import atomic

# stands at the end of what is kept: it is whole
_END = "\n// whole\n"


@functools.cache
def script() -> str:
    """What defines `vegaEmbed` in a page.

    To put it together takes some seconds, so it is kept for later processes where matplotlib keeps
    what it has found out of this machine.
    """
    version = importlib.metadata.version("vl-convert-python")
    file = pathlib.Path(matplotlib.get_cachedir()) / f"vega-embed-{version}.js"
    kept = file.read_text(encoding="utf-8") if file.is_file() else ""
    if kept.endswith(_END):
        return kept
    # takes tens of megabytes: only where it is needed
    import vl_convert

    text = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    # inside of a page it must not look like its end
    text = text.replace("</script", "<\\/script") + _END
    atomic.write_text(file, text)
    return text
