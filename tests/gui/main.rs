//! The window, by label and by picture.

mod rig;
mod start;
mod token;
