"""Settings of the platform's network that a tenant has no say in, and programs that carry them out.

Part of network/assigned-address and others: a setting that is about addresses, all of which are the
tenant's, passes; so does one whose annotation the provider has listed as harmless.
"""

from collections.abc import Iterator

from aup.facts.model import (
    ClaimSource,
    Exposure,
    PlatformSetting,
    Plugin,
    PluginSort,
    Reach,
)
from aup.policy.terms import NetworkTerms
from aup.rules.base import Violation
from aup.rules.network.known import is_listed
from aup.rules.network.platform import is_judged
from aup.rules.paths import unindexed
from aup.text import join


def settings(
    exposure: Exposure, terms: NetworkTerms, reach: Reach, *, trusted: bool
) -> Iterator[Violation]:
    """Yield each setting of one reach that is neither about own addresses nor let pass."""
    for setting in exposure.settings:
        judged = setting.reach is reach and is_judged(setting.source, exposure, trusted=trusted)
        if judged and not _is_own(setting, terms) and not is_listed(setting.key, terms):
            yield Violation(
                path=setting.path,
                value=setting.text,
                detail=setting.detail,
                remedy=_leave_out(setting, terms),
                key=(unindexed(setting.path), setting.text, *setting.says),
                networks=setting.networks,
                change=setting.source is ClaimSource.RECORD,
            )


def plugins(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each program on the node that the provider has not offered to tenants."""
    for plugin in exposure.plugins:
        names, words = _offered(plugin, terms)
        if plugin.text not in names:
            use = f"use {words}" if names else "leave it out"
            yield Violation(
                path=plugin.path,
                value=plugin.text,
                detail=plugin.detail,
                remedy=f"{use}, or ask {terms.contact} to offer it",
                key=(unindexed(plugin.path), plugin.text, *plugin.says),
            )


def _is_own(setting: PlatformSetting, terms: NetworkTerms) -> bool:
    """Tell whether a setting is about addresses, and all of them are the tenant's."""
    covered = all(terms.addresses.covers(network) for network in setting.networks)
    return bool(setting.networks) and covered


def _leave_out(setting: PlatformSetting, terms: NetworkTerms) -> str:
    """Say what to do instead."""
    if setting.networks and terms.addresses:
        return f"use only addresses from {join(terms.addresses.networks)}, or ask {terms.contact}"
    return f"{setting.instead or 'leave it out'}, or ask {terms.contact}"


def _offered(plugin: Plugin, terms: NetworkTerms) -> tuple[frozenset[str], str]:
    """Return the programs of a sort that tenants may choose, and the same in words."""
    if plugin.sort is PluginSort.CNI:
        return terms.attachment_types, terms.offered.attachment_types
    return terms.network_drivers, terms.offered.network_drivers
