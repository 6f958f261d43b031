//! Puts what is closed into the database while a run goes on; live delivery never waits for it.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    RunStarted, RunStore,
    event_log::lock,
    runner::Inner,
    shared::{COMMIT_BYTES, RETRY, Shared},
};

/// Closed steps reach the database at the latest after this.
const COMMIT_EVERY: Duration = Duration::from_millis(200);

/// Runs until `stop`; what is pending then is its caller's. Returns what was stored of the start.
pub async fn flush<S: RunStore>(inner: Arc<Inner<S>>, shared: Arc<Shared>, stop: CancellationToken) -> Option<RunStarted> {
    let run = lock(&shared.steps).run();
    let mut stored = None;
    loop {
        tokio::select! {
            () = shared.changed.notified() => {}
            () = stop.cancelled() => return stored,
        }
        let started = lock(&shared.started).clone();
        if started != stored
            && let Some(news) = started.clone()
        {
            match inner.store.started(run, news).await {
                Ok(()) => stored = started,
                Err(error) => tracing::warn!(%run, %error, "the start of a run cannot be stored"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(COMMIT_EVERY) => {}
            () = stop.cancelled() => return stored,
        }
        loop {
            let changes = lock(&shared.steps).pending(COMMIT_BYTES);
            if changes.is_empty() {
                break;
            }
            let count = changes.len();
            match inner.store.save_steps(run, changes).await {
                Ok(()) => {
                    lock(&shared.steps).committed(count);
                    shared.stored.notify_one();
                }
                Err(error) => {
                    tracing::warn!(%run, %error, "steps cannot be stored; trying again");
                    tokio::select! {
                        () = tokio::time::sleep(RETRY) => {}
                        () = stop.cancelled() => return stored,
                    }
                }
            }
        }
    }
}
