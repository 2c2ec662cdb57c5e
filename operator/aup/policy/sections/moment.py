"""The instant for which terms are compiled."""

from datetime import datetime

from aup.policy.validity import FOREVER


class Moment:
    """An instant, and all later ones at which something that was decided for it changes."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._changes: set[datetime] = set()

    def changes(self, at: datetime | None) -> None:
        """Take down when something changes by the passing of time; ``None``: never."""
        if at is not None and self.now < at < FOREVER:
            self._changes.add(at)

    def reached(self, at: datetime | None) -> bool:
        """Tell whether an instant has come; ``None`` never does."""
        self.changes(at)
        return at is not None and self.now >= at

    @property
    def good_until(self) -> datetime | None:
        """The first change ahead; ``None`` when there is none."""
        return min(self._changes, default=None)
