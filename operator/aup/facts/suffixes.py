"""The Public Suffix List: under which names strangers register theirs.

The list is data of the library `publicsuffixlist`, of the day of its release; nothing is fetched.
It is read at the first question, since most commands ask none.
"""

from functools import cache
from typing import TYPE_CHECKING

import idna

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def is_public_suffix(name: str) -> bool:
    """Tell whether strangers register names directly below a canonical name.

    True of registries' suffixes (``com``, ``co.uk``, ``*.ck``), of those that companies have had
    listed (``github.io``), and of every top-level domain, listed or not (``internal``).
    """
    return _suffixes().is_public(_as_listed(name))


def is_top_level_domain(label: str) -> bool:
    """Tell whether a label is one under which the internet's registries register names."""
    return _suffixes().is_public(_as_listed(label), accept_unknown=False)


@cache
def _suffixes() -> "PublicSuffixList":
    """Return the list, read without its A-labels: those double the time, which start-up pays."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_encoded_idn=False)


def _as_listed(name: str) -> str:
    """Return a name as the list writes it: in U-labels."""
    if "xn--" not in name:
        return name
    try:
        return idna.decode(name)
    except idna.IDNAError:  # the list holds only what IDNA 2008 allows
        return name
