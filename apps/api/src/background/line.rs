//! Tells pages where in the line a run stands, and that it is held or let go.

use std::{collections::HashMap, sync::Arc};

use crate::app::App;

pub async fn tell_who_waits(app: Arc<App>) {
    let mut told = HashMap::new();
    loop {
        tokio::select! {
            () = app.admission.moved.notified() => {}
            () = app.shutdown.cancelled() => return,
        }
        let waiting = app.admission.all_waiting();
        // Who waits for something else than was told, and who does not wait any more.
        let news = waiting.iter().filter(|(run, waits)| told.get(*run) != Some(*waits)).map(|(run, _)| run);
        let gone = told.keys().filter(|run| !waiting.contains_key(run));
        let runs: Vec<String> = news.chain(gone).map(ToString::to_string).collect();
        if let Err(error) = app.announce_runs(&runs).await {
            tracing::warn!(%error, "who waits was not told");
        }
        told = waiting;
    }
}
