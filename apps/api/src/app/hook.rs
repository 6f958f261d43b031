//! `--on-run-end`: a command of the user's that hears of every end.

use std::{process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{io::AsyncWriteExt, process::Command};

const LIMIT: Duration = Duration::from_secs(60);

/// Runs `command` in a shell with `event` on standard input. What goes wrong is logged: a hook
/// never changes a run.
pub async fn run(command: &str, event: Value) {
    let spawned = Command::new("/bin/sh")
        .args(["-c", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => return tracing::warn!(%error, "--on-run-end could not be started"),
    };
    let finished = async {
        if let Some(mut input) = child.stdin.take() {
            // A command that does not read is within its rights.
            let _ = input.write_all(event.to_string().as_bytes()).await;
        }
        child.wait().await
    };
    match tokio::time::timeout(LIMIT, finished).await {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => tracing::warn!(%status, "--on-run-end failed"),
        Ok(Err(error)) => tracing::warn!(%error, "--on-run-end failed"),
        Err(_) => tracing::warn!("--on-run-end took longer than {} s and was ended", LIMIT.as_secs()),
    }
}
