//! Compresses and removes what is not needed any more, and ends processes of runs that are over.

use std::{sync::Arc, time::Duration};

use crate::app::App;

/// After the start, so that the first page does not wait for it.
const FIRST_AFTER: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_secs(10 * 60);

pub async fn clean_up(app: Arc<App>) {
    // What a crash left running is ended at once.
    app.sweep().await;
    let mut pause = FIRST_AFTER;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => pause = EVERY,
            () = app.shutdown.cancelled() => return,
        }
        app.sweep().await;
        match app.clean_up(true).await {
            Ok(report) if report.freed_bytes > 0 => tracing::info!(%report, "cleaned up"),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, source = ?error.source, "the data directory could not be cleaned up"),
        }
    }
}
