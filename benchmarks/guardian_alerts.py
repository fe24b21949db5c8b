"""How often the check would interrupt a prescriber: a simulated stream of ordinary orders.

``python -m benchmarks.guardian_alerts`` prints one JSON document. Patients are drawn with a fixed
seed: age, sex, conditions by rough US prevalence, kidney function by age, an allergy now and then.
Each has a home list and gets one to four new orders; medicines are drawn from the common US
prescriptions (weights: rough millions of prescriptions a year) among those that fit a condition of
the patient, and never from a class that the patient takes already. Nothing else is avoided: a
prescriber who knows no interaction is simulated.

An order is counted with the interruptive alerts of the whole list after it, and again with only
those that this encounter has not shown yet. The stream is invented; it bounds the burden, it does
not describe a hospital.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
from collections import Counter
from typing import Any

from core.guardian import Alert, Tier, knowledge, review
from core.stats.intervals import wilson

ORDERS = 1000

PREVALENCE = {
    "hypertension": (0.15, 0.68),
    "hyperlipidemia": (0.12, 0.55),
    "type 2 diabetes": (0.06, 0.27),
    "coronary artery disease": (0.01, 0.22),
    "atrial fibrillation": (0.005, 0.12),
    "heart failure": (0.004, 0.10),
    "hypothyroidism": (0.05, 0.13),
    "depression": (0.12, 0.12),
    "anxiety": (0.14, 0.10),
    "asthma": (0.09, 0.07),
    "COPD": (0.02, 0.12),
    "GERD": (0.14, 0.24),
    "osteoarthritis": (0.07, 0.40),
    "back pain": (0.12, 0.15),
    "insomnia": (0.08, 0.15),
    "epilepsy": (0.01, 0.012),
    "migraine": (0.13, 0.03),
    "gout": (0.02, 0.08),
    "BPH": (0.01, 0.40),
    "osteoporosis": (0.0, 0.18),
    "allergic rhinitis": (0.15, 0.10),
    "infection": (0.15, 0.15),
    "diabetic neuropathy": (0.01, 0.08),
    "contraception": (0.25, 0.0),
}
"""Share of patients under and from 65 years with a condition."""

UNKNOWN = frozenset({"infection", "contraception"})
"""Reasons for an order that are no diagnosis of the record."""

MEN, WOMEN = frozenset({"BPH"}), frozenset({"contraception", "osteoporosis"})

DRUGS: dict[str, list[tuple[str, float, str]]] = {
    "hypertension": [
        ("lisinopril 20 mg daily", 82, "raas"),
        ("amlodipine 5 mg daily", 70, "ccb"),
        ("losartan 50 mg daily", 56, "raas"),
        ("hydrochlorothiazide 25 mg daily", 40, "thiazide"),
        ("metoprolol succinate 50 mg daily", 30, "beta"),
        ("carvedilol 12.5 mg bid", 8, "beta"),
        ("atenolol 50 mg daily", 8, "beta"),
        ("valsartan 160 mg daily", 9, "raas"),
        ("chlorthalidone 25 mg daily", 6, "thiazide"),
        ("clonidine 0.1 mg bid", 8, "alpha"),
        ("spironolactone 25 mg daily", 6, "mra"),
        ("hydralazine 25 mg tid", 7, "vasodilator"),
    ],
    "hyperlipidemia": [
        ("atorvastatin 40 mg daily", 110, "statin"),
        ("rosuvastatin 10 mg daily", 37, "statin"),
        ("simvastatin 20 mg nightly", 25, "statin"),
        ("pravastatin 40 mg nightly", 22, "statin"),
        ("ezetimibe 10 mg daily", 9, "ezetimibe"),
        ("fenofibrate 145 mg daily", 7, "fibrate"),
    ],
    "type 2 diabetes": [
        ("metformin 1000 mg bid", 86, "metformin"),
        ("glipizide 5 mg bid", 17, "sulfonylurea"),
        ("insulin glargine 24 units nightly", 18, "basal"),
        ("semaglutide 0.5 mg SC weekly", 18, "incretin"),
        ("empagliflozin 10 mg daily", 12, "sglt2"),
        ("sitagliptin 100 mg daily", 7, "incretin"),
        ("dulaglutide 1.5 mg SC weekly", 8, "incretin"),
    ],
    "coronary artery disease": [
        ("aspirin 81 mg daily", 60, "aspirin"),
        ("clopidogrel 75 mg daily", 20, "p2y12"),
        ("metoprolol succinate 50 mg daily", 20, "beta"),
        ("isosorbide mononitrate ER 30 mg daily", 8, "nitrate"),
        ("nitroglycerin 0.4 mg SL prn", 4, "ntg"),
    ],
    "atrial fibrillation": [
        ("apixaban 5 mg bid", 22, "anticoagulant"),
        ("warfarin 5 mg daily", 9, "anticoagulant"),
        ("rivaroxaban 20 mg daily with supper", 6, "anticoagulant"),
        ("metoprolol tartrate 25 mg bid", 15, "beta"),
        ("diltiazem CD 180 mg daily", 7, "rate"),
        ("amiodarone 200 mg daily", 3, "rhythm"),
        ("digoxin 125 mcg daily", 2, "digoxin"),
    ],
    "heart failure": [
        ("furosemide 40 mg daily", 25, "loop"),
        ("carvedilol 6.25 mg bid", 13, "beta"),
        ("spironolactone 25 mg daily", 7, "mra"),
        ("lisinopril 10 mg daily", 10, "raas"),
        ("dapagliflozin 10 mg daily", 6, "sglt2"),
        ("potassium chloride 20 mEq daily", 8, "potassium"),
    ],
    "hypothyroidism": [("levothyroxine 75 mcg daily", 95, "thyroid")],
    "depression": [
        ("sertraline 100 mg daily", 40, "antidepressant"),
        ("escitalopram 10 mg daily", 32, "antidepressant"),
        ("bupropion XL 150 mg daily", 26, "bupropion"),
        ("trazodone 50 mg nightly", 25, "trazodone"),
        ("fluoxetine 20 mg daily", 24, "antidepressant"),
        ("duloxetine 60 mg daily", 21, "antidepressant"),
        ("venlafaxine XR 75 mg daily", 14, "antidepressant"),
        ("citalopram 20 mg daily", 13, "antidepressant"),
        ("mirtazapine 15 mg nightly", 8, "mirtazapine"),
    ],
    "anxiety": [
        ("alprazolam 0.5 mg bid prn", 14, "benzodiazepine"),
        ("lorazepam 0.5 mg prn", 10, "benzodiazepine"),
        ("buspirone 10 mg bid", 12, "buspirone"),
        ("hydroxyzine 25 mg tid prn", 12, "hydroxyzine"),
        ("escitalopram 10 mg daily", 15, "antidepressant"),
    ],
    "asthma": [
        ("albuterol HFA 2 puffs q4h prn", 55, "saba"),
        ("montelukast 10 mg daily", 30, "montelukast"),
        ("budesonide/formoterol 160/4.5 2 puffs bid", 9, "ics"),
        ("fluticasone HFA 110 mcg bid", 10, "ics"),
        ("prednisone 40 mg daily x 5 days", 10, "steroid"),
    ],
    "COPD": [
        ("tiotropium 18 mcg inhaled daily", 7, "lama"),
        ("fluticasone/salmeterol 250/50 bid", 12, "ics"),
        ("albuterol HFA 2 puffs q4h prn", 20, "saba"),
        ("prednisone 40 mg daily x 5 days", 8, "steroid"),
    ],
    "GERD": [
        ("omeprazole 20 mg daily", 50, "acid"),
        ("pantoprazole 40 mg daily", 42, "acid"),
        ("famotidine 20 mg bid", 13, "acid"),
    ],
    "osteoarthritis": [
        ("acetaminophen 650 mg tid", 20, "acetaminophen"),
        ("meloxicam 15 mg daily", 18, "nsaid"),
        ("ibuprofen 600 mg tid prn", 18, "nsaid"),
        ("naproxen 500 mg bid", 9, "nsaid"),
        ("diclofenac 1% gel qid", 9, "gel"),
        ("celecoxib 200 mg daily", 7, "nsaid"),
    ],
    "back pain": [
        ("ibuprofen 600 mg tid prn", 18, "nsaid"),
        ("cyclobenzaprine 5 mg nightly prn", 19, "relaxant"),
        ("tizanidine 4 mg nightly", 9, "relaxant"),
        ("tramadol 50 mg q6h prn", 15, "opioid"),
        ("Norco 5/325 q6h prn", 25, "opioid"),
        ("gabapentin 300 mg tid", 25, "gabapentinoid"),
    ],
    "insomnia": [
        ("trazodone 50 mg nightly", 20, "trazodone"),
        ("zolpidem 5 mg nightly", 9, "hypnotic"),
        ("melatonin 3 mg nightly", 10, "melatonin"),
    ],
    "epilepsy": [
        ("levetiracetam 500 mg bid", 9, "antiepileptic"),
        ("lamotrigine 100 mg bid", 11, "antiepileptic"),
        ("topiramate 50 mg bid", 9, "antiepileptic"),
        ("carbamazepine 200 mg bid", 2, "antiepileptic"),
    ],
    "migraine": [
        ("sumatriptan 50 mg prn", 9, "triptan"),
        ("topiramate 50 mg bid", 5, "antiepileptic"),
        ("propranolol LA 80 mg daily", 6, "beta"),
    ],
    "gout": [
        ("allopurinol 300 mg daily", 17, "urate"),
        ("colchicine 0.6 mg daily", 3, "colchicine"),
    ],
    "BPH": [
        ("tamsulosin 0.4 mg nightly", 28, "alpha1"),
        ("finasteride 5 mg daily", 10, "ari"),
        ("tadalafil 5 mg daily", 4, "pde5"),
    ],
    "osteoporosis": [
        ("alendronate 70 mg weekly", 5, "bone"),
        ("cholecalciferol 2000 units daily", 12, "vitamin d"),
        ("calcium carbonate 600 mg bid", 8, "calcium"),
    ],
    "allergic rhinitis": [
        ("cetirizine 10 mg daily", 15, "antihistamine"),
        ("loratadine 10 mg daily", 12, "antihistamine"),
        ("fluticasone nasal 2 sprays daily", 20, "nasal"),
    ],
    "infection": [
        ("amoxicillin 500 mg tid x 7 days", 27, "antibiotic"),
        ("azithromycin 250 mg daily x 5 days", 20, "antibiotic"),
        ("amoxicillin/clavulanate 875/125 bid x 7 days", 14, "antibiotic"),
        ("cephalexin 500 mg qid x 7 days", 15, "antibiotic"),
        ("doxycycline 100 mg bid x 7 days", 11, "antibiotic"),
        ("ciprofloxacin 500 mg bid x 7 days", 8, "antibiotic"),
        ("sulfamethoxazole/trimethoprim DS bid x 3 days", 10, "antibiotic"),
        ("nitrofurantoin 100 mg bid x 5 days", 5, "antibiotic"),
        ("fluconazole 150 mg once", 5, "antifungal"),
        ("valacyclovir 1 g tid x 7 days", 6, "antiviral"),
    ],
    "diabetic neuropathy": [
        ("gabapentin 300 mg tid", 30, "gabapentinoid"),
        ("pregabalin 75 mg bid", 8, "gabapentinoid"),
        ("duloxetine 60 mg daily", 8, "antidepressant"),
    ],
    "contraception": [
        ("norgestimate/ethinyl estradiol daily", 9, "contraceptive"),
        ("norethindrone 0.35 mg daily", 4, "contraceptive"),
    ],
}
"""By reason: line, weight, and the group of which a patient takes one."""

ALLERGIES = {"penicillin": 0.08, "sulfa": 0.04, "codeine": 0.03, "aspirin": 0.015}


@dataclasses.dataclass(slots=True)
class Chart:
    """A simulated patient: the record, the reasons for medicines, the list so far."""

    record: dict[str, Any]
    reasons: list[str]
    meds: list[str] = dataclasses.field(default_factory=list)
    groups: set[str] = dataclasses.field(default_factory=set)

    def prescribe(self, rng: random.Random) -> bool:
        """Add one more medicine that fits; return whether there was one."""
        open_lines = [
            (line, weight, group)
            for reason in self.reasons
            for line, weight, group in DRUGS[reason]
            if group not in self.groups
        ]
        if not open_lines:
            return False
        line, _, group = rng.choices(open_lines, [weight for _, weight, _ in open_lines])[0]
        self.meds.append(line)
        self.groups.add(group)
        return True


def patient(rng: random.Random) -> Chart:
    """Draw a patient without medicines."""
    age = rng.choice([rng.randint(20, 64), rng.randint(55, 90)])
    sex = rng.choice("FM")
    old = age >= 65
    reasons = [
        name
        for name, shares in PREVALENCE.items()
        if rng.random() < shares[old]
        and not (name in MEN and sex == "F")
        and not (name in WOMEN and sex == "M")
        and not (name == "contraception" and age > 45)
        and not (name == "diabetic neuropathy" and rng.random() < 0.5)
    ]
    if "diabetic neuropathy" in reasons and "type 2 diabetes" not in reasons:
        reasons.append("type 2 diabetes")
    egfr = max(22.0, min(120.0, rng.gauss(112 - 0.55 * max(0, age - 30), 14)))
    record = {
        "age": age,
        "sex": sex,
        "weight_kg": round(max(45.0, rng.gauss(76 if sex == "F" else 88, 15))),
        "egfr": round(egfr),
        "pregnant": False,
        "lactating": False,
        "conditions": [name for name in reasons if name not in UNKNOWN],
        "allergies": [name for name, chance in ALLERGIES.items() if rng.random() < chance],
        "labs": {"potassium": round(rng.gauss(4.3, 0.35), 1), "INR": 2.4, "QTc": 430},
    }
    return Chart(record, reasons)


def interruptive(chart: Chart) -> list[Alert]:
    """Return the alerts that stop the order just written."""
    found = review({"meds": chart.meds, "patient": chart.record})
    return [alert for alert in found.alerts if alert.tier is Tier.INTERRUPTIVE]


def stream(seed: int, orders: int) -> list[tuple[list[Alert], list[Alert]]]:
    """Return, for each order, all interruptive alerts and those not shown before."""
    rng = random.Random(seed)
    told: list[tuple[list[Alert], list[Alert]]] = []
    while len(told) < orders:
        chart = patient(rng)
        for _ in range(rng.choice([0, 1, 2, 3, 4, 5, 7])):
            chart.prescribe(rng)
        shown = {alert.key for alert in interruptive(chart)} if chart.meds else set()
        for _ in range(rng.randint(1, 4)):
            if len(told) == orders or not chart.prescribe(rng):
                break
            alerts = interruptive(chart)
            new = [alert for alert in alerts if alert.key not in shown]
            shown |= {alert.key for alert in alerts}
            told.append((alerts, new))
    return told


def measure(seed: int, orders: int) -> dict[str, Any]:
    """Return the burden of a simulated stream."""
    told = stream(seed, orders)
    every = [alert for alerts, _ in told for alert in alerts]
    new = [alert for _, alerts in told for alert in alerts]
    stopped = sum(bool(alerts) for _, alerts in told)
    return {
        "seed": seed,
        "orders": len(told),
        "kb_version": knowledge().version,
        "interruptive alerts per 100 orders": round(100 * len(every) / len(told), 2),
        "repeats suppressed": round(100 * len(new) / len(told), 2),
        "orders stopped, repeats suppressed": wilson(stopped, len(told)).to_dict(),
        "rules, repeats suppressed": dict(Counter(alert.rule_id for alert in new).most_common()),
        "pairs, repeats suppressed": dict(
            Counter(" + ".join(alert.drugs) for alert in new).most_common(25)
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--orders", type=int, default=ORDERS)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.seed, arguments.orders), indent=1))


if __name__ == "__main__":
    main()
