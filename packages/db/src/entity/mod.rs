//! The tables as SeaORM sees them. Times are milliseconds since 1970.

pub mod agent;
pub mod api_key;
pub mod change;
pub mod checkpoint;
pub mod directory;
pub mod git_credential;
pub mod idempotency_key;
pub mod queued_prompt;
pub mod repository;
pub mod run;
pub mod session;
pub mod setting;
pub mod sign_in_link;
pub mod step;
pub mod step_piece;
pub mod user;
