"""The clauses of the providers' documents, by document: what every preset and page is held to.

An id is the place in the text: ``6.2`` is section 6, second bullet, ``.0`` the sentence above the
bullets. Where a document has no numbers, its preset says how its clauses are named.
"""

from collections.abc import Mapping
from typing import Final

DOCUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "asergo": (
        *("0", "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"),
        *("2.0", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "4.1", "4.2"),
        *("5.1", "5.2", "5.3", "6.1", "6.2", "6.3", "7.1", "7.2", "7.3"),
        *("8.1", "8.2", "eff"),
    ),
    "zen": (
        *("p1", "p2", "p3", "p4", "p5"),
        *("b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10", "b11", "b12", "b13"),
        *("b14", "b15", "b16", "b17", "c1", "c2", "c3", "c4", "c5", "c6", "x"),
    ),
    "zpriv": (
        *("0", "1a", "1b", "2", "3a", "3b", "3c", "4", "5", "6", "7", "8", "9", "10"),
        *("11", "12", "13", "14", "15", "16", "17"),
    ),
    "zetta": (
        *("0.1", "0.2", "0.3", "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8"),
        *("2.0", "2.1", "2.2", "2.3", "3.1", "4.1", "4.2", "4.3", "4.4"),
    ),
    "mega": (
        *("0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "svc"),
        *("co.1", "co.2", "co.2a", "co.2b", "co.2c", "co.2d", "co.2e"),
        *("co.3a", "co.3b", "co.3c", "co.3d", "co.3e", "co.3f", "co.3g"),
        *("term", "tech.1", "tech.2"),
        *("resp.1a", "resp.1b", "resp.1c", "resp.1d", "resp.1e", "resp.1f", "resp.1g", "resp.1h"),
        *("resp.2a", "resp.2b", "resp.2c", "resp.2d", "resp.2e", "resp.2f"),
        *("resp.3", "resp.4", "resp.5", "resp.6", "resp.7", "resp.8", "resp.9", "resp.10"),
        *("ab.0", "ab.1", "ab.2", "ab.3", "ab.4", "ab.5", "ab.6", "ab.7", "ab.8", "ab.9"),
        *("data.1", "data.2", "pay.1", "pay.2", "pay.3", "pay.4"),
        *("breach.1", "breach.2", "breach.3"),
        *("acct.1", "acct.2", "acct.3", "acct.4", "acct.5", "chg"),
    ),
}
"""Each document in its order: of Asergo, of Zenlayer with its privacy policy, and so on."""

CLAUSES: Final[Mapping[str, tuple[str, ...]]] = {
    "asergo": DOCUMENTS["asergo"],
    "zenlayer": (*DOCUMENTS["zen"], *(f"privacy.{id_}" for id_ in DOCUMENTS["zpriv"])),
    "zetta": DOCUMENTS["zetta"],
    "megalayer": DOCUMENTS["mega"],
}
"""What each preset holds; Zenlayer's speaks of two documents."""
