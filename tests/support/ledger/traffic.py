"""Replicas under load, with watches and answers that take 20 ms."""

from aup.ledger.entry import Key
from aup.ledger.escrow import EscrowAccount
from aup.ledger.margins import Bounds, Margins
from aup.ledger.verdict import Allowed
from support.ledger.store import Request
from support.ledger.world import World

STEP = 0.02
"""Seconds between two looks of everybody at everything."""


class Traffic:
    """A world in which all goes well, and creates follow each other."""

    def __init__(self, *, replicas: int, hard: dict[str, int]) -> None:
        self._world = World(
            lambda identity, horizon: EscrowAccount(identity, horizon, Margins(), Bounds()),
            replicas=replicas,
            hard=hard,
        ).opened()
        self._before = self._world.store.stored
        self._waiting: list[tuple[int, Request]] = []
        self.admitted = 0

    @property
    def time(self) -> float:
        """Return the time in seconds."""
        return self._world.time

    @property
    def writes(self) -> int:
        """Return how often the ledger was written."""
        return self._world.store.stored - self._before

    def run(self, each: int, until: int) -> None:
        """Let every replica be asked for so many Pods in each step, until so many exist."""
        while self.admitted < until:
            for replica in range(len(self._world.replicas)):
                self._waiting += [(replica, self._request(1)) for _ in range(each)]
            self._waiting = [w for w in self._waiting if not self._ask(*w)]
            self._step()

    def takes(self, pods: int) -> bool:
        """Ask one replica for so many at once, for a second; tell whether it was allowed."""
        request, until = self._request(pods), self.time + 1
        while self.time <= until:
            if self._ask(0, request):
                return True
            self._step()
        return False

    def _step(self) -> None:
        self._world.time += STEP
        for number, process in enumerate(self._world.replicas):
            self._world.beat(process)
            self._world.refresh(number)
            self._world.watch(number, 0, 1_000_000)
            self._world.watch(number, 1, 1_000_000)
            self._world.exchange(number)

    def _ask(self, replica: int, request: Request) -> bool:
        account, now = (p := self._world.replicas[replica]).account, p.clock(self.time)
        if not isinstance(account.admit(request.entry, now, now + 1), Allowed):
            return False
        request.until = self.time + 60
        self.admitted += request.amounts["pods"]
        return self._world.store.persist(request, self.time)

    def _request(self, pods: int) -> Request:
        uid = self._world.uid()
        return Request(Key("Pod", uid, 0), f"shop/{uid}", {"pods": pods}, {"pods": pods})
