//! Runs of agent programs on this machine.
//!
//! What holds: bytes and numbers are written once (run log, event log) before any reader sees them;
//! there is no lossy channel between the program and a reader; a run outlives this process and is
//! taken up again by the next; a run ends in one honest state, with nothing of it left running.

mod clean_up;
mod clock;
mod directory;
mod error;
pub mod event_log;
pub mod event_reader;
mod flush;
mod guard;
mod live;
mod load;
mod numbering;
mod open_files;
mod outcome;
mod recovery;
mod redactor;
mod run_log;
mod runner;
mod shared;
mod shim_process;
mod shim_program;
mod state;
mod steps;
mod store;

pub use clean_up::{CleanedUp, Fate, clean_up, size_of};
pub use directory::RunDirectory;
pub use error::RunnerError;
pub use event_reader::{EventReader, StoredEvent};
pub use numbering::Kind as EventKind;
pub use open_files::raise_open_files;
pub use outcome::RunOutcome;
pub use runner::{Admitted, Gate, Launch, Permit, Runner, Settings, stop_all};
pub use shim::spec::Limits;
pub use steps::{Known, Snapshot};
pub use store::{RunStarted, RunStore, StoreError};
