"""The only door to a Kubernetes cluster: client, watches, leader election, Events.

Nothing above this package speaks HTTP to the API server, and nothing in it knows a rule.
"""
