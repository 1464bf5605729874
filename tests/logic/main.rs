//! Floors 0 to 3, and the shape of the house.

mod architecture;
mod chain;
mod dependencies;
mod jose;
mod oauth;
mod token;
