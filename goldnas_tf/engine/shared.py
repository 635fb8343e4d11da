"""Values that many processes read, with their arrays in one file that each machine holds once.

Arrays are mapped into memory from the file, so that the processes of a machine share its pages.
"""

import mmap
import pathlib
import pickle
from typing import Any

from goldnas_tf.files import atomic

_ALIGNMENT = 64


class Shared:
    """A value whose arrays lie in a file; what is sent to a process is the rest of it.

    Args:
        value: anything that can be pickled.
        path: of the file, in a folder that all processes can read.
    """

    def __init__(self, value: Any, path: pathlib.Path):
        buffers: list[pickle.PickleBuffer] = []
        self._pickled = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
        self._path, self._ends = path, []
        with atomic.file(path) as file:
            for buffer in buffers:
                start = -(-file.tell() // _ALIGNMENT) * _ALIGNMENT
                file.seek(start)
                file.write(buffer.raw())
                self._ends.append((start, file.tell()))

    def get(self) -> Any:
        """The value; its arrays cannot be written to.

        Raises:
            OSError: the file cannot be read from here.
        """
        with self._path.open("rb") as file:
            if not self._ends:
                return pickle.loads(self._pickled)
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return pickle.loads(self._pickled, buffers=[whole[start:end] for start, end in self._ends])

    def forget(self) -> None:
        """Deletes the file."""
        self._path.unlink(missing_ok=True)
