"""The faults that the benchmarks, the stress test and the simulated stream plant, as data.

A fault spoils values of some rows; a change of population draws other rows and spoils none.
"""

from __future__ import annotations

from core.breast_cancer import fault_changes as change
from core.breast_cancer.fault import N_MEASURES, D, Fault, Planted
from core.errors import InputError

__all__ = ["FAULTS", "Fault", "Planted", "fault"]

INCH_CM = 2.54

_LIST = (
    Fault("unit", "Wrong unit", "One column is given in another unit: every value is multiplied "
          "by the same factor.", "factor", 1e-3, 1e3, 10.0,
          (1.1, 1.25, 1.5, 2.0, INCH_CM, 10.0, 25.4, 100.0), spoil=change.unit),
    Fault("bias", "Offset", "One column has a constant added or taken away, as after a wrong "
          "zero of the instrument.", "sd", 0.0, 5.0, 1.0, (0.1, 0.25, 0.5, 1.0, 2.0, 3.0),
          spoil=change.bias),
    Fault("gain", "Wrong scale", "Two columns read too high or too low by the same share, as "
          "after a drift of calibration.", "share", 0.0, 2.0, 0.15,
          (0.02, 0.05, 0.1, 0.15, 0.25, 0.5), n_columns=2, spoil=change.gain),
    Fault("noise", "Noise", "Every value has independent noise added.", "sd", 0.0, 3.0, 0.25,
          (0.02, 0.05, 0.1, 0.25, 0.5, 1.0), n_columns=D, spoil=change.noise),
    Fault("noise_share", "Proportional noise", "Every value is off by an independent share of "
          "itself.", "share", 0.0, 1.0, 0.1, (0.01, 0.02, 0.05, 0.1, 0.2, 0.4), n_columns=D,
          spoil=change.proportional_noise),
    Fault("shuffle", "Columns out of order", "The values of some columns are given to other rows: "
          "every column keeps its distribution, the rows no longer belong together.",
          "columns", 1, D, 3, (1, 2, 3, 5, 10, 30), n_columns=None, spoil=change.shuffle),
    Fault("shuffle_class", "Columns out of order within a diagnosis", "As above, but values only "
          "move between patients with the same diagnosis.", "columns", 1, D, D,
          (1, 2, 3, 5, 10, 30), n_columns=None, spoil=change.shuffle_within_class),
    Fault("swap", "Mean and worst exchanged", "The mean and the worst value of a measurement "
          "change places.", "measurements", 1, N_MEASURES, 1, (1, 2, 3, 5, 10), n_columns=None,
          pairing="worst", spoil=change.swap),
    Fault("swap_any", "Two columns exchanged", "Two columns change places, as after a misplaced "
          "heading.", "pairs", 1, D // 2, 1, (1, 2, 3, 5), n_columns=None, pairing="any",
          spoil=change.swap),
    Fault("impute", "Gaps filled with the mean", "Some values of every row were missing and were "
          "silently replaced by the mean of the column.", "cells", 1, D, 3, (1, 2, 3, 5, 10, 20),
          n_columns=None, scattered=True, spoil=change.impute),
    Fault("stuck", "Stuck reading", "Some columns repeat one reading.", "columns", 1, D, 1,
          (1, 2, 3, 5, 10), n_columns=None, spoil=change.stuck),
    Fault("missing", "Missing values", "Some values of every row are missing.", "cells", 1, D, 1,
          (1, 2, 3, 5, 10), n_columns=None, scattered=True, spoil=change.missing),
    Fault("rounding", "Coarse rounding", "Every value is rounded to a multiple of a coarse step.",
          "sd", 0.0, 3.0, 0.5, (0.05, 0.1, 0.25, 0.5, 1.0, 2.0), n_columns=D,
          spoil=change.rounding),
    Fault("synthetic", "Made-up rows", "Rows are drawn from one Gaussian with the right means and "
          "correlations and cut to the usual range.", "rows", 1, 1, 1, (1,), n_columns=D,
          keeps_truth=False, spoil=change.synthetic),
    Fault("prevalence", "More or fewer malignant cases", "The values are right, but another share "
          "of the patients has a malignant finding.", "share", 0.0, 1.0, 0.8,
          (0.1, 0.25, 0.5, 0.65, 0.8, 1.0), n_columns=0, draw=change.by_share),
    Fault("size", "Larger or smaller nuclei", "The values are right, but patients with large "
          "nuclei come more often (below 0: with small ones).", "sd", -2.0, 2.0, 1.0,
          (-1.0, -0.5, 0.25, 0.5, 1.0, 1.5), n_columns=0, draw=change.by_size),
)  # fmt: skip

FAULTS = {fault.key: fault for fault in _LIST}
"""Every fault by its key."""


def fault(key: str) -> Fault:
    """Return a fault by its key.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if key not in FAULTS:
        raise InputError(f"There is no fault {key!r}. Choose one of: {', '.join(FAULTS)}.")
    return FAULTS[key]
