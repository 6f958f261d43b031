//! Rows as the API shows them.

pub mod agent;
pub mod queue;
pub mod run;
pub mod step;
pub mod workspace;
