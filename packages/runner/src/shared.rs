//! A live run as others see it, and what its two tasks share.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{RunStarted, RunnerError, event_log::Followed, steps::Steps};

/// So much goes to the database in one commit.
pub const COMMIT_BYTES: usize = 2 << 20;

/// With more than this waiting for the database, no more is taken from the run log: the bytes are safe there.
pub const MOST_PENDING: usize = 8 << 20;

/// Between tries when the disk or the database does not take something.
pub const RETRY: Duration = Duration::from_millis(500);

pub struct Shared {
    pub followed: Followed,
    pub steps: std::sync::Mutex<Steps>,
    /// Cancelled when the run's end is in the database and `done` is written.
    pub ended: CancellationToken,
    pub started: std::sync::Mutex<Option<RunStarted>>,
    pub changed: Notify,
    /// Something pending has reached the database.
    pub stored: Notify,
    commands: mpsc::Sender<oneshot::Sender<Result<(), RunnerError>>>,
}

impl Shared {
    pub fn new(followed: Followed, steps: Steps) -> (Arc<Self>, mpsc::Receiver<oneshot::Sender<Result<(), RunnerError>>>) {
        let (commands, receiver) = mpsc::channel(8);
        let shared = Self {
            followed,
            steps: std::sync::Mutex::new(steps),
            ended: CancellationToken::new(),
            started: std::sync::Mutex::default(),
            changed: Notify::new(),
            stored: Notify::new(),
            commands,
        };
        (Arc::new(shared), receiver)
    }

    pub async fn stop(&self) -> Result<(), RunnerError> {
        let (answer, answered) = oneshot::channel();
        self.commands.send(answer).await.map_err(|_| RunnerError::Ending)?;
        answered.await.unwrap_or(Err(RunnerError::Ending))
    }
}
