"""Facts: all that rules may know about one object."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final

import msgspec

from aup.facts.model.access import Access
from aup.facts.model.binding import Binding
from aup.facts.model.exposure import Exposure
from aup.facts.model.markings import Markings
from aup.facts.model.subject import Problem, Subject
from aup.facts.model.workload import Execution, Runs, Workload


class Facts(msgspec.Struct, frozen=True):
    """All that rules may know about one object."""

    subject: Subject
    workloads: tuple[Workload, ...] = ()
    """Pods and pod templates in it: one of a Deployment, several of a JobSet."""
    exposure: Exposure | None = None
    access: Access | None = None
    executions: tuple[Execution, ...] = ()
    """Commands that the request runs in a pod."""
    binding: Binding | None = None
    markings: Markings | None = None
    problems: tuple[Problem, ...] = ()
    """What could not be read. An object with problems is refused, never skipped."""
    advisory: bool = False
    """Read by guesswork from a kind that nobody knows: its findings warn at most."""

    def parts(self, reads: type[Any]) -> tuple[Any, ...]:
        """Return the parts of one type, as many as the object has."""
        found = _PARTS[reads](self)
        if isinstance(found, tuple):
            return found
        return () if found is None else (found,)


_PARTS: Final[Mapping[type[Any], Callable[[Facts], Any]]] = {
    Facts: lambda facts: facts,
    Workload: attrgetter("workloads"),
    Runs: lambda facts: facts.workloads + facts.executions,
    Exposure: attrgetter("exposure"),
    Access: attrgetter("access"),
    Binding: attrgetter("binding"),
    Markings: attrgetter("markings"),
}
