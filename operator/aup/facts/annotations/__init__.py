"""What controllers read out of annotations: tables of keys, each with how its value is read.

A key is a controller's own, exact and case-sensitive. Where one has several spellings, all of them
are read: which of them a controller looks at first is the tenant's choice.
"""
