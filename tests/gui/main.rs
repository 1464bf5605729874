//! The window, by label and by picture.
