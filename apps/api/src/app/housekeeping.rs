//! What is kept, and for how long: logs of runs that have ended, files of chats that are gone, answers to
//! repeated requests. Steps are kept for ever. Can be done at any time, also beside a running server.

use std::{collections::HashMap, path::Path};

use db::query::{agents, changes, idempotency, runs, sessions, settings};
use runner::{CleanedUp, Fate, clean_up, size_of};
use serde::{Deserialize, Serialize};

use super::{App, Error, Result, clock::now_ms, idempotency::KEPT_MS};

const SETTING: &str = "housekeeping";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Directories of chats that nobody knows may be of one that is just being made.
const YOUNG_MS: i64 = 60 * 60 * 1000;

/// A large repository with its submodules may take long to be fetched.
const UNFINISHED_MS: i64 = 24 * YOUNG_MS;

/// What one clean-up did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Milliseconds since 1970.
    pub at: i64,
    pub logs_compressed: u64,
    pub runs_removed: u64,
    /// Directories of chats that are not there any more.
    pub leftovers_removed: u64,
    /// Chats whose files were removed, with the work kept.
    pub workspaces_given_up: u64,
    /// Mirrors of repositories that no chat works in any more.
    pub mirrors_removed: u64,
    pub freed_bytes: u64,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let did: Vec<String> = [
            (self.logs_compressed, "run log compressed", "run logs compressed"),
            (self.runs_removed, "run directory removed", "run directories removed"),
            (self.leftovers_removed, "leftover of a deleted chat removed", "leftovers of deleted chats removed"),
            (self.workspaces_given_up, "idle chat's files given up", "idle chats' files given up"),
            (self.mirrors_removed, "unused mirror removed", "unused mirrors removed"),
        ]
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
        .collect();
        if did.is_empty() {
            return write!(f, "nothing to clean up");
        }
        write!(f, "{}: {} freed", did.join(", "), megabytes(self.freed_bytes))
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

impl App {
    /// `alone`: this is the process that has the data directory. Beside it, what runs work in is left to it.
    pub async fn clean_up(&self, alone: bool) -> Result<Report> {
        let now = now_ms();
        let CleanedUp { compressed, removed, freed_bytes } = self.clean_up_runs(now).await?;
        let (leftovers_removed, leftover_bytes) = self.remove_leftovers(now).await?;
        let (workspaces_given_up, given_up_bytes) = if alone { self.give_up_idle(now).await? } else { (0, 0) };
        let (mirrors_removed, mirror_bytes) = if alone { self.tend_mirrors().await? } else { (0, 0) };
        idempotency::prune(&self.db, now - KEPT_MS).await?;
        sessions::prune(&self.db, now).await?;
        changes::prune(&self.db).await?;
        let report = Report {
            at: now,
            logs_compressed: compressed,
            runs_removed: removed,
            leftovers_removed,
            workspaces_given_up,
            mirrors_removed,
            freed_bytes: freed_bytes + leftover_bytes + given_up_bytes + mirror_bytes,
        };
        if report.freed_bytes > 0 {
            settings::set(&self.db, SETTING, &serde_json::to_string(&report).unwrap_or_default()).await?;
        }
        Ok(report)
    }

    /// Ends processes of runs that are over, which nothing but a crash of everything leaves behind.
    pub async fn sweep(&self) {
        for (run, command) in self.runner.sweep().await {
            tracing::warn!(%run, %command, "a process of a run that is over was ended");
        }
    }

    /// The last one that freed anything.
    pub async fn last_clean_up(&self) -> Option<Report> {
        let stored = settings::get(&self.db, SETTING).await.ok().flatten()?;
        serde_json::from_str(&stored).ok()
    }

    async fn clean_up_runs(&self, now: i64) -> Result<CleanedUp> {
        let directory = self.data.runs();
        let ids = names_in(&directory).await?;
        let mut ends: HashMap<String, Option<i64>> = HashMap::new();
        for some in ids.chunks(500) {
            ends.extend(runs::ends(&self.db, some.to_vec()).await?);
        }
        let removed_before = now.saturating_sub(i64::from(self.config.keep_run_logs_days) * DAY_MS);
        let fate = move |run: domain::RunId| match ends.get(&run.to_string()) {
            None => Fate::Unknown,
            Some(None) => Fate::Leave,
            Some(Some(ended_at)) if *ended_at <= removed_before => Fate::Remove,
            Some(Some(_)) => Fate::Compress,
        };
        let shutdown = self.shutdown.clone();
        let cleaning = tokio::task::spawn_blocking(move || clean_up(&directory, fate, || !shutdown.is_cancelled()));
        cleaning.await.map_err(|error| Error::internal("clean up", error))
    }

    /// What deleted chats left in the data directory, as when the server died while it removed them.
    async fn remove_leftovers(&self, now: i64) -> Result<(u64, u64)> {
        let (mut removed, mut freed) = (0, 0);
        for parent in ["cursor", "workspaces", "checkpoints", "git"] {
            let parent = self.data.root().join(parent);
            let of_agents = |name: String| agent_of(&name).map(|id| (id, name));
            let ids: Vec<(String, String)> = names_in(&parent).await?.into_iter().filter_map(of_agents).collect();
            let mut known = Vec::new();
            for some in ids.chunks(500) {
                known.extend(agents::known(&self.db, some.iter().map(|(id, _)| id.clone()).collect()).await?);
            }
            // One that is being made is not known to be left, either.
            for (_, name) in ids.iter().filter(|(id, name)| !known.contains(id) || name.starts_with('.')) {
                let path = parent.join(name);
                let young = if name.starts_with('.') { UNFINISHED_MS } else { YOUNG_MS };
                let work = tokio::task::spawn_blocking(move || remove_old(&path, now, young));
                if let Some(bytes) = work.await.map_err(|error| Error::internal("clean up", error))? {
                    (removed, freed) = (removed + 1, freed + bytes);
                }
            }
        }
        Ok((removed, freed))
    }
}

/// Whose it is: `<id>`, `<id>.git`, or `.<id>.….new` of one that was never finished.
fn agent_of(name: &str) -> Option<String> {
    let id = name.strip_prefix('.').map_or(name, |name| name.split('.').next().unwrap_or(name));
    let id = id.strip_suffix(".git").unwrap_or(id);
    id.parse::<domain::AgentId>().ok().map(|id| id.to_string())
}

/// The bytes that it took, if it was old enough and could be removed.
fn remove_old(path: &Path, now: i64, young: i64) -> Option<u64> {
    let modified = std::fs::symlink_metadata(path).ok()?.modified().ok()?;
    let modified = modified.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis() as i64;
    if now - modified < young {
        return None;
    }
    let size = size_of(path);
    match std::fs::remove_dir_all(path) {
        Ok(()) => Some(size),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a leftover could not be removed");
            None
        }
    }
}

/// The names in a directory; none when it is not there.
async fn names_in(path: &Path) -> Result<Vec<String>> {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    });
    read.await.map_err(|error| Error::internal("clean up", error))
}

/// The doctor's line about it.
pub fn describe(report: &Report) -> String {
    format!("Last clean-up {}: {report}", super::clock::rfc3339(report.at))
}
