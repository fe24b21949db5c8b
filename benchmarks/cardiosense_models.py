"""Train and evaluate every CardioSense model again: the command behind the model card.

``python -m benchmarks.cardiosense_models`` works in a temporary folder and compares the result with
the stored models, file by file; ``--write`` replaces the stored models. About ten minutes on one
core.
"""

from __future__ import annotations

from benchmarks.retraining import retrain
from core.cardiosense.evaluate import evaluate
from core.cardiosense.model import SYSTEM
from core.cardiosense.train import train


def main() -> int:
    return retrain(__doc__, SYSTEM, train, evaluate)


if __name__ == "__main__":
    raise SystemExit(main())
