"""Where every batch stands, as people at a terminal and programs read it; the order is stable."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence

from filing.status.axes import Axis, Standing, TrialStanding
from filing.steps import Desk, Step
from filing.steps.told import called

FORMAT = "status@1"
"""What a program may rely on: keys are added under the same number, never renamed or taken away."""
_HEADINGS = ("Batch", "Quality", "Release", "Records", "Deviations", "TMF")
_LEAST = 10
"""How narrow a column may get before its words are broken."""
_GAP = 2


def as_json(version: str, as_of: str, desk: Desk, batches: Sequence[Standing], trials: Sequence[TrialStanding]) -> str:
    """The standing of every batch and trial, for programs."""
    root = desk.repository.judgement.root
    return json.dumps(
        {
            "format": FORMAT,
            "version": version,
            "as_of": as_of,
            "demonstration": desk.repository.demonstration,
            "root": root.digest if root else None,
            "batches": [_batch(desk, each) for each in batches],
            "trials": [
                {"id": each.id, "protocol_code": each.name, "batches": list(each.batches), "issue": _axis(each.issue)}
                for each in trials
            ],
        },
        indent=2,
        ensure_ascii=False,
    )


def _batch(desk: Desk, standing: Standing) -> dict[str, object]:
    road = standing.road
    return {
        "batch": road.batch,
        "about": road.about,
        "restricted": standing.restricted,
        **{name: _axis(axis) for name, axis in standing.axes},
        "stands": road.stands,
        "gate": road.gate,
        "package": road.package,
        "later": road.later,
        "next": [_step(desk, step) for step in road.steps],
    }


def _axis(axis: Axis) -> dict[str, object]:
    return {"word": axis.word, "style": axis.style, "details": list(axis.details)}


def _step(desk: Desk, step: Step) -> dict[str, object]:
    return {
        "record": step.record,
        "kind": step.kind,
        "name": step.name,
        "what": step.what,
        "clause": step.clause,
        "optional": step.optional,
        "roles": list(step.roles),
        "people": [{"person": person, "name": called(desk, person), "role": role} for person, role in step.people],
        "commands": list(step.commands),
    }


def as_text(width: int, as_of: str, batches: Sequence[Standing], trials: Sequence[TrialStanding]) -> str:
    """A table that fits the width, below each batch what comes next; then the trials."""
    rows = [(each.road.batch, *(axis.word for _, axis in each.axes)) for each in batches]
    wide = _widths(width, [_HEADINGS, *rows])
    lines = [*_row(_HEADINGS, wide), "  ".join("-" * size for size in wide)]
    for row, standing in zip(rows, batches, strict=True):
        indent = " " * (wide[0] + _GAP)
        lines += _row(row, wide)
        lines += textwrap.wrap(_next(standing), width, initial_indent=indent, subsequent_indent=f"{indent}      ")
    if not rows:
        lines = ["No batch is registered yet."]
    for trial in trials:
        batches_said = f"{len(trial.batches)} batch{'' if len(trial.batches) == 1 else 'es'}"
        lines.append(f"Trial {trial.name} ({batches_said}): {trial.issue.word}")
    return "\n".join([*lines, f"As of {as_of}"])


def _next(standing: Standing) -> str:
    step = standing.road.first
    return f"next  {step.name}: {step.what}" if step else standing.road.later


def _widths(width: int, rows: Sequence[Sequence[str]]) -> list[int]:
    """What each column needs; the widest gives way until all fit."""
    wide = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    while sum(wide) + _GAP * (len(wide) - 1) > width and max(wide) > _LEAST:
        wide[wide.index(max(wide))] -= 1
    return wide


def _row(cells: Sequence[str], wide: Sequence[int]) -> list[str]:
    wrapped = [textwrap.wrap(cell, size) or [""] for cell, size in zip(cells, wide, strict=True)]
    lines = []
    for at in range(max(map(len, wrapped))):
        parts = [(cell[at] if at < len(cell) else "").ljust(size) for cell, size in zip(wrapped, wide, strict=True)]
        lines.append("  ".join(parts).rstrip())
    return lines
