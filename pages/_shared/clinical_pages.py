"""The pages that read patients, cases and films, as data."""

from __future__ import annotations

from pages._shared.page_def import PageDef, System

CLINICAL: tuple[PageDef, ...] = (
    PageDef(
        "cardiosense", "cardiosense.py", "Patient", System.CARDIOSENSE, ":material/cardiology:",
        "Estimate whether a coronary artery is narrowed now, see why, and how firm that is.",
    ),
    PageDef(
        "cardiosense-prevention", "cardiosense_prevention.py", "Prevention",
        System.CARDIOSENSE, ":material/route:",
        "Find the least effort that brings a ten-year risk below a target, with a certificate.",
    ),
    PageDef(
        "cardiosense-batch", "cardiosense_batch.py", "Batch", System.CARDIOSENSE,
        ":material/table_view:",
        "Score a file of patients: every row kept, every refused cell named.",
    ),
    PageDef(
        "cardiosense-model", "cardiosense_model.py", "Evidence", System.CARDIOSENSE,
        ":material/verified:",
        "How good the models are, on which patients, and what is not known.",
    ),
    PageDef(
        "breast-cancer", "breast_cancer.py", "Case", System.BREAST_CANCER, ":material/biotech:",
        "Benign or malignant, why, and whether the values of the case fit together.",
    ),
    PageDef(
        "breast-cancer-drift", "breast_cancer_drift.py", "Drift", System.BREAST_CANCER,
        ":material/monitoring:",
        "Tell a broken instrument from a different population, with a stated false-alarm rate.",
    ),
    PageDef(
        "breast-cancer-stress", "breast_cancer_stress.py", "Stress lab", System.BREAST_CANCER,
        ":material/science:",
        "Plant a fault and see what the model, the flags and the alarms make of it.",
    ),
    PageDef(
        "breast-cancer-batch", "breast_cancer_batch.py", "Batch", System.BREAST_CANCER,
        ":material/table_view:",
        "Score a file of cases, a million rows if need be: every row kept, every bad cell named.",
    ),
    PageDef(
        "breast-cancer-model", "breast_cancer_model.py", "Evidence", System.BREAST_CANCER,
        ":material/verified:",
        "How good the models are, on which cases, and what is not known.",
    ),
    PageDef(
        "breast-cancer-data", "breast_cancer_data.py", "Data", System.BREAST_CANCER,
        ":material/table_chart:",
        "Look at the 569 cases the models come from.",
    ),
    PageDef(
        "respiratory", "respiratory.py", "Film", System.RESPIRATORY, ":material/pulmonology:",
        "Three networks read a chest radiograph; each answer is tested against the network itself.",
    ),
    PageDef(
        "respiratory-shortcuts", "respiratory_shortcuts.py", "Shortcut audit",
        System.RESPIRATORY, ":material/troubleshoot:",
        "How much of the accuracy is the hospital, and how much the disease.",
    ),
    PageDef(
        "respiratory-batch", "respiratory_batch.py", "Batch", System.RESPIRATORY,
        ":material/photo_library:",
        "Read a folder or zip of films: one row a file, each refusal with its reason.",
    ),
    PageDef(
        "respiratory-model", "respiratory_model.py", "Evidence", System.RESPIRATORY,
        ":material/verified:",
        "How good the networks are, on which films, and what is not known.",
    ),
)  # fmt: skip
