//! The port to the database: what a run leaves there.

use std::future::Future;

use domain::{RunId, StepChange};
use thiserror::Error;

use crate::RunOutcome;

/// The store could not take it; what was given is kept and given again.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// What is known of a run once its program has said who it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunStarted {
    /// A display name.
    pub model: Option<String>,
    pub session_id: Option<String>,
}

pub trait RunStore: Send + Sync + 'static {
    /// The program runs. Called again when it says more of itself.
    fn started(&self, run: RunId, started: RunStarted) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Adds steps and pieces; the same ones again change nothing.
    fn save_steps(&self, run: RunId, changes: Vec<StepChange>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The last steps, usage and the final state, in one commit. The same again changes nothing.
    fn finish(
        &self,
        run: RunId,
        changes: Vec<StepChange>,
        outcome: RunOutcome,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}
