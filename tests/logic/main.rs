//! Floors 0 to 3, and the shape of the house.

mod app;
mod architecture;
mod chain;
mod dependencies;
mod fixtures;
mod history;
mod jose;
mod main_job;
mod oauth;
mod principal;
mod report;
mod risk;
mod token;
mod workspace;
