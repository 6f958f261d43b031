//! The store. Nothing outside this package knows SQL.
//!
//! What holds: every change of state is written together with its entry in `changes`, in one
//! transaction, and announced after the commit. On SQLite there is one writer and a few readers; a
//! database of a newer version is refused, and one of an older version is backed up before it is
//! migrated. Payloads are text that holds JSON, so that NUL and the like survive on every database.

mod entity;
mod error;
mod migration;
mod open;
pub mod query;

pub use entity::{
    agent::Model as AgentRow, api_key::Model as ApiKeyRow, change::Model as ChangeRow, checkpoint::Model as CheckpointRow,
    directory::Model as DirectoryRow, git_credential::Model as GitCredentialRow, idempotency_key::Model as IdempotencyKeyRow,
    queued_prompt::Model as QueuedPromptRow, run::Model as RunRow, user::Model as UserRow,
};
pub use error::DbError;
pub use open::Db;
pub use query::{
    agents::{AgentChange, NewAgent},
    changes::Change,
    page::Page,
    runs::{Created, NewRun},
    steps::StoredStep,
};
