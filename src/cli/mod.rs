//! Floor 5: the headless twin, a file per subcommand.
