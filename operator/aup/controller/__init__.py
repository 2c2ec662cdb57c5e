"""The controller: gathers what is, asks pure packages what must be, writes the difference."""
