"""What is missing before a deviation is closed, beside the QP's decision on its batches (SOP 5.2)."""

from __future__ import annotations

from filing.act import Act
from filing.journal import Deviation
from filing.steps.stages import Case, Found, until_disposed


def settled(case: Case, deviation: Deviation) -> Found:
    """CAPAs decided, done and shown to work, the serious breach assessed, the deviation closed."""
    own, closure = {"deviation": deviation.id}, deviation.one("deviation.closure")
    investigation = deviation.one("deviation.investigation")
    if closure and closure.signed:
        return
    if investigation is None or not investigation.signed:
        return  # that comes first, and is asked for before the QP's decision
    missing = [*_breach(case, deviation, investigation), *_capas(case, deviation)]
    yield from missing
    if not missing and not list(until_disposed(case, deviation)):
        yield from case.propose.wanted("deviation.closure", own)


def _breach(case: Case, deviation: Deviation, investigation: Act) -> Found:
    """The sponsor's assessment whether it is a serious breach, and its notification."""
    assessment = investigation.value("serious_breach", "assessment")
    told = investigation.value("serious_breach", "notified_at")
    if assessment == "pending":
        yield case.propose.to_correct(investigation, "record whether it is a serious breach")
    elif assessment == "serious" and told is None:
        yield case.propose.to_correct(investigation, "notify the serious breach, and record when")


def _capas(case: Case, deviation: Deviation) -> Found:
    own = {"deviation": deviation.id}
    capas, form = deviation.of("capa"), case.desk.repository.forms.latest("capa")
    unsigned = [act for act in capas if not act.signed]
    for capa in unsigned:
        yield from case.propose.to_sign(capa.record, capa.form)
    if form and not capas and str(deviation.report.value("category") if deviation.report else "").startswith("GMP_"):
        yield from case.propose.wanted("capa", case.next_number("capa", own))
    for capa in capas:
        if capa.signed and capa.value("decision") == "planned":
            yield from _effect(case, deviation, capa)


def _effect(case: Case, deviation: Deviation, capa: Act) -> Found:
    check = deviation.answer(capa, "capa.effectiveness")
    number = {"deviation": deviation.id, "nn": capa.variables["nn"]}
    if check is None or not check.signed:
        yield from case.propose.wanted(
            "capa.effectiveness", number, f"check whether {capa.name} works, once it is done"
        )
    elif check.value("result") != "effective":
        yield case.propose.to_correct(check, f"check {capa.name} again after further action: it does not work yet")
