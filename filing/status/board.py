"""The board: every batch on one page that needs nothing but itself, with the way of each batch as a line of time.

No request leaves the page and nothing has to run in it; where scripts run, the table can be narrowed by typing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from filing import frame, paper
from filing.act import Act
from filing.journal import Batch
from filing.relations import batch_of
from filing.status.axes import Axis, Standing, TrialStanding
from filing.steps import Desk, Step
from filing.steps.sop import in_role
from filing.steps.told import called, command

_HERE = Path(__file__).resolve().parent
_TITLES = {"quality": "Batch quality", "release": "Release", "entries": "Records", "deviations": "Deviations, CAPA",
           "tmf": "Trial Master File"}  # fmt: skip


def page(desk: Desk, root: Path, as_of: str, batches: Sequence[Standing], trials: Sequence[TrialStanding]) -> str:
    """The whole page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style, script = (_HERE / "board.css").read_text("utf-8"), (_HERE / "board.js").read_text("utf-8")
    judged = desk.repository.judgement
    return environment.get_template("board.html.j2").render(
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; "
        "form-action 'none'",
        notices=_notices(desk, batches),
        as_of=paper.moment(as_of),
        root=paper.grouped(judged.root.digest) if judged.root else "",
        registers=judged.states[-1].number if judged.states else 0,
        titles=list(_TITLES.values()),
        batches=[_batch(desk, root, standing) for standing in batches],
        trials=[{"name": t.name, "batches": t.batches, "issue": _axis(t.issue)} for t in trials],
    )


def _digest(text: str) -> str:
    """What the page's own rules admit: exactly this style and this script, and nothing that a record brings."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _notices(desk: Desk, batches: Sequence[Standing]) -> list[str]:
    notices = [frame.DEMONSTRATION] if desk.repository.demonstration else []
    return [*notices, frame.RESTRICTED] if any(standing.restricted for standing in batches) else notices


def _batch(desk: Desk, root: Path, standing: Standing) -> Mapping[str, object]:
    road = standing.road
    first = road.first
    return {
        "id": road.batch,
        "about": road.about,
        "restricted": frame.RESTRICTED if standing.restricted else "",
        "stands": road.stands,
        "gate": road.gate,
        "axes": [{"title": _TITLES[name], **_axis(axis)} for name, axis in standing.axes],
        "first": f"{first.name}: {first.what}" if first else road.later,
        "timeline": list(_timeline(desk, standing.batch)),
        "steps": [_step(desk, root, step) for step in road.steps],
        "later": road.later,
    }


def _axis(axis: Axis) -> dict[str, object]:
    return {"word": axis.word, "style": axis.style, "details": list(axis.details)}


def _timeline(desk: Desk, batch: Batch) -> Iterator[Mapping[str, str]]:
    """Each sign-off of the batch's acts and of those of its deviations, in the order of the times they claim."""
    folders = (batch, *batch.deviations)
    acts = [act for folder in folders for act in folder.all_acts if batch_of(act.path) in (None, batch.id)]
    acts += [act.voided_by for folder in folders for act in folder.void if act.voided_by]
    signed = [(signoff.statement.utc, act.path, act, signoff) for act in acts for signoff in act.signoffs]
    for _, _, act, signoff in sorted(signed, key=lambda each: each[:2]):
        facts = paper.signer_facts(desk.repository, signoff)
        yield {
            "date": facts["date"],
            "clock": facts["clock"],
            "kind": act.form.title,
            "name": _named(act),
            "word": _decision(act) if signoff == act.last() else "",
            "who": facts["name"],
            "role": f"{facts['position']}, {facts['organisation']}; signed as {in_role(signoff.statement.role)}",
            "mark": _mark(batch, act),
        }


def _named(act: Act) -> str:
    deviation = act.variables.get("deviation")
    revision = f", revision {act.revision}" if act.revision else ""
    return f"{deviation} {act.name}{revision}" if deviation else f"{act.name}{revision}"


def _decision(act: Act) -> str:
    """The status that the act gives its entry, in its form's word."""
    rule = act.form.annexure.get("status")
    if not isinstance(rule, Mapping):
        return ""
    chosen = rule["words"].get(str(act.value(*rule["by"].strip("/").split("/"))), {}) if "by" in rule else rule
    return str(chosen.get("word", ""))


def _mark(batch: Batch, act: Act) -> str:
    """Whether the act is no longer in force."""
    for folder in (batch, *batch.deviations):
        for now in (*folder.acts, *folder.void):
            if now.base == act.base and not act.form.voids:
                return "void" if now.voided_by else "superseded" if now.path != act.path else ""
    return ""


def _step(desk: Desk, root: Path, step: Step) -> Mapping[str, object]:
    who = [f"{called(desk, person)} ({in_role(role)})" for person, role in step.people]
    return {
        "name": step.name,
        "what": step.what,
        "clause": step.clause,
        "optional": step.optional,
        "who": ", ".join(who) or ", ".join(map(in_role, step.roles)),
        "commands": [command(root, each) for each in step.commands],
    }
