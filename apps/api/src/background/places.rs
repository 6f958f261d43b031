//! Tells pages that another chat works in the same directory, or does not any more.

use std::sync::Arc;

use crate::app::App;

pub async fn tell_who_shares(app: Arc<App>) {
    loop {
        tokio::select! {
            () = app.workspaces.places.moved.notified() => {}
            () = app.shutdown.cancelled() => return,
        }
        for agent in app.workspaces.places.take_to_tell() {
            if let Err(error) = app.announce_agent(&agent).await {
                tracing::warn!(%error, "who shares a directory was not told");
            }
        }
    }
}
