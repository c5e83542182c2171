"""The words by which mail systems and mail programs give themselves away where they set no header for it."""

from __future__ import annotations

import re
from typing import Final

DAEMON: Final = re.compile(
    r"(?:mailer-daemon|postmaster|mail-daemon|mdaemon)\b",
    re.IGNORECASE,
)
"""How the name of a mail system begins."""

FAILED: Final = re.compile(
    r"undeliver|returned mail|delivery (?:status notification|failure|has failed)|failure notice|mail delivery|"
    r"unzustellbar|nicht zugestellt|non remis|no se puede entregar",
    re.IGNORECASE,
)
"""What subjects of failures say."""

AWAY: Final = re.compile(
    r"\W*(?:out[ -]of[ -](?:the[ -])?office|ooo\b|away from|on (?:leave|vacation|holiday)|"
    r"abwesen|urlaub|nicht im (?:büro|haus)|"
    r"absence du bureau|absent|en (?:congé|vacances)|"
    r"fuera de (?:la )?oficina|ausente|"
    r"fuori (?:ufficio|sede)|assente|"
    r"fora do escritório|afwezig|niet aanwezig|frånvaro|fravær|poissa)",
    re.IGNORECASE,
)
"""How subjects of people who are away begin; behind a “Re:” it is a person who writes about it."""

AUTOMATIC: Final = re.compile(
    r"\W*(?:auto(?:matic|mated)?[ -]?(?:reply|response)|autoreply|"
    r"automatische (?:antwort|nachricht)|réponse automatique|respuesta automática|risposta automatica|"
    r"resposta automática|automatisch antwoord|autosvar|automatiskt svar|automaattinen vastaus)",
    re.IGNORECASE,
)
"""How subjects of automatic answers begin."""

AWAY_SAID: Final = re.compile(
    r"out of (?:the )?office|on (?:annual |parental |sick )?leave|on (?:vacation|holiday)|"
    r"nicht im (?:büro|haus)|abwesend|im urlaub|absent|en congé|fuera de la oficina|de vacaciones|"
    r"fuori ufficio|in ferie|afwezig|på semester",
    re.IGNORECASE,
)
"""What an automatic answer says of somebody who is away, as against one that only thanks for the mail."""

UNSUBSCRIBE: Final = re.compile(
    r"\W*(?:please |bitte )?"
    r"(?:(?:unsubscribe(?: me)?|remove me|take me off)(?: from)?(?: (?:this|the|your) (?:mailing )?list)?|"
    r"opt[ -]?out|stop|abmelden|abbestellen|austragen|désabonner|désinscription|darme de baja|baja|"
    r"cancellami|disiscrivi|uitschrijven|afmelden|avregistrera)(?: please)?\W*",
    re.IGNORECASE,
)
"""All that a subject, or a mail, says that wants no more mail."""
