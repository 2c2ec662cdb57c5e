"""What the cluster holds now, kept in memory by watches, for both roles of the operator."""
