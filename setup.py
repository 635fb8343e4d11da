"""Installs goldnas_tf with its programs, goldnas-search and others, and their presets."""

from setuptools import find_packages, setup

# Tried together: the lowest of these versions, and the newest there were for Python 3.13.
REQUIREMENTS = [
    "tensorflow>=2.21,<2.22",
    "keras>=3.12,<3.16",
    "tensorflow-datasets>=4.9.10,<4.10",
    "importlib_resources>=6.4",  # tensorflow-datasets 4.9 imports it, but does not ask for it
    "numpy>=1.26.4,<2.6",
    "wrapt>=1.17,<3",  # tensorflow brings it, in any version
    "absl-py>=2.1,<3",
    "tensorboard>=2.21,<2.22",  # tensorflow does not bring it any more
    "scikit-learn>=1.5,<2",
    "scipy>=1.13,<2",
    "pymoo>=0.6.1,<0.7",
    "distributed>=2025.5.1,<2027",  # Dask: trials and trainings in processes, here or on a cluster
    "psutil>=5.9,<8",
    "matplotlib>=3.9,<4",
    "tqdm>=4.66,<5",
    "jinja2>=3.1,<4",
    "vl-convert-python>=1.7,<2",  # Vega, which draws the plots of a run's page
]

# to export networks and to measure .tflite files, and to run the tests
EXPORT = [
    "ai-edge-litert>=2.0,<3",
    "flatbuffers>=24.3.25",
    "tensorflow-serving-api>=2.21,<2.22",
]

# to measure what a network takes of a microcontroller; there are builds of every day alone, and for
# this machine alone
MICRO = ["tflite-micro>=0.dev20260101; sys_platform == 'linux' and platform_machine == 'x86_64'"]

# to export and measure ONNX files
ONNX = ["onnx>=1.17,<2", "onnxruntime>=1.20,<2"]

setup(
    name="goldnas_tf",
    version="0.1.0",
    description="Differentiable architecture search for TensorFlow: a Pareto set from one run",
    license="Apache-2.0",
    python_requires=">=3.10,<3.14",
    packages=[*find_packages(include=["goldnas_tf", "goldnas_tf.*"]), "goldnas_tf.presets"],
    package_dir={"goldnas_tf.presets": "flags"},
    package_data={
        "goldnas_tf.presets": ["*.flags"],
        "goldnas_tf.page": ["templates/*"],
        "goldnas_tf.reporting": ["templates/*"],
    },
    entry_points={
        "console_scripts": [
            f"goldnas-{name} = goldnas_tf.programs.{name}:main"
            for name in (
                *("search", "train", "compare", "evolve", "evaluate", "export", "latency"),
                "report",
            )
        ]
    },
    install_requires=REQUIREMENTS,
    extras_require={
        "bench": ["torch>=2.5"],
        "gpu": ["tensorflow[and-cuda]>=2.21,<2.22"],
        "export": EXPORT,
        "micro": MICRO,
        "onnx": ONNX,
        "test": [
            *EXPORT,
            *MICRO,
            *ONNX,
            "pillow>=10.4",
            "pytest>=8.2,<10",
            "pytest-xdist>=3.7,<4",
            "ruff>=0.17.6,<0.18",
            "setuptools>=68",
            "import-linter>=2.5,<3",
            "mypy>=1.15,<3",
            "hypothesis>=6.112,<7",
            "playwright>=1.48,<2",  # with a Chromium that is there: the page in a real browser
            "nbclient>=0.10,<1",
            "ipykernel>=6.29,<8",
        ],
    },
)
