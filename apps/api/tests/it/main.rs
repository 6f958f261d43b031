//! The API through its router, and the program as a process. The Cursor CLI is the demo agent, which
//! speaks its command line and stream.

#![expect(clippy::unwrap_used, reason = "tests")]

mod account;
mod app;
mod bad_input;
mod branches;
mod contract;
mod disk;
mod events;
mod failures;
mod files;
mod housekeeping;
mod idempotency;
mod layers;
mod limits;
mod live_steps;
mod moving;
mod process;
mod program;
mod queue;
mod routes;
mod stream;
mod workspaces;
