"""Apple sales: what was reported, what it can tell, and a plan that proves itself."""

from __future__ import annotations

from core.apple_sales.analysis.contrasts import (
    SOURCES,
    Comparison,
    FalseAlarms,
    contrasts_in,
    contrasts_of,
    false_alarms,
)
from core.apple_sales.analysis.density import DensityGroups, density_groups
from core.apple_sales.analysis.elasticities import Elasticity, elasticities
from core.apple_sales.analysis.numbers_file import read_numbers
from core.apple_sales.analysis.structure import Numbers, Structure, quarter_shares, structure
from core.apple_sales.asking.answers import EXAMPLE_QUESTIONS, Answer, ask
from core.apple_sales.door.read import read_sales
from core.apple_sales.door.result import SalesTable
from core.apple_sales.forecasting.anomalies import Anomalies, anomalies, anomalies_frame
from core.apple_sales.forecasting.forecast import FORECAST_MODELS, forecast, forecast_frame
from core.apple_sales.forecasting.forecast_checks import Later, later_figures
from core.apple_sales.forecasting.forecast_result import Ahead, Forecast, Past
from core.apple_sales.forecasting.forecast_series import FORECAST_SERIES
from core.apple_sales.forecasting.services_trend import ServicesModel, services_models
from core.apple_sales.input.problem import read_problem
from core.apple_sales.learning.examples import SALES_EXAMPLES, sales_example
from core.apple_sales.learning.inspect import LEARNERS, Inspection, inspect, inspect_table
from core.apple_sales.learning.learned import HullPlan, best_within
from core.apple_sales.learning.original import RANDOM_PLANS, OriginalOptimum, original_optima
from core.apple_sales.planning.default import GOALS, default_problem
from core.apple_sales.planning.plan import plan
from core.apple_sales.planning.plan_result import Plan
from core.apple_sales.planning.priors import PRIORS, Prior
from core.apple_sales.planning.problem import Cell, Constraint, Problem, Response
from core.apple_sales.planning.report import NOTICE, plan_csv, plan_html, plan_json, plan_pdf
from core.apple_sales.reported.about import about
from core.apple_sales.reported.bridges import (
    Bridge,
    MarginChange,
    average_prices,
    bridge,
    margin_change,
)
from core.apple_sales.reported.cells import TILT_RANGE, CellEstimate, cell_estimate
from core.apple_sales.reported.data import (
    CATEGORIES,
    COUNTED,
    MARKS,
    SEGMENTS,
    SHA256,
    annual,
    category_eras,
    checked_identities,
    figures,
    gross_margins,
    quarters,
)
from core.apple_sales.reported.facts import Facts, Line, facts, years
from core.apple_sales.schema import sales_template
from core.apple_sales.stress.assumptions import (
    Regret,
    Robust,
    Swing,
    Tornado,
    regret,
    robust,
    tornado,
)
from core.apple_sales.stress.frontier import Frontier, ValueCurve, frontier, value_curve
from core.apple_sales.stress.scurves import scurve_basins, scurve_problem

__all__ = [
    "CATEGORIES",
    "COUNTED",
    "EXAMPLE_QUESTIONS",
    "FORECAST_MODELS",
    "FORECAST_SERIES",
    "GOALS",
    "LEARNERS",
    "MARKS",
    "NOTICE",
    "PRIORS",
    "RANDOM_PLANS",
    "SALES_EXAMPLES",
    "SEGMENTS",
    "SHA256",
    "SOURCES",
    "TILT_RANGE",
    "Ahead",
    "Anomalies",
    "Answer",
    "Bridge",
    "Cell",
    "CellEstimate",
    "Comparison",
    "Constraint",
    "DensityGroups",
    "Elasticity",
    "Facts",
    "FalseAlarms",
    "Forecast",
    "Frontier",
    "HullPlan",
    "Inspection",
    "Later",
    "Line",
    "MarginChange",
    "Numbers",
    "OriginalOptimum",
    "Past",
    "Plan",
    "Prior",
    "Problem",
    "Regret",
    "Response",
    "Robust",
    "SalesTable",
    "ServicesModel",
    "Structure",
    "Swing",
    "Tornado",
    "ValueCurve",
    "about",
    "annual",
    "anomalies",
    "anomalies_frame",
    "ask",
    "average_prices",
    "best_within",
    "bridge",
    "category_eras",
    "cell_estimate",
    "checked_identities",
    "contrasts_in",
    "contrasts_of",
    "default_problem",
    "density_groups",
    "elasticities",
    "facts",
    "false_alarms",
    "figures",
    "forecast",
    "forecast_frame",
    "frontier",
    "gross_margins",
    "inspect",
    "inspect_table",
    "later_figures",
    "margin_change",
    "original_optima",
    "plan",
    "plan_csv",
    "plan_html",
    "plan_json",
    "plan_pdf",
    "quarter_shares",
    "quarters",
    "read_numbers",
    "read_problem",
    "read_sales",
    "regret",
    "robust",
    "sales_example",
    "sales_template",
    "scurve_basins",
    "scurve_problem",
    "services_models",
    "structure",
    "tornado",
    "value_curve",
    "years",
]
