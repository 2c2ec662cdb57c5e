"""The sections of a policy that rules belong to, as its type has them."""

import msgspec

from aup.api.policy import PolicySpec
from aup.api.sections.choice import SectionTerms


def sections_of_the_policy() -> dict[str, type[SectionTerms]]:
    """Return the types of fields of a policy that say what rules do, by their names in JSON."""
    return {
        each.encode_name: each.type
        for each in msgspec.structs.fields(PolicySpec)
        if isinstance(each.type, type) and issubclass(each.type, SectionTerms)
    }
