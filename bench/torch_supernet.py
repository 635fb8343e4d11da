"""The same supernet in PyTorch, written as one would write it there: the benchmark's yardstick.

An own, independent implementation of the GOLD-NAS supernet and its one-level step: a module for
every operator, a gate for every operator, batch norms with moving statistics, two SGD optimizers,
clipped gradients, the resource term. It shares nothing with goldnas_tf but the sizes.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

NODES = 4
CLASSES = 10
EDGES = [(node, source) for node in range(NODES) for source in range(node + 2)]


def norm(channels: int, affine: bool = False) -> nn.Module:
    """A batch norm; inside operators it has no scale and shift of its own."""
    return nn.BatchNorm2d(channels, affine=affine)


class FactorisedReduction(nn.Module):
    """Halves the resolution with two 1×1 convolutions, one shifted by a pixel."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.even = nn.Conv2d(inputs, outputs // 2, 1, stride=2, bias=False)
        self.odd = nn.Conv2d(inputs, outputs - outputs // 2, 1, stride=2, bias=False)
        self.norm = norm(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(x)
        return self.norm(torch.cat([self.even(x), self.odd(x[:, :, 1:, 1:])], 1))


class ReluConvNorm(nn.Module):
    """Brings an input of a cell to the cell's channels."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm = norm(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.conv(F.relu(x)))


class SeparableConv(nn.Sequential):
    """ReLU, depthwise, pointwise, batch norm; twice."""

    def __init__(self, channels: int, stride: int):
        layers: list[nn.Module] = []
        for step in (stride, 1):
            layers += [
                nn.ReLU(),
                nn.Conv2d(channels, channels, 3, step, 1, groups=channels, bias=False),
                nn.Conv2d(channels, channels, 1, bias=False),
                norm(channels),
            ]
        super().__init__(*layers)


def skip(channels: int, stride: int) -> nn.Module:
    """Skip connection."""
    return norm(channels) if stride == 1 else FactorisedReduction(channels, channels)


class Cell(nn.Module):
    """Four nodes, each the gated sum of the operators on the edges from all states before it."""

    def __init__(self, inputs: tuple[int, int], channels: int, reduction: bool, halved: bool):
        super().__init__()
        older = FactorisedReduction if halved else ReluConvNorm
        self.older = older(inputs[0], channels)
        self.newer = ReluConvNorm(inputs[1], channels)
        self.operators = nn.ModuleList()
        for _, source in EDGES:
            stride = 2 if reduction and source < 2 else 1
            self.operators.append(skip(channels, stride))
            self.operators.append(SeparableConv(channels, stride))
        self.gates = nn.Parameter(torch.zeros(len(self.operators)))

    def forward(self, older: torch.Tensor, newer: torch.Tensor) -> torch.Tensor:
        strengths = torch.sigmoid(self.gates)
        states = [self.older(older), self.newer(newer)]
        terms: list[list[torch.Tensor]] = [[] for _ in range(NODES)]
        for edge, (node, source) in enumerate(EDGES):
            if source == len(states):
                states.append(sum(terms[source - 2]))
            for index in (2 * edge, 2 * edge + 1):
                terms[node].append(strengths[index] * self.operators[index](states[source]))
        states.append(sum(terms[-1]))
        return torch.cat(states[2:], 1)


class Supernet(nn.Module):
    """Stem, cells, classifier; the CIFAR form."""

    def __init__(self, cells: int, channels: int):
        super().__init__()
        width = 3 * channels
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1, bias=False), norm(width, affine=True)
        )
        inputs, halved = (width, width), False
        self.cells = nn.ModuleList()
        for index in range(cells):
            reduction = index in (cells // 3, 2 * cells // 3)
            channels *= 2 if reduction else 1
            self.cells.append(Cell(inputs, channels, reduction, halved))
            inputs, halved = (inputs[1], NODES * channels), reduction
        self.classifier = nn.Linear(inputs[1], CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        older = newer = self.stem(x)
        for cell in self.cells:
            older, newer = newer, cell(older, newer)
        return self.classifier(newer.mean((2, 3)))


def resource_term(
    cells: Sequence[Cell], costs: Sequence[torch.Tensor], mu: float = 1.0
) -> torch.Tensor:
    """R(α) = Σ log(1 + n·ĝ)·(1 + μ·cost), ĝ a gate's share in its node."""
    total = 0.0
    for cell, cost in zip(cells, costs, strict=True):
        strengths = torch.sigmoid(cell.gates)
        for node in range(NODES):
            first = 2 * EDGES.index((node, 0))
            rows = slice(first, first + 2 * (node + 2))
            gates = strengths[rows]
            shares = gates / gates.sum()
            total = total + (torch.log1p(len(gates) * shares) * (1 + mu * cost[rows])).sum()
    return total


class Trainer:
    """The one-level step: weights and gates together.

    `kind` is "eager" or "compile"; both use channels_last, the faster layout on CPUs.
    """

    def __init__(self, cells: int, channels: int, kind: str = "eager", device: str = "cpu"):
        self.model = Supernet(cells, channels).to(device, memory_format=torch.channels_last)
        gates = [cell.gates for cell in self.model.cells]
        known = {id(gate) for gate in gates}
        self.weights = [p for p in self.model.parameters() if id(p) not in known]
        self.weight_optimizer = torch.optim.SGD(
            self.weights, lr=0.01, momentum=0.9, weight_decay=3e-4
        )
        self.gate_optimizer = torch.optim.SGD(gates, lr=1.0, momentum=0.9)
        # what the costs are does not change the time
        self.costs = [torch.ones(len(gate), device=device) for gate in gates]
        self.loss = torch.compile(self._loss) if kind == "compile" else self._loss

    def _loss(self, images: torch.Tensor, labels: torch.Tensor, lambda_: float) -> torch.Tensor:
        entropy = F.cross_entropy(self.model(images), labels)
        return entropy + lambda_ * resource_term(self.model.cells, self.costs)

    def step(self, images: torch.Tensor, labels: torch.Tensor) -> float:
        """Trains on images (batch, 3, height, width) in [−1, 1]; returns the loss."""
        self.weight_optimizer.zero_grad(set_to_none=True)
        self.gate_optimizer.zero_grad(set_to_none=True)
        images = images.contiguous(memory_format=torch.channels_last)
        loss = self.loss(images, labels, 1e-4)
        loss.backward()
        nn.utils.clip_grad_norm_(self.weights, 5.0)
        self.weight_optimizer.step()
        self.gate_optimizer.step()
        return float(loss.detach())
