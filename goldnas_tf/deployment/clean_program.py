"""A program that runs an exported network as a stranger does: without the package that made it.

    python -I clean_program.py JOB ANSWERS

JOB is a JSON file: {"path": SavedModel, .tflite or .onnx file, "requests": [...]}, requests as
TensorFlow Serving takes them over HTTP: {"signature_name": name, "instances": [...]}, where
{"b64": text} stands for bytes. ANSWERS is written: for each request its outputs by their names.
"""

import base64
import json
import pathlib
import sys
import typing
from collections.abc import Iterator, Sequence

if typing.TYPE_CHECKING:
    import numpy as np


def main(job_file: str, answers_file: str) -> None:
    """Runs all requests of a job."""
    # an installed package would be found: from here on no import of it succeeds, which is what None
    # says there, and typeshed leaves out
    sys.modules["goldnas_tf"] = None  # type: ignore[assignment]
    job = json.loads(pathlib.Path(job_file).read_text())
    files = {".tflite": _litert, ".onnx": _onnx}
    run = files.get(pathlib.Path(job["path"]).suffix, _saved_model)
    answers = [
        {name: _plain(values) for name, values in answer.items()}
        for answer in run(job["path"], job["requests"])
    ]
    pathlib.Path(answers_file).write_text(json.dumps(answers))
    if run is not _saved_model and "tensorflow" in sys.modules:
        raise SystemExit("a phone has no TensorFlow, and the runtime has loaded it")


def _saved_model(path: str, requests: Sequence[dict]) -> Iterator[dict[str, "np.ndarray"]]:
    import numpy as np
    import tensorflow as tf

    # as servers restore a network: by its graph. tf.saved_model.load restores by objects of Python,
    # and answers where no server would
    v1 = tf.compat.v1
    with v1.Session(graph=tf.Graph()) as session:
        signatures = v1.saved_model.load(session, ["serve"], path).signature_def
        for request in requests:
            signature = signatures[request["signature_name"]]
            ((_, source),) = signature.inputs.items()
            values = [_bytes(value) for value in request["instances"]]
            inputs = np.array(values, tf.as_dtype(source.dtype).as_numpy_dtype)
            outputs = {name: tensor.name for name, tensor in signature.outputs.items()}
            yield session.run(outputs, {source.name: inputs})


def _litert(path: str, requests: Sequence[dict]) -> Iterator[dict[str, "np.ndarray"]]:
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=path)
    for request in requests:
        signature = interpreter.get_signature_runner(request["signature_name"])
        ((name, tensor),) = signature.get_input_details().items()
        values = np.array(request["instances"], tensor["dtype"])
        answers = [signature(**{name: image[None]}) for image in values]
        yield {key: np.concatenate([answer[key] for answer in answers]) for key in answers[0]}


def _onnx(path: str, requests: Sequence[dict]) -> Iterator[dict[str, "np.ndarray"]]:
    import numpy as np
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (source,), outputs = session.get_inputs(), session.get_outputs()
    for request in requests:
        answers = session.run(None, {source.name: np.array(request["instances"], np.uint8)})
        yield {one.name: values for one, values in zip(outputs, answers, strict=True)}


def _bytes(value: typing.Any) -> typing.Any:
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else value


def _plain(values: "np.ndarray") -> list:
    if values.dtype.kind in "OS":
        return [value.decode() for value in values]
    return values.tolist()


if __name__ == "__main__":
    main(*sys.argv[1:])
