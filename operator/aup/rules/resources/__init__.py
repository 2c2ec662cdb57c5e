"""Resources: a tenant stays within its budget, and its pods say what they use."""

from aup.rules.resources import bandwidth, budget, ephemeral_storage, limit_ratio, requests

RULES = (
    budget.RULE,
    requests.RULE,
    limit_ratio.RULE,
    ephemeral_storage.RULE,
    bandwidth.RULE,
)
