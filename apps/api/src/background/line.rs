//! Tells pages where in the line a run stands, and that it is held or let go.

use std::sync::Arc;

use crate::app::App;

pub async fn tell_who_waits(app: Arc<App>) {
    let mut told = Vec::new();
    loop {
        tokio::select! {
            () = app.admission.moved.notified() => {}
            () = app.shutdown.cancelled() => return,
        }
        // Who does not wait any more is told once more, too.
        let waiting: Vec<String> = app.admission.to_tell().iter().map(ToString::to_string).collect();
        let gone: Vec<String> = told.iter().filter(|run| !waiting.contains(run)).cloned().collect();
        if let Err(error) = app.announce_runs(&[waiting.as_slice(), &gone].concat()).await {
            tracing::warn!(%error, "who waits was not told");
        }
        told = waiting;
    }
}
