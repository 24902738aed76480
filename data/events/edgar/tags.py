"""The XBRL tags that carry capital expenditure and remaining performance obligation; each tag is its own definition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ANCHORS", "CAPEX", "KNOWN", "RPO", "Tag", "tags_in"]

CAPEX, RPO = "capex_actual", "rpo"


class Tag(NamedTuple):
    """One tag of one taxonomy, the kind of event it gives and the name of what it measures."""

    taxonomy: str
    name: str
    kind: str
    metric: str

    @property
    def definition(self) -> str:
        """Give the key under which its values compare with each other and with nothing else."""
        return f"{self.taxonomy}:{self.name}"


# A company that moves from one tag to another (NVDA and AMZN did) starts a new definition; nothing is spliced.
KNOWN = (
    Tag("us-gaap", "PaymentsToAcquirePropertyPlantAndEquipment", CAPEX, "capex_cash_ppe"),
    Tag("us-gaap", "PaymentsToAcquireProductiveAssets", CAPEX, "capex_gross_productive_assets"),
    Tag("ifrs-full", "PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities", CAPEX, "capex_cash_ppe"),
    Tag("us-gaap", "RevenueRemainingPerformanceObligation", RPO, "rpo_total_xbrl"),
)
# Taxonomies that are not a company's own.
STANDARD = frozenset({"us-gaap", "ifrs-full", "dei", "srt", "ecd", "ffd", "invest", "cyd", "rxp", "sro", "vip", "spac"})
OWN_CAPEX = re.compile(
    r"(?:PaymentsToAcquire|PaymentsFor|PurchasesOf|PurchaseOf)\w*(?:Property|Productive|Equipment)\w*"
)
OWN_RPO = re.compile(r"\w*RemainingPerformanceObligation\w*")
# Money promised, accrued or traded in kind is not paid; a percentage or a date of an obligation is not its amount.
NOT_IT = re.compile(r"NotYetPaid|Accrued|Incurred|Noncash|NonCash|Percent|Period|Timing|Expected")
# What nearly every 10-Q and 10-K states of its own period: they tell which quarter a filing speaks of.
ANCHORS = ("Assets", "StockholdersEquity", "NetIncomeLoss", "ProfitLoss", "NetCashProvidedByUsedInOperatingActivities")


def tags_in(facts: Mapping[str, Mapping[str, Any]]) -> list[Tag]:
    """List the tags of capital expenditure and remaining performance obligation in a companyfacts' ``facts``.

    The known tags come first; after them the company's own by name, which stand in a taxonomy that is not a standard.
    """
    known = [tag for tag in KNOWN if tag.name in facts.get(tag.taxonomy, {})]
    own = [(taxonomy, name) for taxonomy in sorted(set(facts) - STANDARD) for name in sorted(facts[taxonomy])]
    return known + [tag for taxonomy, name in own if (tag := _own(taxonomy, name)) is not None]


def _own(taxonomy: str, name: str) -> Tag | None:
    if NOT_IT.search(name):
        return None
    if OWN_CAPEX.fullmatch(name):
        return Tag(taxonomy, name, CAPEX, "capex_company_tag")
    return Tag(taxonomy, name, RPO, "rpo_company_tag") if OWN_RPO.fullmatch(name) else None
