"""Where every batch stands, on the five axes of its life: derived from its signed acts, never typed.

`axes` derives, `shown` tells it as text and JSON, `board` as a page.
"""

from __future__ import annotations

from filing.status.axes import Axis, Standing, TrialStanding, standings, trial_standings

__all__ = ["Axis", "Standing", "TrialStanding", "standings", "trial_standings"]
