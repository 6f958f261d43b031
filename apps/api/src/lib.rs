//! The program `cursor-selfhost`: `http`, `cli` and `background` use `app`, `app` uses the packages;
//! never backwards. The page, scripts and the command line all go through `app`.

pub mod app;
pub mod background;
pub mod cli;
pub mod config;
pub mod http;
pub mod telemetry;
