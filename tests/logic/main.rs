//! Floors 0 to 3, and the shape of the house.

mod architecture;
mod jose;
