//! The chain comparison of the catalogue, §0.1.
