//! What the shim and the server that talks to it must agree on: the run log's records, the launch
//! specification, the control socket's messages, and how the processes of a run are found and ended.
//!
//! The shim itself (`main.rs`) is a poll loop without an async runtime; it needs no server to end a
//! run and clean up after it.

pub mod control;
pub mod record;
pub mod scope;
pub mod spec;
