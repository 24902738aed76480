# ruff: noqa: INP001 - a script beside the packages
"""What the collection of events says of its metrics, and where its rows are mended; data only, read by curate.py."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "ANNUAL_LAG_SESSIONS", "CHANNELS", "DEFINITIONS", "DIRECTIONS", "EXPECTED", "FISCAL_YEAR_END", "GROUPS", "NOTES",
    "OTHER_PERIOD", "QUARTERLY_LAG_SESSIONS", "RESTATED", "Definition",
]  # fmt: skip


class Definition(NamedTuple):
    """A metric of one company: the metric's name in the collection becomes this one."""

    metric: str
    definition: str
    meaning: str


_CASH = "cash paid for property and equipment in the period, without finance leases"
_GUIDE = "capex_guidance"
_META = Definition(
    "capex_incl_leases",
    "META.capex_incl_lease_principal",
    "cash paid for property and equipment, net of sale proceeds where recast, and principal paid on finance leases",
)
_MSFT = Definition(
    "capex_incl_leases",
    "MSFT.capex_incl_lease_additions",
    "additions to property and equipment and assets acquired under finance leases, as management counts; from "
    "2026-07-29 data centres live 25 years, so that leases of them count as operating leases and are outside",
)
_ORCL = Definition("capex_cash", "ORCL.capex_cash", f"{_CASH}; gross of what customers and vendors fund")
_CRWV = Definition("capex_company", "CRWV.capex_company", "capex as the company itself defines it")

# (company, metric of the collection)
DEFINITIONS: dict[tuple[str, str], Definition] = {
    **{
        (company, "capex_cash_ppe"): Definition("capex_cash", f"{company}.capex_cash", _CASH)
        for company in ("AAPL", "GOOGL", "META", "MSFT")
    },
    ("ORCL", "capex_cash_ppe"): _ORCL,
    ("AMZN", "capex_gross_productive_assets"): Definition(
        "capex_cash", "AMZN.capex_gross", "cash paid for property and equipment, gross of sale proceeds and incentives"
    ),
    ("AMZN", "capex_net_of_proceeds"): Definition(
        "capex_net",
        "AMZN.capex_net",
        "cash paid for property and equipment, net of sale proceeds and incentives, as on the calls",
    ),
    ("META", "capex_incl_finance_lease_principal"): _META,
    ("MSFT", "capex_incl_finance_leases_mgmt"): _MSFT,
    ("ORCL", "capex_net_outlay"): Definition(
        "capex_net", "ORCL.capex_net_outlay", "net of customers' prepayments and reimbursements and vendor financing"
    ),
    ("CRWV", "capex_total_company_def"): _CRWV,
    ("AMZN", "capex_guidance_fy"): Definition(
        _GUIDE, "AMZN.capex_guide", "cash capex of the year as spoken on the call; not said whether gross or net"
    ),
    ("AMZN", "capex_guidance_fy_run_rate"): Definition(
        "capex_guidance_rate", "AMZN.capex_quarterly_rate", "spending per quarter, not of the period as a whole"
    ),
    ("GOOGL", "capex_guidance_fy_cash_ppe"): Definition(_GUIDE, "GOOGL.capex_cash", _CASH),
    ("GOOGL", "capex_guidance_fy_cash_ppe_qualitative"): Definition(_GUIDE, "GOOGL.capex_cash", _CASH),
    ("META", "capex_guidance_fy_incl_finance_lease_principal"): _META._replace(metric=_GUIDE),
    ("META", "capex_guidance_fy_incl_finance_lease_principal_qualitative"): _META._replace(metric=_GUIDE),
    ("MSFT", "capex_guidance_ai_datacenters"): Definition(
        _GUIDE, "MSFT.ai_datacenters", "AI-enabled data centres only, a part of capex"
    ),
    ("MSFT", "capex_guidance_incl_finance_leases_calendar_year"): _MSFT._replace(metric=_GUIDE),
    ("MSFT", "capex_guidance_incl_finance_leases_quarter"): _MSFT._replace(metric=_GUIDE),
    ("MSFT", "capex_guidance_incl_finance_leases_qualitative"): _MSFT._replace(metric=_GUIDE),
    ("MSFT", "capex_guidance_incl_finance_leases_quarter_qualitative"): _MSFT._replace(metric=_GUIDE),
    ("ORCL", "capex_guidance_fy"): _ORCL._replace(metric=_GUIDE),
    ("ORCL", "capex_guidance_fy_gross"): _ORCL._replace(metric=_GUIDE),
    ("ORCL", "capex_guidance_fy_net_outlay"): Definition(
        _GUIDE, "ORCL.capex_net_outlay", "net of customers' prepayments and reimbursements and vendor financing"
    ),
    ("CRWV", "capex_guidance_fy_company_def"): _CRWV._replace(metric=_GUIDE),
    ("CRWV", "capex_guidance_fy_company_def_qualitative"): _CRWV._replace(metric=_GUIDE),
    ("CRWV", "capex_guidance_quarter"): _CRWV._replace(metric=_GUIDE),
    ("MSFT", "rpo_total_xbrl"): Definition(
        "rpo_total", "MSFT.rpo_total", "remaining performance obligation of the whole company, to the billion"
    ),
    ("ORCL", "rpo_total_xbrl"): Definition(
        "rpo_total", "ORCL.rpo_total", "remaining performance obligation, incl. hardware that customers supply"
    ),
    ("GOOGL", "rpo_total_xbrl"): Definition(
        "rpo_total", "GOOGL.rpo_total", "revenue backlog of contracts longer than a year, mostly Cloud; to 2025Q4"
    ),
    ("AMZN", "rpo_aws_commitments"): Definition(
        "rpo_total", "AMZN.commitments_over_1y", "commitments of contracts longer than a year, primarily AWS"
    ),
    ("MSFT", "rpo_commercial"): Definition("rpo_commercial", "MSFT.rpo_commercial", "commercial customers only"),
    ("GOOGL", "cloud_backlog_call"): Definition(
        "cloud_backlog", "GOOGL.cloud_backlog", "Cloud's part of the backlog, as spoken on the call; to 2025Q4"
    ),
    ("CRWV", "revenue_backlog"): Definition(
        "revenue_backlog", "CRWV.revenue_backlog", "RPO and amounts that management estimates; not the filed RPO"
    ),
    # From 2026Q1 on; the first three of these belong to GOOGL after its definitions changed.
    ("GOOGL from 2026", "rpo_total_xbrl"): Definition(
        "rpo_total", "GOOGL.rpo_total_2026", "revenue backlog incl. contracts of a year or less; from 2026Q1"
    ),
    ("GOOGL from 2026", "cloud_backlog_call"): Definition(
        "cloud_backlog", "GOOGL.cloud_backlog_2026", "Cloud's part, incl. short contracts and TPU systems; from 2026Q1"
    ),
    ("UBER", "ai_budget_exhausted"): Definition(
        "ai_budget_exhausted", "UBER.ai_budget_exhausted", "months after which the year's budget was used up"
    ),
    ("COIN", "default_llm_switch_experiment"): Definition(
        "default_llm_switch_experiment", "COIN.spend_cut", "cut of the spending on models, percent, about"
    ),
    ("PINS", "cost_cut_open_models"): Definition("cost_cut_open_models", "PINS.cost_cut", "cut of the cost, percent"),
    ("BIG3", "sum_cloud_rpo"): Definition("sum_cloud_rpo", "BIG3.sum_cloud_rpo", "AWS, Google Cloud and Microsoft"),
    ("BIG4", "sum_of_2026_capex_guides"): Definition(
        "sum_of_2026_capex_guides", "BIG4.sum_of_guides", "AMZN, GOOGL, META guided; MSFT estimated by the press"
    ),
    ("AMZN", "apec_investment"): Definition("apec_investment", "AMZN.apec", "pledge over several years"),
    ("", "us_ai_startups_using_chinese_models"): Definition(
        "us_ai_startups_using_chinese_models", "US.startups", "share of US AI start-ups, percent"
    ),
}

# Directions say how a guide moved within one period and definition; these rows compared with something else.
DIRECTIONS = {
    "META-20260729-capex_guidance-capex_guidance_fy_incl_finance_lease_principal-FY2026": "raised_low_end",
    "MSFT-20250730-capex_guidance-capex_guidance_incl_finance_leases_quarter-FY26Q1": "issued",
    "MSFT-20260729-capex_guidance-capex_guidance_incl_finance_leases_quarter-FY27Q1": "issued",
}

# Guides whose prior value speaks of another period or definition: it goes into the note.
OTHER_PERIOD = {
    "AMZN-20260205-capex_guidance-capex_guidance_fy-FY2026": "the guide of FY2025",
    "MSFT-20250730-capex_guidance-capex_guidance_incl_finance_leases_quarter-FY26Q1": "the actual of FY25Q4",
    "MSFT-20260729-capex_guidance-capex_guidance_incl_finance_leases_quarter-FY27Q1": "the actual of FY26Q4",
    "MSFT-20260128-capex_guidance-capex_guidance_incl_finance_leases_quarter_qualitative-FY26Q3": "actual of FY26Q2",
    "ORCL-20260610-capex_guidance-capex_guidance_fy_net_outlay-FY2027": "the actual of FY2026",
}

# Consensus before the event where one number is recorded (billions of dollars); ranges stay in the notes.
EXPECTED = {
    "GOOGL-20250204-capex_guidance-capex_guidance_fy_cash_ppe-FY2025": "58.84",
    "META-20250124-capex_guidance-capex_guidance_fy_incl_finance_lease_principal-FY2025": "51",
    "META-20260128-capex_guidance-capex_guidance_fy_incl_finance_lease_principal-FY2026": "110",
}

GROUPS = {
    "UBER-20260414-routing_adoption-ai_budget_exhausted-2026": "UBER-ai-budget",
    "UBER-20260525-routing_adoption-coo_doubts_ai_roi-2026": "UBER-ai-budget",
    "META-20251029-compute_resale-ceo_option_to_sell_compute-": "META-resale-hints",
    "META-20260527-compute_resale-ceo_definitely_on_the_table-": "META-resale-hints",
    "META-20260701-compute_resale-meta_compute_plan-": "META-resale-plan",
    "META-20260717-compute_resale-hires_aws_svp-": "META-resale-plan",
}

CHANNELS = {
    "META-20250124-capex_guidance-capex_guidance_fy_incl_finance_lease_principal-FY2025": "social",
    "META-20251029-compute_resale-ceo_option_to_sell_compute-": "call",
    "META-20260527-compute_resale-ceo_definitely_on_the_table-": "company",
    "UBER-20260525-routing_adoption-coo_doubts_ai_roi-2026": "company",
    "COIN-20260626-routing_adoption-default_llm_switch_experiment-2026": "social",
    "SNOW-202606-routing_adoption-ceo_model_comparison-": "social",
    "2513.HK-20260616-other-glm_5_2_open_weights_release-": "release",
}

# Remarks that speak of the collection itself.
NOTES = {
    ": nuance missing in the seed": "",
    '; seed states it as adopted and as "K2.7"': "",
    ' (seed 004 says "announced")': "",
    "; ticker from memory": "",
    "; day from earlier page": "",
}

# The last month of the fiscal years that are not the calendar's.
FISCAL_YEAR_END = {"AAPL": 9, "MSFT": 6, "ORCL": 5}

# A backlog whose filing date is not recorded: quarterly reports come a session later, annual ones within ten sessions.
QUARTERLY_LAG_SESSIONS, ANNUAL_LAG_SESSIONS = 1, 10

# The one restatement that is shipped by hand: the original's id, the later value in millions, and where it is filed.
RESTATED = {
    "META-2023Q1-capex_actual-capex_cash_ppe": (
        "6823",
        "2024-04-25",
        "SEC companyfacts, 10-Q filed 2024-04-25, accn 0001326801-24-000049",
        "recast net of sale proceeds",
    ),
}
