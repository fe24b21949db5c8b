"""Kidney function from creatinine."""

from __future__ import annotations


def cockcroft_gault(*, age: float, weight_kg: float, creatinine: float, female: bool) -> float:
    """Return creatinine clearance in mL/min.

    Parameters
    ----------
    age : float
        Years.
    weight_kg : float
        Actual body weight.
    creatinine : float
        Serum creatinine, mg/dL.
    female : bool
        Sex.

    References
    ----------
    Cockcroft DW, Gault MH. Nephron 1976;16:31-41.
    """
    clearance = (140 - age) * weight_kg / (72 * creatinine)
    return max(0.0, clearance * (0.85 if female else 1.0))


def ckd_epi_2021(*, age: float, creatinine: float, female: bool) -> float:
    """Return the estimated glomerular filtration rate in mL/min/1.73 m2.

    Parameters
    ----------
    age : float
        Years, 18 or more.
    creatinine : float
        Serum creatinine, mg/dL.
    female : bool
        Sex.

    References
    ----------
    Inker LA et al. N Engl J Med 2021;385:1737-1749.
    """
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = creatinine / kappa
    rate: float = 142 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.200 * 0.9938**age
    return rate * (1.012 if female else 1.0)
