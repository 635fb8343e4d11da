"""Runs a program of the package, or says what to do where it is not installed.

What calls it has to ask for its own name first: processes of an evolution import it once more.
"""

import importlib


def run(name: str) -> None:
    """Runs `goldnas_tf.programs.NAME`."""
    try:
        program = importlib.import_module(f"goldnas_tf.programs.{name}")
    except ModuleNotFoundError as missing:
        raise SystemExit(
            f"bin/{name}: no module {missing.name!r}; run: make install && . .venv/bin/activate"
        ) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    program.main()
