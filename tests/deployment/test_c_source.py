"""C source for microcontrollers, compiled and read back."""

import re
import shutil
import subprocess

import numpy as np
import pytest
from tiny_networks import NETWORKS

from goldnas_tf.deployment import litert, micro
from goldnas_tf.networks.folded import FoldedNetwork

COMPILERS = [one for one in ("cc", "c++") if shutil.which(one)]
CLASSES = ["ant", "bée", 'big "cat"\\?']

# prints what it was compiled with
PROGRAM = """\
#include <stdio.h>
#include "my_net_2.h"

int main(void) {
  printf("%d %d %d %d %d\\n", MY_NET_2_HEIGHT, MY_NET_2_WIDTH, MY_NET_2_CHANNELS, MY_NET_2_CLASSES,
         MY_NET_2_ARENA_BYTES);
  printf("%d\\n", (int)((unsigned long)my_net_2_model % 16));
  for (int i = 0; i < MY_NET_2_CLASSES; ++i) printf("%s\\n", my_net_2_classes[i]);
  for (int i = 0; i < MY_NET_2_MODEL_BYTES; ++i) printf("%02x", my_net_2_model[i]);
  return 0;
}
"""


@pytest.fixture(scope="module")
def content(built):
    network = FoldedNetwork.of(built("one_cell"))
    return litert.convert(network, "int8", NETWORKS["one_cell"].images(3, 8))


@pytest.mark.skipif(not COMPILERS, reason="no C compiler is there")
@pytest.mark.parametrize("compiler", COMPILERS)
def test_a_compiler_takes_it_and_finds_the_network(content, tmp_path, compiler):
    micro.write(tmp_path, "my-net.2", content, (8, 6, 3), CLASSES, 4321, 5000)
    suffix = "c" if compiler == "cc" else "cc"
    (tmp_path / f"main.{suffix}").write_text(PROGRAM)
    subprocess.run(
        ["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-c", "my_net_2.c"],
        cwd=tmp_path,
        check=True,
    )
    subprocess.run(
        [compiler, "-Wall", "-Werror", f"main.{suffix}", "my_net_2.o", "-o", "main"],
        cwd=tmp_path,
        check=True,
    )
    ran = subprocess.run(["./main"], cwd=tmp_path, capture_output=True, check=True)
    sizes, aligned, *names, model = ran.stdout.decode().split("\n")
    assert sizes == "8 6 3 3 4321"
    assert aligned == "0"
    assert names == CLASSES
    assert bytes.fromhex(model) == content


def test_without_a_measurement_the_arena_has_something_to_spare(content, tmp_path):
    micro.write(tmp_path, "net", content, (8, 6, 3), CLASSES, None, 5000)
    assert "#define NET_ARENA_BYTES 5500\n" in (tmp_path / "net.h").read_text()


def test_operators_are_named_as_firmware_registers_them(content):
    found = micro.operators(content)
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "SOFTMAX"} <= {*found}
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("digits", "digits"), ("My-Net.2", "my_net_2"), ("8x8", "network_8x8")],
)
def test_names_are_those_of_c(name, expected):
    assert micro.identifier(name) == expected


@pytest.mark.usefixtures("impatient")
def test_an_export_for_microcontrollers(exported):
    report, folder = exported("one_cell", "micro")
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["export.json", "int8.tflite", "it.c", "it.h"]
    header = (folder / "it.h").read_text()
    arena = int(re.search(r"IT_ARENA_BYTES (\d+)", header)[1])
    assert arena >= (report.measured["micro"].ram_bytes or 0)
    size = (folder / "int8.tflite").stat().st_size
    assert f"#define IT_MODEL_BYTES {size}\n" in header
    assert np.isfinite(report.measured["micro"].accuracy.top1)
