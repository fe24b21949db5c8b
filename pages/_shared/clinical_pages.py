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
    PageDef(
        "saliency", "saliency.py", "Explore", System.SALIENCY, ":material/center_focus_strong:",
        "See where a network is said to look, and whether it needs what the map shows.",
    ),
    PageDef(
        "saliency-compare", "saliency_compare.py", "Compare", System.SALIENCY,
        ":material/grid_view:",
        "Hold methods and networks against each other on one picture, beside maps of chance.",
    ),
    PageDef(
        "saliency-paradox", "saliency_paradox.py", "Explainability paradox", System.SALIENCY,
        ":material/visibility_off:",
        "A map that looks right over a network that reads the marker, shown by intervention.",
    ),
    PageDef(
        "saliency-benchmark", "saliency_benchmark.py", "Benchmark", System.SALIENCY,
        ":material/leaderboard:",
        "Which methods show what the networks use, on pictures whose causes are known.",
    ),
    PageDef(
        "saliency-original", "saliency_original.py", "Original study", System.SALIENCY,
        ":material/history:",
        "The published comparison repeated on our networks, and which of its verdicts hold.",
    ),
    PageDef(
        "saliency-own", "saliency_own.py", "Your network", System.SALIENCY,
        ":material/upload_file:",
        "Explain an ONNX classifier of your own; nothing of it is kept.",
    ),
    PageDef(
        "guardian", "guardian.py", "Check", System.GUARDIAN, ":material/medication:",
        "Check medicines against each other and against the patient, by reviewed rules.",
    ),
    PageDef(
        "guardian-audit", "guardian_audit.py", "Overrides and audit", System.GUARDIAN,
        ":material/history_edu:",
        "See what the alerts cost, why they were passed over, and whether the log stands.",
    ),
    PageDef(
        "guardian-knowledge", "guardian_knowledge.py", "Knowledge base", System.GUARDIAN,
        ":material/menu_book:",
        "Look up the rules, names and classes that the check rests on, with their sources.",
    ),
    PageDef(
        "guardian-evidence", "guardian_evidence.py", "Evidence", System.GUARDIAN,
        ":material/verified:",
        "How much the check finds, how often it is wrong, and what is not known.",
    ),
)  # fmt: skip
