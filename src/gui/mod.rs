//! Floor 5: the window. The only place that names egui.
