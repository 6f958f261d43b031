//! Runs of small shell programs under a real shim, with faults injected.

mod fixture;
mod runs;
mod scope;
mod server_death;
