"""What firmware compiles: the int8 file as C source, with all that it takes to call it.

NAME.h says the sizes and declares what NAME.c holds: the file's bytes, where kernels can read them,
and the names of the classes. Both are C99 and C++; NAME is the network's as C takes it.
"""

import pathlib
import re
from collections.abc import Sequence

_ALIGNMENT = 16
_BYTES_OF_A_LINE = 16

_HEADER = """\
/* {name}: a network from images to classes, for TensorFlow Lite Micro, in int8.
 *
 * Input: the pixels of one image, uint8, row by row, the channels of a pixel together.
 * Output: a probability for each class, float.
 * Operators to register: {operators}.
 */
#ifndef {upper}_H_
#define {upper}_H_

#ifdef __cplusplus
extern "C" {{
#endif

#define {upper}_HEIGHT {height}
#define {upper}_WIDTH {width}
#define {upper}_CHANNELS {channels}
#define {upper}_CLASSES {classes}

/* bytes of the arena: {arena_note} */
#define {upper}_ARENA_BYTES {arena}

#define {upper}_MODEL_BYTES {size}
extern const unsigned char {name}_model[{upper}_MODEL_BYTES];

/* UTF-8, in the order of the outputs */
extern const char* const {name}_classes[{upper}_CLASSES];

#ifdef __cplusplus
}}
#endif

#endif
"""

_SOURCE = """\
#include "{name}.h"

#if defined(_MSC_VER)
#define {upper}_ALIGNED __declspec(align({alignment}))
#else
#define {upper}_ALIGNED __attribute__((aligned({alignment})))
#endif

const char* const {name}_classes[{upper}_CLASSES] = {{
{class_names}
}};

{upper}_ALIGNED const unsigned char {name}_model[{upper}_MODEL_BYTES] = {{
{model}
}};
"""


def identifier(name: str) -> str:
    """The name of a network as C takes it: "my-net.2" is my_net_2, "8x8" network_8x8."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII).lower()
    return f"network_{plain}" if plain[0].isdigit() or plain[0] == "_" else plain


def write(
    folder: pathlib.Path,
    name: str,
    content: bytes,
    image_shape: tuple[int, int, int],
    class_names: Sequence[str],
    arena: int | None,
    predicted: int,
) -> None:
    """Writes NAME.h and NAME.c.

    Args:
        folder: where to.
        name: of the network.
        content: of its int8 file.
        image_shape: (height, width, channels).
        class_names: in the order of the outputs.
        arena: bytes of the arena as it was measured; None where it was not.
        predicted: of it, which then stands there with a reserve.
    """
    c_name = identifier(name)
    height, width, channels = image_shape
    reserve = predicted + predicted // 10
    values = {
        "name": c_name,
        "upper": c_name.upper(),
        "height": height,
        "width": width,
        "channels": channels,
        "classes": len(class_names),
        "operators": ", ".join(operators(content)),
        "arena": reserve if arena is None else arena,
        "arena_note": (
            "predicted, with a tenth to spare"
            if arena is None
            else "measured where pointers have 64 bits; less is needed where they have 32"
        ),
        "size": len(content),
        "alignment": _ALIGNMENT,
        "class_names": "\n".join(f'  "{_escaped(one)}",' for one in class_names),
        "model": _bytes(content),
    }
    (folder / f"{c_name}.h").write_text(_HEADER.format(**values))
    (folder / f"{c_name}.c").write_text(_SOURCE.format(**values))


def operators(content: bytes) -> list[str]:
    """Which operators a LiteRT file needs, by the names of the schema, in alphabetical order."""
    # an extra, which other formats are written without
    from ai_edge_litert import schema_py_generated as schema

    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if name.isupper()}
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    return sorted({names[code.builtinCode] for code in model.operatorCodes})


def _bytes(content: bytes) -> str:
    lines = (
        content[start : start + _BYTES_OF_A_LINE]
        for start in range(0, len(content), _BYTES_OF_A_LINE)
    )
    return "\n".join("  " + " ".join(f"{byte:#04x}," for byte in line) for line in lines)


def _escaped(text: str) -> str:
    """A name as it stands in quotes: bytes that C may take for something else are octal."""
    plain = {*range(32, 127)} - {*b'"\\?'}
    return "".join(chr(byte) if byte in plain else f"\\{byte:03o}" for byte in text.encode())
