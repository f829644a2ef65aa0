"""What the operator promises and records; one package a topic. `docs/architecture.md` has the map."""
