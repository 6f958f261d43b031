//! Borrowing: a large repository's files need not be read where the user's index knows them and their repository
//! holds them as they stand in the work tree.
//!
//! What was borrowed may be lost when the user cleans their repository: whenever its packs have changed, all that
//! was borrowed is looked up again, and what is not there any more is read from the files.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

use cap_std::fs::Dir;
use rustix::fs::CWD;

use super::{
    blocking,
    captured::{Capture, Captured, mode},
    object::ObjectId,
    repository::Repository,
    user_index::{Known, UserRepository},
};
use crate::{
    GitError, WorkspaceError,
    git::Input,
    tree::{Stat, read_file, read_file_at, read_users_file},
};

/// Bytes that are read rather than borrowed, so that what is small depends on nobody.
pub const WORTH: u64 = 32 << 20;

/// Bytes of attributes that are read of one file.
const MOST_RULES: u64 = 1 << 20;

/// Takes over what `known` says of files that are as it says.
pub async fn seed(
    ours: &Repository,
    theirs: &UserRepository,
    known: &[Known],
    files: &HashMap<OsString, Stat>,
    captured: &mut Captured,
) -> Result<(), WorkspaceError> {
    let fits: Vec<(&Known, &Stat)> = known
        .iter()
        .filter_map(|known| Some((known, files.get(known.path.as_os_str())?)))
        .filter(|(known, stat)| known.is_of(stat, &theirs.seen))
        .collect();
    if fits.is_empty() {
        return Ok(());
    }
    let (repository, objects) = (ours.clone(), theirs.objects.clone());
    if !blocking(move || repository.add_alternate(&objects)).await? {
        return Ok(());
    }
    let sizes = there(ours, fits.iter().map(|(known, _)| known.id)).await?;
    for (known, stat) in fits {
        // Where line ends are converted, or a pointer stands for a large file, the sizes differ.
        if sizes.get(&known.id) == Some(&stat.size) {
            captured.files.insert(
                known.path.clone().into_os_string(),
                Capture {
                    id: known.id,
                    mode: mode(stat),
                    size: stat.size,
                    modified: stat.modified,
                    changed: stat.changed,
                    inode: stat.inode,
                    borrowed: true,
                    fresh: false,
                },
            );
        }
    }
    Ok(())
}

/// Whether files of a repository may differ from what it keeps of them without differing in size. What says so and
/// cannot be read may say it.
pub fn converts(root: &Dir, theirs: &UserRepository, known: &[Known]) -> bool {
    let own = known.iter().filter(|known| known.path.file_name().is_some_and(|name| name == ".gitattributes"));
    own.map(|known| read_file(root, &known.path, MOST_RULES)).any(may_convert)
        || may_convert(read_file_at(CWD, &theirs.attributes, MOST_RULES))
        || may_convert(read_users_file(&users_attributes(), MOST_RULES))
}

fn may_convert(attributes: io::Result<Vec<u8>>) -> bool {
    match attributes {
        Ok(text) => {
            text.len() as u64 == MOST_RULES
                || String::from_utf8_lossy(&text).split_whitespace().any(|word| {
                    word.starts_with("working-tree-encoding")
                        || (word.starts_with("filter=") && word != "filter=lfs")
                        || word == "ident"
                })
        }
        Err(error) => !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
    }
}

fn users_attributes() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".config"));
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home).unwrap_or_default();
    config.join("git/attributes")
}

/// When the packs that are borrowed from were last changed.
pub fn packs_changed_at(ours: &Repository) -> i64 {
    let changed = |objects: &PathBuf| Stat::at(CWD, objects.join("pack")).map_or(-1, |stat| stat.modified);
    ours.alternates().iter().map(changed).fold(0, i64::wrapping_add)
}

/// What was borrowed and is not there any more.
pub async fn lost(ours: &Repository, captured: &Captured) -> Result<Vec<OsString>, WorkspaceError> {
    let borrowed: HashSet<ObjectId> = captured.files.values().filter(|file| file.borrowed).map(|file| file.id).collect();
    let there = match borrowed.is_empty() {
        true => HashMap::new(),
        false => there(ours, borrowed.into_iter()).await?,
    };
    let lost = captured.files.iter().filter(|(_, file)| file.borrowed && !there.contains_key(&file.id));
    Ok(lost.map(|(path, _)| path.clone()).collect())
}

/// Bytes of each object that is there: of none where theirs cannot be read at all.
async fn there(ours: &Repository, ids: impl Iterator<Item = ObjectId>) -> Result<HashMap<ObjectId, u64>, WorkspaceError> {
    let asked: String = ids.map(|id| format!("{id}\n")).collect();
    let git = ours.git("cat-file").args(["--batch-check=%(objectname) %(objectsize)", "--buffer"]);
    let answer = match git.output_with(Input::Bytes(asked.into_bytes())).await {
        Err(error @ (GitError::Failed { .. } | GitError::TimedOut { .. })) => {
            tracing::warn!(%error, "a repository cannot be borrowed from");
            return Ok(HashMap::new());
        }
        answer => answer?,
    };
    let line = |line: &str| {
        let (id, size) = line.split_once(' ')?;
        Some((ObjectId::parse(id)?, size.parse().ok()?))
    };
    Ok(String::from_utf8_lossy(&answer).lines().filter_map(line).collect())
}
