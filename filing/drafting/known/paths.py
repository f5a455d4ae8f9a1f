"""The words of a record's path that can be told from the registers: to whom a notice goes, for what a release is."""

from __future__ import annotations

from collections.abc import Mapping

from filing import paper
from filing.forms import Form
from filing.journal import Journal
from filing.rules.wording import items_of


def likely(journal: Journal, form: Form, name: str, variables: Mapping[str, str]) -> Mapping[str, str]:
    """The words that fit a variable of a path, each in words; none where nothing is known."""
    state = journal.repository.judgement.states[-1]
    batch = journal.batches.get(variables.get("batch", ""))
    master = batch.master if batch else None
    trials = (
        [state.entries.get(f"records/registers/trials/{each}") for each in items_of(master.value("trials"))]
        if master
        else []
    )
    found: dict[str, str] = {}
    if name == "recipient":
        for trial in trials:
            named = ((function, trial.data.get(function)) for function in ("sponsor", "cro")) if trial else ()
            found |= {f: paper.entry_name(state, "organisations", str(who)) for f, who in named if who}
    elif name == "scope" and master:
        for path, entry in sorted(state.entries.items()):
            if path.startswith("records/registers/sites/") and entry.data.get("trial") in items_of(
                master.value("trials")
            ):
                found[path.rpartition("/")[2]] = str(entry.data["name"])
    elif name == "batch":
        deviation = journal.deviations.get(variables.get("deviation", ""))
        found = dict.fromkeys(sorted(deviation.batches), "") if deviation else {}
    return found
