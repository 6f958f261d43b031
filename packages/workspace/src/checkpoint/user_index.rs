//! What the user's own repositories say of their files: which are tracked although they are ignored, and which are
//! known already, so that they need not be read.
//!
//! Their indexes are read by git through our own repository: their `config` is never looked at.

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Component, Path, PathBuf},
};

use super::{captured::IndexSeen, object::ObjectId, repository::Repository};
use crate::tree::{Kind, Stat, read_file_at};

/// A repository of the user's in the work tree.
pub struct UserRepository {
    pub seen: IndexSeen,
    pub index: PathBuf,
    /// Its objects, for all its views.
    pub objects: PathBuf,
    /// Where it may say that files do not stand in the work tree as they are kept.
    pub attributes: PathBuf,
}

/// A file as an index knows it.
pub struct Known {
    /// From the work tree.
    pub path: PathBuf,
    pub id: ObjectId,
    pub mode: u32,
    size: u32,
    modified: (u32, u32),
    changed: (u32, u32),
    inode: u32,
    /// Nothing says that the index is not to be believed.
    plain: bool,
    /// It is not meant to stand in the work tree.
    pub left_out: bool,
}

impl Known {
    /// The file is what the index says, and was not changed after the index was written.
    pub fn is_of(&self, stat: &Stat, index: &IndexSeen) -> bool {
        let split = |time: i64| ((time.div_euclid(1_000_000_000)) as u32, time.rem_euclid(1_000_000_000) as u32);
        self.plain
            && self.size == stat.size as u32
            && self.modified == split(stat.modified)
            && self.changed == split(stat.changed)
            && self.inode == stat.inode as u32
            && (self.mode == 0o120000) == (stat.kind() == Kind::Symlink)
            && stat.modified < index.modified
    }
}

impl UserRepository {
    /// `None`: there is no repository with an index.
    pub fn find(work_tree: &Path, repository: &Path) -> Option<Self> {
        let here = work_tree.join(repository);
        let dot_git = here.join(".git");
        let directory = match fs::symlink_metadata(&dot_git).ok()?.is_file() {
            true => here.join(first_line(&dot_git)?.strip_prefix("gitdir: ")?),
            false => dot_git,
        };
        let common = match first_line(&directory.join("commondir")) {
            Some(common) => directory.join(common),
            None => directory.clone(),
        };
        let index = fs::canonicalize(directory.join("index")).ok()?;
        let stat = Stat::at(rustix::fs::CWD, &index).ok()?;
        if stat.kind() != Kind::File {
            return None;
        }
        let seen = IndexSeen {
            repository: repository.to_owned(),
            modified: stat.modified,
            changed: stat.changed,
            size: stat.size,
            inode: stat.inode,
        };
        let objects = fs::canonicalize(common.join("objects")).ok()?;
        Some(Self { seen, index, objects, attributes: common.join("info/attributes") })
    }

    /// All that it tracks. What cannot be read, as of another kind of repository, is not known.
    pub async fn known(&self, ours: &Repository) -> Vec<Known> {
        match ours.git("ls-files").index(&self.index).args(["-z", "--stage", "--debug"]).output().await {
            Ok(listing) => parse(&listing, &self.seen.repository),
            Err(error) => {
                tracing::debug!(%error, index = %self.index.display(), "a repository's index cannot be read");
                Vec::new()
            }
        }
    }
}

fn first_line(path: &Path) -> Option<String> {
    let text = read_file_at(rustix::fs::CWD, path, 8192).ok()?;
    Some(String::from_utf8(text).ok()?.lines().next()?.to_owned())
}

/// Each entry is `mode id stage TAB path NUL` and five lines of what the file system said.
fn parse(mut listing: &[u8], repository: &Path) -> Vec<Known> {
    let mut all = Vec::new();
    while let Some(end) = listing.iter().position(|byte| *byte == 0) {
        let (entry, rest) = (&listing[..end], &listing[end + 1..]);
        let length = rest.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(4).map_or(rest.len(), |(at, _)| at + 1);
        let (told, rest) = rest.split_at(length);
        listing = rest;
        all.extend(parse_entry(entry, told, repository));
    }
    all
}

fn parse_entry(entry: &[u8], told: &[u8], repository: &Path) -> Option<Known> {
    let tab = entry.iter().position(|byte| *byte == b'\t')?;
    let mut words = std::str::from_utf8(&entry[..tab]).ok()?.split(' ');
    let mode = u32::from_str_radix(words.next()?, 8).ok()?;
    let (id, stage) = (ObjectId::parse(words.next()?)?, words.next()?);
    let path = Path::new(OsStr::from_bytes(&entry[tab + 1..]));
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(name) if !crate::tree::is_git(name)));
    // Neither a submodule nor a directory of which only the name is kept.
    if !is_inside || !matches!(mode, 0o100644 | 0o100755 | 0o120000) {
        return None;
    }
    let told = std::str::from_utf8(told).ok()?;
    let value = |name: &str| told.split_whitespace().skip_while(|word| *word != name).nth(1);
    let number = |name: &str| value(name)?.parse().ok();
    let time = |name: &str| {
        let (seconds, rest) = value(name)?.split_once(':')?;
        Some((seconds.parse().ok()?, rest.parse().ok()?))
    };
    let flags = u32::from_str_radix(value("flags:")?, 16).ok()?;
    Some(Known {
        path: repository.join(path),
        id,
        mode,
        size: number("size:")?,
        modified: time("mtime:")?,
        changed: time("ctime:")?,
        inode: number("ino:")?,
        // Assumed unchanged, added by name only, left out of the work tree.
        plain: stage == "0" && flags & 0x6000_8000 == 0,
        left_out: flags & 0x4000_0000 != 0,
    })
}
