"""The words questions may use, and what they stand for."""

from __future__ import annotations

import dataclasses
from typing import Literal

from core.apple_sales.reported.data import CATEGORIES, SEGMENTS

Kind = Literal["category", "segment", "total", "part", "concept", "company", "calendar"]

OFFICIAL = {"Wearables": "Wearables, home and accessories"}
"""What Apple calls a category today, where the short name is not the whole."""


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase stands for.

    Attributes
    ----------
    kind : str
        What it is.
    value : str
        The name or concept; of a part, the category or segment that contains it.
    same : bool
        Whether phrase and name mean the same to everyone, so that the reading is not told.
    """

    kind: Kind
    value: str
    same: bool = True


_SAME: dict[tuple[Kind, str], str] = {
    ("category", "iPhone"): "iphone, iphones, i phone, i phones",
    ("category", "Mac"): "mac, macs",
    ("category", "iPad"): "ipad, ipads, i pad, i pads",
    ("category", "Wearables"): (
        "wearables, wearable, wearables home and accessories, wearables home accessories, "
        "wearables and home, wearables home, home and accessories, home and wearables"
    ),
    ("category", "Services"): "services, service",
    ("segment", "Americas"): "americas, the americas",
    ("segment", "Europe"): "europe, european",
    ("segment", "Greater China"): "greater china",
    ("segment", "Japan"): "japan, japanese",
    ("segment", "Rest of Asia Pacific"): "rest of asia pacific, rest of asia, asia pacific rest",
    ("total", "Total"): (
        "total, apple, apples, company, overall, whole, altogether, apple inc, entire, all together"
    ),
}
_LIKE: dict[tuple[Kind, str], str] = {
    ("category", "iPhone"): "phone, phones, smartphone, smartphones, handset, handsets",
    ("category", "Mac"): "computer, computers, macintosh, pc, pcs",
    ("category", "iPad"): "tablet, tablets",
    ("category", "Wearables"): "accessories, other products, wearables segment",
    ("segment", "Americas"): "america, american",
    ("segment", "Greater China"): "china, chinese",
    ("segment", "Rest of Asia Pacific"): "asia, asia pacific, apac, pacific",
}
_PARTS = {
    "iPhone": "iphone pro, iphone se, iphone air, iphone plus, iphone mini, iphone max",
    "Mac": (
        "macbook, macbooks, imac, imacs, mac mini, mac studio, mac pro, macbook air, macbook pro"
    ),
    "iPad": "ipad pro, ipad air, ipad mini",
    "Wearables": (
        "vision pro, apple vision pro, apple watch, watch, watches, airpods, airpod, homepod, "
        "homepods, apple tv, beats, ipod, ipods, airtag, airtags"
    ),
    "Services": (
        "app store, icloud, apple music, applecare, apple pay, apple card, itunes, apple arcade, "
        "advertising, apple tv plus"
    ),
    "Americas": (
        "united states, usa, north america, south america, latin america, canada, mexico, brazil"
    ),
    "Europe": (
        "germany, france, uk, united kingdom, britain, england, italy, spain, switzerland, russia, "
        "india, middle east, africa, netherlands, sweden, poland, turkey"
    ),
    "Greater China": "mainland china, china mainland, hong kong, taiwan, shanghai, beijing",
    "Rest of Asia Pacific": (
        "australia, korea, south korea, singapore, vietnam, thailand, indonesia, new zealand"
    ),
}
"""Products and countries that Apple reports only inside a category or segment (Form 10-K)."""

_CONCEPTS = {
    "revenue": "revenue, revenues, sales, sale, turnover, net sales, earned, earn",
    "units": (
        "units, unit, how many, number of, volume, volumes, shipped, shipments, sold units, "
        "units sold"
    ),
    "price": (
        "price, prices, priced, asp, asps, average price, average selling price, cost of a, "
        "cost of an, how much is a, how much is an"
    ),
    "growth": (
        "growth, grow, grew, grown, growing, increase, increased, rise, rose, risen, fall, fell, "
        "fallen, decline, declined, drop, dropped, yoy, year over year, year on year, change, "
        "changed, develop, developed, shrink, shrank, shrinking, growth rate, faster"
    ),
    "share": "share, shares, percentage, percent, portion, fraction, proportion",
    "split": "split, breakdown, break down, composition, mix, distribution, divided",
    "margin": "margin, margins, gross margin, gross margins, profitability, profitable",
    "income": "operating income, operating profit, profit, profits, operating margin, net income",
    "cost": "cost of sales, cost of goods, cogs, costs",
    "rate": "rate, rates, rate effect, mix effect",
    "bridge": (
        "bridge, price effect, volume effect, volume and price, price and volume, price volume, "
        "volume price, volume or price, price or volume"
    ),
    "why": "why, reason, reasons, because, explain, explains, cause, caused",
    "best": (
        "best, highest, largest, biggest, top, most, record, peak, maximum, max, greatest, "
        "leading, fastest, strongest"
    ),
    "worst": "worst, lowest, smallest, least, minimum, min, weakest, slowest",
    "year": "year, years, fiscal year, fiscal years, annual, annually, yearly, when",
    "quarter": "quarter, quarters, quarterly",
    "category": "category, categories, product, products, product line, product lines, line",
    "segment": "segment, segments, region, regions, market, markets, country, countries, regional",
    "known": (
        "known, reported, report, reports, available, published, publish, publishes, disclose, "
        "disclosed, missing, data, figures, cover, covers, covered, coverage, reporting, stop, "
        "stopped, gaps"
    ),
    "forecast": (
        "forecast, forecasts, forecasted, outlook, expected, expect, projection, projected, "
        "future, coming, prediction, predictions, forecasting"
    ),
    "next": "next, next quarter, following quarter, next year, coming year",
    "predict": "predict, predicts, predicted, predictor, predictors, drive, drives, determine",
    "elasticity": (
        "elasticity, elasticities, elastic, price sensitivity, price elasticity, "
        "price elasticities, sensitivity"
    ),
    "plan": (
        "plan, plans, optimal, optimum, optimise, optimize, optimised, optimized, best plan, "
        "best mix, optimal mix, optimal plan, allocation, solution, recommend, recommended, should"
    ),
    "gain": "better, improvement, improve, gain, gains, than today, beat today, advantage",
    "certificate": (
        "certificate, certified, certify, proof, prove, proven, proved, guarantee, guaranteed, "
        "kkt, gap, optimality, duality gap, frank wolfe, second solver, solver"
    ),
    "bind": (
        "bind, binds, binding, limit, limits, constraint, constraints, bottleneck, bottlenecks, "
        "tight, restrict, restricts, restriction"
    ),
    "worth": (
        "worth, shadow price, shadow prices, shadow, value of, multiplier, multipliers, dual, "
        "duals, pay for, extra, loosen, relax"
    ),
    "sure": (
        "sure, robust, certain, certainty, uncertain, uncertainty, confident, confidence, "
        "robust plan, how sure, if wrong, wrong, trust, reliable, regret, assumption, assumptions, "
        "declared"
    ),
    "infeasible": (
        "infeasible, infeasibility, impossible, no plan, contradict, contradictory, conflict, "
        "conflicting, not feasible, feasible"
    ),
    "risk": "risk, risks, risky, standard deviation, variance",
    "noise": (
        "noise, noisy, demo, demo table, demo file, demo csv, gate, random, kaggle, public demo, "
        "original file, learn, learned, learnable, file, csv"
    ),
    "surprise": (
        "surprise, surprises, surprising, anomaly, anomalies, anomalous, unusual, outlier, "
        "outliers, odd, alarm, alarms"
    ),
    "about": (
        "who, author, authors, affiliated, affiliation, affiliate, official, officially, "
        "endorsed, behind, creator, created, owns"
    ),
    "evidence": (
        "how do you know, how you know, source, sources, where from, where does, cite, citation, "
        "filing, filings, come from, evidence, how was that computed, how is that computed"
    ),
    "today": "today, now, current, currently, present",
    "latest": "latest, last year, this year, newest, most recent, recent, last, last reported",
}
_COMPANIES = (
    "samsung, tesla, google, alphabet, microsoft, amazon, meta, facebook, nvidia, huawei, xiaomi, "
    "sony, dell, hp, lenovo, netflix, intel, nokia, android"
)
_CALENDAR = (
    "january, february, march, april, june, july, august, september, october, november, december, "
    "calendar, calendar year, christmas, holiday quarter, holiday season, month, months, monthly, "
    "week, weekly, daily"
)
_PLAIN = """\
    a about after again all also am an and any anything are around as ask asked at be been before
    being between both bring brought but by can chain come comes compare compared comparison could
    did difference different do does doing done each either else ever every for from generate
    generated get give given gives go good got had has have he hello hey hi high how i if in into is
    it its just kind know large let like list long low made make makes many me mean might money much
    must my need new no not of off ok on one ones only or our out over own per please price quick
    quickly really same say see sell selling sells she show shows since sold so some something sum
    tell than thank thanks that the their them then there these they thing things think this those
    though time times to too two until up us use used value very versus vs want was way we well went
    were what whats when where which while will with within without would yes you your per cent
    million billion dollar dollars usd fy fiscal s level levels number numbers figure amount amounts
    first second third fourth computed calculated found stand stands development history trend
    apple hardware supply floor ceiling cell cells table tables page effect effects during across
    today here name names half estimate estimated estimates put far gross net average mean total
    big small happen happened happens affect affects matter possible answer answers question
    questions help works work start started end ended begin began still yet today sense against
    more less bigger smaller higher lower kinds types type
"""
PLAIN = frozenset(_PLAIN.split())
"""Words of ordinary questions that need no reading."""


def _table() -> dict[str, Entry]:
    table: dict[str, Entry] = {}
    for concept, phrases in _CONCEPTS.items():
        table |= {one: Entry("concept", concept) for one in phrases.split(", ")}
    for name, phrases in _PARTS.items():
        table |= {one: Entry("part", name, same=False) for one in phrases.split(", ")}
    for same, source in ((False, _LIKE), (True, _SAME)):
        for (kind, name), phrases in source.items():
            table |= {one: Entry(kind, name, same) for one in phrases.split(", ")}
    table |= {one: Entry("company", one) for one in _COMPANIES.split(", ")}
    return table | {one: Entry("calendar", one) for one in _CALENDAR.split(", ")}


PHRASES = _table()
LONGEST = max(len(phrase.split()) for phrase in PHRASES)


def shown(name: str) -> str:
    """Return a name as Apple writes it today."""
    return OFFICIAL.get(name, name)


def known_names() -> str:
    """Return the names of categories and segments as half a sentence."""
    categories = ", ".join(shown(one) if one == "iPhone" else one for one in CATEGORIES)
    return f"the categories {categories}, the segments {', '.join(SEGMENTS)}, and the total"
