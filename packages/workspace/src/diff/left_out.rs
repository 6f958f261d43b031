//! Files that are there and that no checkpoint holds: a tree that lacks them does not say that they were deleted.

use std::{
    collections::{HashSet, VecDeque},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::listing::list;
use crate::{Checkpoints, WorkspaceError, checkpoint::ObjectId};

/// So many trees are known.
const MOST_KEPT: usize = 64;

type Key = (PathBuf, ObjectId, ObjectId, Vec<String>);
static KEPT: Mutex<VecDeque<(Key, ObjectId)>> = Mutex::new(VecDeque::new());

/// `to` with what only `from` holds of the paths that are left out, and of what is in them.
pub async fn with(
    checkpoints: &Checkpoints,
    from: ObjectId,
    to: ObjectId,
    left_out: &[String],
) -> Result<ObjectId, WorkspaceError> {
    if left_out.is_empty() {
        return Ok(to);
    }
    let key = (checkpoints.directory().to_owned(), from, to, left_out.to_vec());
    if let Some((_, whole)) = kept().iter().find(|(other, _)| *other == key) {
        return Ok(*whole);
    }
    let all = list(checkpoints, from, to).await?;
    let left_out: HashSet<&Path> = left_out.iter().map(|path| Path::new(path.trim_end_matches('/'))).collect();
    let text = |path: &[u8]| PathBuf::from(String::from_utf8_lossy(path).into_owned());
    let come: HashSet<PathBuf> = all.iter().filter(|change| change.new.is_some()).map(|change| text(&change.path)).collect();
    // A directory of that name, or a file where its directory was: it has gone after all.
    let directories: HashSet<&Path> = come.iter().flat_map(|path| path.ancestors().skip(1)).collect();
    let mut entries = Vec::new();
    for change in all.iter() {
        let gone = match (&change.old_path, change.new) {
            (Some(old_path), _) => old_path,
            (None, None) => &change.path,
            (None, Some(_)) => continue,
        };
        let path = text(gone);
        let is_left_out = path.ancestors().any(|path| left_out.contains(path));
        let has_gone = directories.contains(path.as_path()) || path.ancestors().any(|path| come.contains(path));
        if let Some(old) = change.old.filter(|_| is_left_out && !has_gone) {
            entries.push((gone.clone(), Some((old.mode, old.id))));
        }
    }
    let whole = checkpoints.with_entries(to, entries).await?;
    let mut kept = kept();
    kept.push_front((key, whole));
    kept.truncate(MOST_KEPT);
    Ok(whole)
}

fn kept() -> std::sync::MutexGuard<'static, VecDeque<(Key, ObjectId)>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}
