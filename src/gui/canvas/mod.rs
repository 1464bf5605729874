//! Camera, culling, hit testing, nodes, wires, keyboard walk: shared by chain and graph.
