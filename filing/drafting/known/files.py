"""What is known when records are filed and archived."""

from __future__ import annotations

from filing.act import Act, mappings
from filing.drafting.known.case import Case, Comfort
from filing.drafting.values import Data
from filing.model import Pointer, Value
from filing.rules.filing import not_filed_yet
from filing.rules.homes import homes, versions_known


def _model_and_version(case: Case) -> tuple[str, str] | None:
    """The list of homes, where there is one only."""
    known = versions_known(case.journal.repository.files)
    if len(known) != 1:
        return None
    model, _, version = known[0].partition(" ")
    return model, version


def _model(case: Case, data: Data, at: Pointer) -> Value | None:
    found = _model_and_version(case)
    return found[0 if at[-1] == "model" else 1] if found else None


def _records(case: Case, data: Data, at: Pointer) -> Value | None:
    """Every signed record that belongs in the file and is in no filing yet (R48, R49)."""
    acts = sorted(not_filed_yet(case.batch), key=lambda act: (act.utc, act.path)) if case.batch else []
    return tuple(_line(case, act) for act in acts) or None


def _line(case: Case, act: Act) -> Value:
    facts: dict[str, Value] = {
        "record": act.path,
        "sha256": act.record.sha256,
        "title": f"{act.form.title} of {case.spot.batch}" + (f" ({act.name})" if "." in act.name else ""),
        "document_date": act.day,
    }
    known = _model_and_version(case)
    listed = homes(case.journal.repository.files, *known) if known else None
    home = listed.of(act, case.journal) if listed else None
    return {**facts, **({"artifact": home.artifact} if home and home.artifact else {}), "copy_type": "original"}


def _partition(case: Case, data: Data, at: Pointer) -> Value | None:
    blinded = any(trial.data.get("blinding") != "open_label" for trial in case.trials)
    return "restricted" if blinded else "open"


def _as_before(case: Case, data: Data, at: Pointer) -> Value | None:
    return case.before.value(*at) if case.before else None


def _copies(case: Case, data: Data, at: Pointer) -> bool:
    return any(line.get("copy_type") != "original" for line in mappings(data.get("records")))


FILING = Comfort(
    facts={"records": _records, "tmf.model": _model, "tmf.version": _model},
    proposed={
        "tmf.part": _as_before, "location.system": _as_before, "location.path": _as_before,
        "blind_partition": _partition, "retention_basis": _as_before,
    },
    asked={"originals": _copies},
)  # fmt: skip


def _end_of_trial(case: Case, data: Data, at: Pointer) -> Value | None:
    """The latest, where the batch was for several trials and all have ended."""
    ends = [trial.data.get("end_of_trial") for trial in case.trials]
    return max(map(str, ends)) if ends and all(ends) else None


ARCHIVE = Comfort(facts={"trigger.end_of_trial": _end_of_trial}, proposed={"location.system": _as_before})
