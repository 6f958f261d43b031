//! Starts what waits in the queues of agents that are free.

use std::{sync::Arc, time::Duration};

use crate::app::App;

/// Also without a signal, for what a full disk or a failed database kept from being started.
const LOOK_EVERY: Duration = Duration::from_secs(30);

pub async fn start_queued(app: Arc<App>) {
    loop {
        if let Err(error) = app.start_queued().await {
            tracing::warn!(%error, "the queues cannot be read");
        }
        tokio::select! {
            () = app.queues.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = app.shutdown.cancelled() => return,
        }
    }
}
