"""The playbook: what a good lead is, written down by marketing and sales in one text file."""

from __future__ import annotations

from qualify.playbook.book import Playbook
from qualify.playbook.loading import examine, load, parse, text_of
from qualify.playbook.schema import schema

__all__ = ["Playbook", "examine", "load", "parse", "schema", "text_of"]
