"""Replicas, a leader, a store and a network, in which everything may go wrong.

Each method is one step that somebody takes; numbers that are too large wrap around, and a step that
makes no sense now does nothing, so that any sequence of steps is a history.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from aup.ledger.account import Account
from aup.ledger.amounts import Amounts, covers, minus, plus, positive, total, within
from aup.ledger.entry import Key
from aup.ledger.escrow import EscrowAccount
from aup.ledger.horizon import Horizon
from aup.ledger.identity import Identity, Sightings
from aup.ledger.leader import Leader
from aup.ledger.margins import Bounds, Margins
from aup.ledger.record import Write, standing
from aup.ledger.reservation import ReservationAccount
from aup.ledger.verdict import Allowed
from support.ledger.store import Request, Store, Thing, grown

MARGINS = Margins(
    request=60, margin=15, webhook=5, commit=7, drift=3, lease=15, settle=0, idle=2, recount=0
)
"""As tight as they may be; writes that can wait do not, since a step takes no time."""
KINDS = ("Pod", "Claim")
HARD = {"cpu": 3, "pods": 2}
BUDGETS = (HARD, {"cpu": 2, "pods": 2}, {"cpu": 4, "pods": 3}, {"cpu": 3})
RATES = (0.985, 1.0, 1.015)
"""How fast the replicas' clocks run: together with the leader's they drift 3 s in 100 s."""
NAMES = ("shop/a", "shop/b", "shop/c")

MakeAccount = Callable[[Identity, Horizon], Account]
MakeLeader = Callable[[Horizon], Leader]


def escrow(identity: Identity, horizon: Horizon) -> EscrowAccount:
    return EscrowAccount(identity, horizon, MARGINS, Bounds())


def reservation(identity: Identity, horizon: Horizon) -> ReservationAccount:
    return ReservationAccount(identity, horizon, MARGINS, Bounds())


def leader(horizon: Horizon) -> Leader:
    return Leader("leader", KINDS, horizon, MARGINS)


@dataclass(slots=True)
class Process:
    """Something with watch caches, a clock and an account (or the leader's view)."""

    number: int
    rate: float
    identity: Identity
    horizon: Horizon
    sink: Account | Leader
    cursors: dict[str, int] = field(default_factory=dict)
    known: set[tuple[str, str]] = field(default_factory=set)
    """Kind and UID of what its caches hold."""
    paused: bool = False

    def observed(self, kind: str, thing: Thing) -> None:
        """Put an object into the cache."""
        self.known.add((kind, thing.uid))
        self.sink.observed(kind, thing.uid, thing.version, thing.amounts)

    def deleted(self, kind: str, uid: str) -> None:
        """Take an object out of the cache."""
        self.known.discard((kind, uid))
        self.sink.deleted(kind, uid)

    @property
    def account(self) -> Account:
        assert isinstance(self.sink, Account)
        return self.sink

    def clock(self, time: float) -> float:
        """Return the time on this process's clock, which nobody else's agrees with."""
        return 1000.0 * (self.number + 1) + time * self.rate


class OverrunError(AssertionError):
    """More exists than the budget allows."""


class World:
    """All of it."""

    def __init__(
        self,
        make_account: MakeAccount = escrow,
        make_leader: MakeLeader = leader,
        *,
        replicas: int = 2,
        names: int = 3,
        kinds: int = 2,
        leads: int = 0,
        hard: Amounts = HARD,
    ) -> None:
        """Make a world; see `tick` for ``leads``."""
        self.time = 0.0
        self.store = Store()
        self.hard = self.bound = hard
        self.uncharged: Amounts = {}
        """What may come beside the bound, since nobody charged it."""
        self._leads = leads
        self._names, self._kinds = NAMES[:names], KINDS[:kinds]
        self.requests: list[Request] = []
        self.air: list[Write] = []
        """Writes that were sent and whose senders do not know what became of them."""
        self._make_account, self._make_leader = make_account, make_leader
        self._uids = self._series = 0
        self.lead: Process = self._leader()
        self.sightings = Sightings(MARGINS.lease)
        self.replicas = [self._replica(number) for number in range(replicas)]

    # -- The beginning ----------------------------------------------------------------------

    def begin(self, before: Collection[tuple[int, int, int]] = ()) -> None:
        """Begin to put the budget in force.

        Args:
            before: kind, name and size of objects that were let through without a budget, and
                may appear at any time until then.

        """
        self.manage(fresh=True)
        for replica in range(len(self.replicas)):
            self.refresh(replica)
            self.exchange(replica)
        for kind, name, size in before:
            kind_ = KINDS[kind % len(KINDS)]
            amounts = sized(kind_, size)
            request = Request(Key(kind_, self.uid(), 0), NAMES[name % len(NAMES)], amounts, amounts)
            if covers(self.hard, total([*(r.amounts for r in self.requests), amounts])):
                request.until = self.time + MARGINS.request + MARGINS.commit
                self.requests.append(request)
                self.uncharged = plus(self.uncharged, amounts)
        self.know()

    def know(self) -> None:
        """Tell the leader that every replica that lives knows the budget, if that is so."""
        found, ledger = self.lead.sink, self.store.ledger
        assert isinstance(found, Leader)
        found.refreshed(ledger, self.lead.clock(self.time))
        if ledger and not found.unaware(process.identity.uid for process in self.replicas):
            found.known(ledger.edition, self.lead.clock(self.time))

    def opened(self) -> "World":
        """Put the budget in force and wait until it is."""
        self.begin()
        self.tick(MARGINS.wait + 5)
        for _ in range(2):
            self.manage(fresh=True)
        for replica in range(len(self.replicas)):
            self.refresh(replica)
        return self

    def rebudget(self, choice: int) -> None:
        """Change the budget; what is lower or new binds once the ledger bears it out."""
        self.hard = BUDGETS[choice % len(BUDGETS)]
        self.bound = {
            key: max(bound, self.hard[key]) for key, bound in self.bound.items() if key in self.hard
        }
        assert isinstance(self.lead.sink, Leader)
        self.lead.sink.budget(self.hard)

    # -- Requests ---------------------------------------------------------------------------

    def create(self, replica: int, kind: int, name: int, size: int, patience: int) -> bool:
        """Ask to create an object, and tell whether it was allowed; see `_attempt`."""
        kind_ = self._kinds[kind % len(self._kinds)]
        amounts = sized(kind_, size)
        key = Key(kind_, self.uid(), 0)
        request = Request(key, self._names[name % len(self._names)], amounts, amounts)
        return self._attempt(replica, request, patience)

    def update(self, replica: int, thing: int, size: int, patience: int) -> bool:
        """Ask to change the size of an object; what does not grow is not asked for."""
        if not self.store.things:
            return False
        found = sorted(self.store.things.values(), key=lambda t: t.version)
        old = found[thing % len(found)]
        amounts = sized(old.kind, size)
        grows = grown(amounts, old.amounts)
        if not grows:
            self.store.change(old.uid, amounts)
            return True
        request = Request(Key(old.kind, old.uid, old.version), old.name, amounts, grows)
        return self._attempt(replica, request, patience)

    def ask(self, replica: int, request: int) -> bool:
        """Send a request to a replica, perhaps once more or to another one than before."""
        alive = [request for request in self.requests if not request.over]
        if not alive or not self.replicas:
            return False
        return self._ask(self._pick(replica), alive[request % len(alive)])

    def persist(self, request: int) -> None:
        """Persist a request that was allowed."""
        ready = [r for r in self.requests if not r.over and r.until >= self.time]
        if ready:
            self.store.persist(ready[request % len(ready)], self.time)
            self.check()

    def press(self, order: int) -> None:
        """Take whatever can be had, in new names and of the smallest size, then persist all.

        So a share that was given away twice does not stay unnoticed.
        """
        while order & 4 and self.air:
            self.arrive(0)
        replicas = list(range(len(self.replicas)))
        for replica in (replicas, replicas[::-1])[order & 1]:
            for kind in self._kinds:
                while self._take(replica, kind):
                    self.check()
        for request in (self.requests, self.requests[::-1])[order >> 1 & 1]:
            self.store.persist(request, self.time)
            self.check()

    def quiet(self) -> None:
        """Let every fault end and time pass, while nobody asks for anything."""
        self.requests, self.air = [], []
        for process in self.replicas:
            process.paused = False
        for seconds in (3, 3, 16, 40, 40, 3, 3, 16, 40, 40, 3, 3, 3, 3):
            self.tick(seconds)
            for replica in range(len(self.replicas)):
                self.refresh(replica)
                self.catch_up(replica)
                self.exchange(replica)
            self.manage(fresh=True)

    def takes_the_rest(self, replica: int) -> bool:
        """Ask for all that is left at once, and tell whether it was allowed."""
        left = positive(within(minus(self.hard, self.store.used()), self.hard))
        request = Request(Key(KINDS[0], self.uid(), 0), "shop/rest", left, left)
        return self._attempt(replica, request, 3)

    def delete(self, thing: int) -> None:
        """Delete an object."""
        if uids := sorted(self.store.things):
            self.store.delete(uids[thing % len(uids)])

    def touch(self, thing: int) -> None:
        """Write an object's status."""
        if uids := sorted(self.store.things):
            self.store.change(uids[thing % len(uids)])

    # -- Replicas ---------------------------------------------------------------------------

    def exchange(self, replica: int, fate: int = 0) -> bool:
        """Let a replica write; 0: answered, 1: answer lost, 2: kept on the way, 3: refused."""
        process = self._pick(replica)
        account, now = process.account, process.clock(self.time)
        write = account.next_write(now)
        if write is None:
            return False
        if fate == 1:
            self.store.put(write)
            account.unknown(now)
        elif fate == 2:
            self.air.append(write)
            account.unknown(now)
        elif fate == 3:
            account.failed(now)
        elif self._put(write):
            assert self.store.ledger is not None
            account.written(self.store.ledger.version, now)
        else:
            account.conflicted(self.store.ledger, now)
        if account.fenced:
            self.restart(process.number)
        return True

    def arrive(self, write: int) -> None:
        """Let a write that was kept in the network reach the store."""
        if self.air:
            self._put(self.air.pop(write % len(self.air)))

    def refresh(self, replica: int) -> None:
        """Let a replica see the ledger."""
        process = self._pick(replica)
        process.account.refreshed(self.store.ledger, process.clock(self.time))
        if process.account.fenced:
            self.restart(process.number)

    def watch(self, process: int, kind: int, events: int) -> None:
        """Deliver events of a kind, and a bookmark if that was all."""
        self._watch(self._any(process), KINDS[kind % len(KINDS)], events)

    def relist(self, process: int, kind: int) -> None:
        """Let a cache be read anew: what came and went in between is never seen."""
        self._relist(self._any(process), KINDS[kind % len(KINDS)])

    def glimpse(self, process: int, kind: int, things: int) -> None:
        """Let a cache begin to be read anew, and break off: it holds some things of later."""
        who, kind_ = self._any(process), KINDS[kind % len(KINDS)]
        found = [thing for thing in self.store.things.values() if thing.kind == kind_]
        for thing in found[: 1 + things]:
            who.observed(kind_, thing)

    def quorum(self, process: int) -> None:
        """Let a process read the present resourceVersions, as far as that helps it."""
        who = self._any(process)
        for kind in who.sink.reads(who.clock(self.time)):
            who.horizon.read(kind, who.clock(self.time), self.store.revision)

    def restart(self, replica: int) -> None:
        """Kill a replica and start another one in its place."""
        number = replica % len(self.replicas)
        self.replicas[number] = self._replica(number)

    def reopen(self, replica: int, *, stale: bool = False) -> None:
        """Let a replica forget its account and begin another one, as the same replica as before.

        So it does where a mistake of ours ended one, and where a budget comes back that had gone.

        Args:
            replica: that does.
            stale: whether it begins with the ledger as it was before the last write.

        """
        process = self._pick(replica)
        before, self._series = process.account, self._series + 1
        account = self._make_account(process.identity, process.horizon)
        account.resumes(self._series)
        account.measures(HARD)
        for kind, uid in sorted(process.known):
            cache = before._cache
            account.observed(kind, uid, cache.version(kind, uid), cache.size(kind, uid))
        process.sink = account
        found = self.store.before if stale else self.store.ledger
        account.refreshed(found, process.clock(self.time))

    def pause(self, replica: int) -> None:
        """Stop a replica, or let it go on: it does not renew its Lease meanwhile."""
        process = self._pick(replica)
        process.paused = not process.paused

    def catch_up(self, process: int) -> None:
        """Bring a process's caches up to date, after a quorum read of what would help it."""
        self._catch_up(self._any(process))

    # -- Leader -----------------------------------------------------------------------------

    def manage(self, *, fresh: bool, lost: bool = False) -> None:
        """Let the leader write once."""
        process, now = self.lead, self.lead.clock(self.time)
        found = process.sink
        assert isinstance(found, Leader)
        self.know()
        if fresh:
            self._catch_up(process)
        found.refreshed(self.store.ledger, now)
        self.look()
        write = found.next_write(now)
        if write is not None:
            self._put(write)
            if not lost:
                found.refreshed(self.store.ledger, now)

    def look(self) -> None:
        """Let the leader look after the Leases."""
        process, now = self.lead, self.lead.clock(self.time)
        found = process.sink
        assert isinstance(found, Leader)
        for replica, version in self.store.leases.items():
            self.sightings.seen(replica, str(version), now)
        for replica, seen in self.sightings.expired(now):
            if str(self.store.leases[replica]) == seen:
                del self.store.leases[replica]
                self.sightings.gone(replica)
                found.fence(replica, now)
        for replica in found.strangers(self.store.leases):
            found.fence(replica, now)

    def lose(self) -> None:
        """Delete the ledger, as an administrator might; the leader has seen all of it before."""
        if self.store.ledger is not None:
            process, now = self.lead, self.lead.clock(self.time)
            assert isinstance(process.sink, Leader)
            process.sink.refreshed(self.store.ledger, now)
            self.store.revision += 1
            self.store.ledger = None
            process.sink.refreshed(None, now)

    def elect(self) -> None:
        """Let another process lead, which knows nothing; not while nobody else knows the ledger."""
        if self.store.ledger is None:
            return
        self.lead = self._leader()
        self.sightings = Sightings(MARGINS.lease)

    # -- Time -------------------------------------------------------------------------------

    def tick(self, seconds: float) -> None:
        """Let time pass; who is not paused has renewed its Lease all along.

        The leader looks after the Leases, and if it leads by itself, it writes: 1: after it has
        caught up; 2: by what its caches hold.
        """
        self.time += seconds
        for process in self.replicas:
            if not process.paused:
                self.beat(process)
        self.look()
        if self._leads:
            self.manage(fresh=self._leads == 1)

    def beat(self, process: Process) -> None:
        """Renew a Lease, or learn that it is gone."""
        if self.store.renew(process.identity.uid):
            process.identity.renewed(process.clock(self.time))
        else:
            process.identity.refused()
            self.restart(process.number)

    def check(self) -> None:
        """Raise OverrunError when more exists than there may."""
        used, ledger = self.store.used(), self.store.ledger
        if ledger is not None and ledger.hard == self.hard and ledger.open == self.hard.keys():
            found = standing(ledger)
            if covers(self.hard, total((found.used, found.in_flight))):
                self.bound, self.uncharged = self.hard, {}
        if not covers(plus(self.bound, self.uncharged), within(used, self.bound)):
            raise OverrunError(f"{used} exists of {self.bound}, and {self.uncharged} uncharged")

    # -- Inside -----------------------------------------------------------------------------

    def _catch_up(self, process: Process) -> None:
        """Bring caches up to date, and read by quorum what would help."""
        now = process.clock(self.time)
        for kind in process.sink.reads(now):
            process.horizon.read(kind, now, self.store.revision)
        for kind in KINDS:
            self._watch(process, kind, 1_000_000)

    def _put(self, write: Write) -> bool:
        return self.store.put(write)

    def _attempt(self, replica: int, request: Request, patience: int) -> bool:
        """Ask about a request.

        Args:
            replica: that is asked.
            request: what for.
            patience: 0: it goes away before its share comes; 1: and asks only once; 2: it waits;
                more: and what was allowed is persisted at once.

        """
        self.requests = [*(r for r in self.requests if not r.over), request][-6:]
        allowed = self._ask(self._pick(replica), request)
        for _ in range(2):
            if not allowed and patience != 1 and self.exchange(replica):
                allowed = patience > 0 and self._ask(self._pick(replica), request)
        if allowed and patience > 2:
            self.store.persist(request, self.time)
            self.check()
        return allowed

    def _take(self, replica: int, kind: str) -> bool:
        """Create one small object of a new name, by what the caches hold, or else by the truth."""
        uid, amounts = self.uid(), sized(kind, 0)
        request = Request(Key(kind, uid, 0), f"shop/{uid}", amounts, amounts)
        for fresh in (False, False, True, True, False):
            if self._ask(self._pick(replica), request):
                break
            if fresh:
                self._catch_up(self._pick(replica))
            self.exchange(replica)
        return self.store.persist(request, self.time)

    def _ask(self, process: Process, request: Request) -> bool:
        now = process.clock(self.time)
        verdict = process.account.admit(request.entry, now, now + MARGINS.patience)
        if not isinstance(verdict, Allowed):
            return False
        request.until = max(request.until, self.time + MARGINS.request + MARGINS.commit)
        return True

    def _watch(self, process: Process, kind: str, events: int) -> None:
        log, at = self.store.events[kind], process.cursors.get(kind, 0)
        for event in log[at : at + events]:
            if event.thing is None:
                process.deleted(kind, event.uid)
            else:
                process.observed(kind, event.thing)
            process.horizon.progressed(kind, event.version)
        process.cursors[kind] = min(len(log), at + events)
        if process.cursors[kind] == len(log):
            process.horizon.progressed(kind, self.store.revision)

    def _relist(self, process: Process, kind: str) -> None:
        present = {t.uid: t for t in self.store.things.values() if t.kind == kind}
        for thing in present.values():
            process.observed(kind, thing)
        for known, uid in sorted(process.known):
            if known == kind and uid not in present:
                process.deleted(kind, uid)
        process.cursors[kind] = len(self.store.events[kind])
        process.horizon.progressed(kind, self.store.revision)

    def _replica(self, number: int) -> Process:
        identity = Identity(f"r{number}-{self.uid()}", MARGINS.lease)
        horizon = Horizon()
        account = self._make_account(identity, horizon)
        account.measures(HARD)
        process = Process(number, RATES[number % len(RATES)], identity, horizon, account)
        self.store.leases[identity.uid] = 0
        self.beat(process)
        for kind in KINDS:
            self._relist(process, kind)
        account.refreshed(self.store.ledger, process.clock(self.time))
        return process

    def _leader(self) -> Process:
        horizon = Horizon()
        found = self._make_leader(horizon)
        found.budget(self.hard)
        process = Process(9, 1.015, Identity("", 0), horizon, found)
        for kind in KINDS:
            self._relist(process, kind)
        return process

    def _pick(self, number: int) -> Process:
        return self.replicas[number % len(self.replicas)]

    def _any(self, number: int) -> Process:
        everybody = [*self.replicas, self.lead]
        return everybody[number % len(everybody)]

    def uid(self) -> str:
        self._uids += 1
        return f"u{self._uids}"


def sized(kind: str, size: int) -> Amounts:
    """Return what an object takes: 1 to 3 cores, and for a Pod one piece."""
    cores = {"cpu": (1, 1, 1, 2, 2, 3)[size % 6]}
    return {**cores, "pods": 1} if kind == "Pod" else cores
