"""Other policy engines, built from the source that their projects release and run here.

Each is configured by its own release manifest: only addresses, and what this says, differ.
"""
