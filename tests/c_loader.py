"""A program that runs a SavedModel as servers do: by TensorFlow's C++ loader, and without Python's.

    python c_loader.py JOB ANSWERS

It is the loader of TensorFlow Serving, Java, Go and C, called by the C interface of the library
that the tensorflow package brings. JOB is a JSON file: {"library": its path, "path": a SavedModel,
"requests": [{"input": tensor, "shape": [...], "values": VALUES, "outputs": {name: tensor}}, ...]}.
VALUES stand in base64: the bytes of a uint8 tensor, or a list with one string for each element.
ANSWERS is written: for each request its outputs by their names, as lists.
"""

import base64
import ctypes
import json
import math
import pathlib
import struct
import sys

FLOAT, UINT8, STRING = 1, 4, 7
_TSTRING_BYTES = 24


class Output(ctypes.Structure):
    """TF_Output: a tensor of a graph."""

    _fields_ = [("operation", ctypes.c_void_p), ("index", ctypes.c_int)]


class Library:
    """The functions of the C interface, which give addresses, sizes, small numbers, or nothing."""

    _SIZES = ("TF_TensorByteSize", "TF_Dim", "TF_StringGetSize")
    _ADDRESSES = (
        "TF_NewStatus",
        "TF_NewGraph",
        "TF_NewSessionOptions",
        "TF_LoadSessionFromSavedModel",
        "TF_GraphOperationByName",
        "TF_AllocateTensor",
        "TF_TensorData",
        "TF_StringGetDataPointer",
    )

    def __init__(self, path):
        self._library = ctypes.CDLL(path)
        self._library.TF_Message.restype = ctypes.c_char_p
        for name in self._SIZES:
            getattr(self._library, name).restype = ctypes.c_int64
        for name in self._ADDRESSES:
            getattr(self._library, name).restype = ctypes.c_void_p
        self._status = self.TF_NewStatus()

    def __getattr__(self, name):
        function = getattr(self._library, name)
        return lambda *arguments: function(*map(_argument, arguments))

    def checked(self, name, *arguments):
        """Calls a function whose last argument is a status; ends the program if it failed."""
        result = getattr(self, name)(*arguments, self._status)
        if self.TF_GetCode(self._status):
            raise SystemExit(self.TF_Message(self._status).decode())
        return result


class Network:
    """A SavedModel in a session of the C++ loader."""

    def __init__(self, library, path):
        self._library = library
        self._graph = library.TF_NewGraph()
        self._session = library.checked(
            "TF_LoadSessionFromSavedModel",
            library.TF_NewSessionOptions(),
            None,
            path.encode(),
            (ctypes.c_char_p * 1)(b"serve"),
            ctypes.c_int(1),
            self._graph,
            None,
        )

    def answer(self, request):
        """The outputs of a request by their names."""
        names = request["outputs"]
        inputs = (Output * 1)(self._output(request["input"]))
        values = (ctypes.c_void_p * 1)(self._tensor(request["values"], request["shape"]))
        outputs = (Output * len(names))(*map(self._output, names.values()))
        found = (ctypes.c_void_p * len(names))()
        self._library.checked(
            "TF_SessionRun",
            *(self._session, None),
            *(inputs, values, ctypes.c_int(1)),
            *(outputs, found, ctypes.c_int(len(names))),
            *(None, ctypes.c_int(0), None),
        )
        return dict(zip(names, map(self._values, found), strict=True))

    def _output(self, name):
        operation, _, index = name.partition(":")
        found = self._library.TF_GraphOperationByName(self._graph, operation.encode())
        if not found:
            raise SystemExit(f"the graph has no operation {operation}")
        return Output(found, int(index))

    def _tensor(self, values, shape):
        strings = isinstance(values, list)
        contents = base64.b64decode("" if strings else values)
        size = math.prod(shape) * _TSTRING_BYTES if strings else len(contents)
        tensor = self._library.TF_AllocateTensor(
            ctypes.c_int(STRING if strings else UINT8),
            (ctypes.c_int64 * len(shape))(*shape),
            ctypes.c_int(len(shape)),
            size,
        )
        data = self._library.TF_TensorData(tensor)
        ctypes.memmove(data, contents, len(contents))
        for place, value in enumerate(values if strings else ()):
            string, content = data + place * _TSTRING_BYTES, base64.b64decode(value)
            self._library.TF_StringInit(string)
            self._library.TF_StringCopy(string, content, len(content))
        return tensor

    def _values(self, tensor):
        library = self._library
        shape = [library.TF_Dim(tensor, axis) for axis in range(library.TF_NumDims(tensor))]
        data, kind = library.TF_TensorData(tensor), library.TF_TensorType(tensor)
        if kind == FLOAT:
            content = ctypes.string_at(data, library.TF_TensorByteSize(tensor))
            flat = struct.unpack(f"{math.prod(shape)}f", content)
            return [flat[i : i + shape[-1]] for i in range(0, len(flat), shape[-1])]
        if kind != STRING:
            raise SystemExit(f"an output is of type {kind}, neither float32 nor string")
        strings = [data + place * _TSTRING_BYTES for place in range(math.prod(shape))]
        return [
            ctypes.string_at(
                library.TF_StringGetDataPointer(string), library.TF_StringGetSize(string)
            ).decode()
            for string in strings
        ]


def _argument(value):
    # a plain number would be passed as an int of 32 bits
    return ctypes.c_void_p(value) if isinstance(value, int) else value


def main(job_file, answers_file):
    job = json.loads(pathlib.Path(job_file).read_text())
    network = Network(Library(job["library"]), job["path"])
    answers = [network.answer(request) for request in job["requests"]]
    pathlib.Path(answers_file).write_text(json.dumps(answers))
    assert "tensorflow" not in sys.modules


if __name__ == "__main__":
    main(*sys.argv[1:])
