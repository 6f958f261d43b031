//! Runs of small shell programs under a real shim, with faults injected.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod clean_up;
mod fixture;
mod guards;
mod runs;
mod scope;
mod server_death;
mod upgrade;
mod waiting;
