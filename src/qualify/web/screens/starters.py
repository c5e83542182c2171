"""The starters, as they are offered."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from qualify.playbook import starters

STARTERS: Final = {
    "b2b-saas": (
        _("Software for businesses"),
        _(
            "Sold by people and by the product itself. Fit: the account is worth having and the person worth talking "
            "to. Engagement: what they did lately. Product: whether a trial got value."
        ),
    ),
    "services": (
        _("Services"),
        _(
            "An agency, a consultancy, a law or engineering firm. Few leads and long talks: fit, and budget, "
            "authority, need and timeline, matter more than clicks."
        ),
    ),
    "ecommerce": (
        _("Shop"),
        _(
            "For what people think about before they buy: furniture, bikes, machines. No sales team accepts leads; "
            "who qualifies gets the call, the sample or the offer."
        ),
    ),
}
"""By name: what each is for. In the order in which they are shown; one that is not here is shown by its name."""


def offered() -> list[tuple[str, Any, Any]]:
    """Every starter there is: its name, what it is called, and what it is for."""
    order = list(STARTERS)
    names = sorted(
        starters.names(), key=lambda name: (order.index(name) if name in order else len(order), name)
    )
    return [(name, *STARTERS.get(name, (name, ""))) for name in names]
