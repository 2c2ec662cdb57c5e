"""Kinds that route traffic: egress identities, announcements, pools, meshes."""
