"""The playbook's own rules of channels, which go before the documented ones."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from qualify.capture.channels import Rules
from qualify.capture.sites import CLICK_IDS, SITES
from qualify.criteria import Written
from qualify.criteria.values import Among, Text, Texts
from qualify.speech import marked, sentence


class ChannelRule(Written):
    """A channel, and what must all hold of a visit for it. Of a list one is enough; ``*`` stands for anything."""

    channel: Text = Field(description="the channel's name")
    source: Texts | None = Field(None, description="utm_source")
    medium: Texts | None = Field(None, description="utm_medium")
    campaign: Texts | None = Field(None, description="utm_campaign")
    either: Texts | None = Field(None, description="the medium or the source")
    site: Annotated[Text, Among(tuple(sorted(SITES)), marked("kind of site"))] | None = Field(
        None, description="what kind of site the source or the referrer is"
    )
    click: Annotated[Text, Among(tuple(sorted(set(CLICK_IDS.values()))), marked("kind of site"))] | None = (
        Field(None, description="the kind of site whose paid click id is in the address")
    )

    @model_validator(mode="after")
    def _goes_by_something(self) -> Self:
        if not any((self.source, self.medium, self.campaign, self.either, self.site, self.click)):
            raise ValueError(
                sentence(
                    "a rule with nothing to go by; write a source, medium, campaign, either, site or click"
                )
            )
        return self


class Channels(Written):
    """By which channel people come, where it is not as the documented rules say."""

    own_hosts: list[Text] = Field([], description="hosts that are no referrers, because they are ours")
    rules: list[ChannelRule] = Field([], description="rules that go before the documented ones")

    def as_rules(self) -> Rules:
        """All rules, ours first."""
        return Rules.from_playbook(self.model_dump(exclude_none=True))
