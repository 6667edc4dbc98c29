"""`storyfold doctor`: does the ledger add up?"""

from __future__ import annotations

from dataclasses import asdict

import click

from services.commands.context import store
from services.commands.output import answer, as_json
from shared.bootstrap import now
from shared.store.ledger import Finding, Ledger


@click.command()
@click.option("--repair", is_flag=True, help="Mend what can be mended; what is lost for good is only told.")
@as_json
def doctor(*, repair: bool, json_wanted: bool) -> int:
    """Check that every link and every article is where it must be; exit code 1 where a rule is broken."""
    with store() as opened:
        ledger = Ledger(opened.database)
        findings = ledger.repair(now()) if repair else ledger.check()
    if json_wanted:
        answer([asdict(each) | {"holds": each.holds} for each in findings])
    else:
        for each in findings:
            click.echo(_line(each))
    return 0 if all(each.holds for each in findings) else 1


def _line(finding: Finding) -> str:
    if not finding.broken:
        return f"ok      {finding.rule}"
    word = "mended" if finding.holds else "BROKEN"
    more = ", …" if finding.broken > len(finding.examples) else ""
    examples = ", ".join(str(number) for number in finding.examples) + more
    return f"{word}  {finding.rule}: not so for {finding.broken} ({examples})"
