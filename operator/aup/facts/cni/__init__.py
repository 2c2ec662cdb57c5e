"""What programs of the container network read: annotations of pods, definitions, machines."""
