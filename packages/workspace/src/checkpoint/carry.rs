//! Trees with single entries of others, put together by git in an index of their own.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{
    Checkpoints,
    compose::names,
    object::ObjectId,
    parse,
    repository::{Repository, gone},
};
use crate::{WorkspaceError, git::Input, tree::is_git};

/// A path with its mode and what it holds, or `None` for nothing.
type Placed = (Vec<u8>, Option<(u32, ObjectId)>);

impl Checkpoints {
    /// The tree `base` with what differs between the trees `from` and `to`: what was added or changed is as in `to`,
    /// what was deleted goes, and all else stays. Submodules are left out. `prefix`: the directory that `from` and
    /// `to` are of, where it is not the whole.
    pub async fn carry(&self, base: &str, from: &str, to: &str, prefix: Option<&str>) -> Result<String, WorkspaceError> {
        let (base, from, to) = (parse(base)?, parse(from)?, parse(to)?);
        let before: String = names(prefix.unwrap_or_default())?.iter().map(|name| format!("{name}/")).collect();
        let steps = self.steps(from, to).await?;
        let changed = steps.into_iter().filter(|step| step.present.is_some() || step.target.is_some());
        let entries = changed.filter(|step| !step.path.iter().any(is_git)).map(|step| {
            let path = [before.as_bytes(), step.path.as_os_str().as_encoded_bytes()].concat();
            (path, step.target.map(|target| (target.mode, target.id)))
        });
        Ok(self.with_entries(base, entries.collect()).await?.to_string())
    }

    /// The tree with each path as it is told: `None` goes. What stands in the way of an entry goes, too.
    pub(crate) async fn with_entries(&self, tree: ObjectId, mut entries: Vec<Placed>) -> Result<ObjectId, WorkspaceError> {
        if entries.is_empty() {
            return Ok(tree);
        }
        // First what goes, so that what comes finds room.
        entries.sort_by_key(|(_, entry)| entry.is_some());
        let mut input = Vec::new();
        for (path, entry) in entries {
            let (mode, id) = entry.unwrap_or_default();
            input.extend_from_slice(format!("{mode:o} {id}\t").as_bytes());
            input.extend_from_slice(&path);
            input.push(0);
        }
        let index = Index::new(&self.repository);
        self.git("read-tree").index(&index.0).arg(tree.to_string()).output().await.map_err(gone)?;
        let update = self.git("update-index").index(&index.0).args(["-z", "--index-info"]);
        update.output_with(Input::Bytes(input)).await.map_err(gone)?;
        let written = self.git("write-tree").index(&index.0).arg("--missing-ok").text().await.map_err(gone)?;
        parse(&written)
    }
}

/// Removed in the end.
struct Index(PathBuf);

impl Index {
    fn new(ours: &Repository) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self(ours.directory.join(format!("tmp_index_{}_{number}", std::process::id())))
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
        // What a git that was ended has left.
        let _ = fs::remove_file(self.0.with_extension("lock"));
    }
}
