"""Mail that Qualify writes to a lead for a rep: once it is with the server it is a contact, and a step that is done."""

from __future__ import annotations

import msgspec

from qualify.web.database import rows
from qualify.web.handing import facts, line
from qualify.web.handing.post import Due
from qualify.web.verbs.contacting import Touch, keep_contact
from qualify.web.verbs.leads import lead


def was_sent(due: Due, now: int) -> None:
    """It is with the server; in the transaction that says so."""
    if due.person_id is None or not rows("SELECT 1 FROM identifier WHERE id = %s", [due.person_id]):
        return  # whoever it was written to was erased meanwhile
    whose = lead(due.person_id)
    keep_contact(whose, Touch("email", "outbound", "sent", now, due.rep_id, due.message_id), "mail", now)
    if due.step:
        cycle, sequence, step = msgspec.json.decode(due.step)
        told: dict[str, object] = {
            "cycle": cycle, "sequence": sequence, "step": step, "done_at": now, "skipped": False
        }  # fmt: skip
        facts.keep("step_done", whose, told, "mail", now)
        line.mark([whose.person_id], now)
