//! What housekeeping does for workspaces: gives up the files of chats that nobody looks at, and tends mirrors.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use db::query::agents;
use runner::size_of;
use workspace::RepositoryUrl;

use super::Source;
use crate::app::{App, Error, Result};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// At a time; the next clean-up goes on.
const MOST: u64 = 500;

/// A mirror that nobody needs is kept so long: the next chat would fetch it all again.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// With more packs than these a mirror is put together again.
const MANY_PACKS: usize = 30;

impl App {
    /// How many gave up their files, and the bytes they took.
    pub async fn give_up_idle(&self, now: i64) -> Result<(u64, u64)> {
        let Some(days) = self.workspace_settings().await?.give_up_after_days else { return Ok((0, 0)) };
        let (mut count, mut freed) = (0, 0);
        for agent in agents::idle(&self.db, now - i64::from(days) * DAY_MS, MOST).await? {
            if self.shutdown.is_cancelled() {
                break;
            }
            match self.give_up_workspace(&agent).await {
                Ok(Some(bytes)) => (count, freed) = (count + 1, freed + bytes),
                Ok(None) => {}
                // One that cannot be recorded keeps its files.
                Err(error) => tracing::warn!(agent = %agent.id, %error, "a chat's files were not given up"),
            }
        }
        Ok((count, freed))
    }

    /// Removes mirrors that no chat's workspace borrows from, and puts the packs of the others together. How many, and
    /// the bytes they took.
    pub(crate) async fn tend_mirrors(&self) -> Result<(u64, u64)> {
        let needed = self.needed_mirrors().await?;
        let root = self.data.mirrors();
        let found = tokio::task::spawn_blocking(move || mirrors_in(&root)).await;
        let (mut removed, mut freed) = (0, 0);
        for path in found.map_err(|error| Error::internal("clean up", error))? {
            if needed.contains(&path) {
                let (mirrors, counted) = (&self.workspaces.mirrors, path.clone());
                let packs = tokio::task::spawn_blocking(move || packs_in(&counted)).await.unwrap_or(0);
                if packs > MANY_PACKS
                    && let Err(error) = mirrors.repack(&path).await
                {
                    tracing::warn!(%error, "a mirror was not repacked");
                }
                continue;
            }
            let size = tokio::task::spawn_blocking({
                let path = path.clone();
                move || is_unused(&path).then(|| size_of(&path))
            });
            if let Ok(Some(size)) = size.await
                && self.workspaces.mirrors.remove(&path, self.is_unneeded(&path)).await.unwrap_or(false)
            {
                (removed, freed) = (removed + 1, freed + size);
            }
        }
        Ok((removed, freed))
    }

    async fn needed_mirrors(&self) -> Result<HashSet<PathBuf>> {
        let mut needed = HashSet::new();
        for (user_id, source) in agents::sources(&self.db).await? {
            let source: Source = serde_json::from_str(&source).unwrap_or_default();
            let urls = source.repositories.iter().filter_map(|repository| RepositoryUrl::parse(&repository.url).ok());
            needed.extend(urls.map(|(url, _)| self.workspaces.mirrors.path(&user_id.to_string(), &url)));
        }
        Ok(needed)
    }

    async fn is_unneeded(&self, mirror: &Path) -> bool {
        self.needed_mirrors().await.is_ok_and(|needed| !needed.contains(mirror))
    }
}

fn directories_in(path: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn mirrors_in(root: &Path) -> Vec<PathBuf> {
    let owners = directories_in(root);
    let all = owners.iter().flat_map(|owner| directories_in(owner));
    all.filter(|path| path.extension().is_some_and(|extension| extension == "git")).collect()
}

fn packs_in(mirror: &Path) -> usize {
    let packs = std::fs::read_dir(mirror.join("objects/pack")).into_iter().flatten().flatten();
    packs.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "pack")).count()
}

/// Nothing came into it for long.
fn is_unused(mirror: &Path) -> bool {
    let modified = std::fs::metadata(mirror.join("objects/pack")).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| SystemTime::now().duration_since(modified).is_ok_and(|age| age > UNUSED))
}
