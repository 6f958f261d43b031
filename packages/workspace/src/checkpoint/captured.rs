//! What was captured last: every path with what it holds and how the file system described it. As long as nothing
//! differs, nothing is read again.
//!
//! A file beside the repository. It is only a memory: without it everything is read again, and the same tree comes
//! of it.

use std::{
    collections::HashMap,
    ffi::OsString,
    fs,
    io::{self, Read},
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

use super::object::{ObjectId, put};
use crate::tree::Stat;

const MAGIC: &[u8; 8] = b"captur01";

/// A captured file or symlink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture {
    pub id: ObjectId,
    /// As in a tree: 100644, 100755, 120000.
    pub mode: u32,
    pub size: u64,
    pub modified: i64,
    pub changed: i64,
    pub inode: u64,
    /// Taken over from the user's index; the content is in their repository, not in ours.
    pub borrowed: bool,
    /// Captured so soon after a change that another one might look the same.
    pub fresh: bool,
}

impl Capture {
    /// `mode kind id TAB path`, as git lists a tree. How the file looks is not known, nor whether it is there.
    pub fn listed(entry: &[u8]) -> Option<(OsString, Self)> {
        let tab = entry.iter().position(|byte| *byte == b'\t')?;
        let mut words = std::str::from_utf8(&entry[..tab]).ok()?.split(' ');
        let mode = u32::from_str_radix(words.next()?, 8).ok()?;
        let id = ObjectId::parse(words.nth(1)?)?;
        let is_file = matches!(mode, 0o100644 | 0o100755 | 0o120000);
        is_file.then(|| (OsString::from_vec(entry[tab + 1..].to_vec()), Self::unseen(id, mode, true)))
    }

    /// What a file holds of which it is not known how it looks.
    pub fn unseen(id: ObjectId, mode: u32, borrowed: bool) -> Self {
        Self { id, mode, size: 0, modified: 0, changed: 0, inode: 0, borrowed, fresh: true }
    }

    /// The file is what it was.
    pub fn is_of(&self, stat: &Stat) -> bool {
        !self.fresh && self.looks_like(stat)
    }

    /// The same without certainty.
    pub fn looks_like(&self, stat: &Stat) -> bool {
        self.size == stat.size
            && self.modified == stat.modified
            && self.changed == stat.changed
            && self.inode == stat.inode
            && self.mode == mode(stat)
    }
}

/// As in a tree.
pub fn mode(stat: &Stat) -> u32 {
    match stat.kind() {
        crate::tree::Kind::Symlink => 0o120000,
        _ if stat.is_executable() => 0o100755,
        _ => 0o100644,
    }
}

/// An index of the user's as it was when its paths were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexSeen {
    /// The repository's directory in the work tree.
    pub repository: PathBuf,
    pub modified: i64,
    pub changed: i64,
    pub size: u64,
    pub inode: u64,
}

/// All that was captured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    pub tree: ObjectId,
    /// Which start of the machine it was; what was written before the last may have been lost with the power.
    pub boot: String,
    /// When the user's objects were last seen to be complete: the time of their `pack` directories.
    pub borrowed_at: i64,
    /// By path; as text, which is compared faster.
    pub files: HashMap<OsString, Capture>,
    pub indexes: Vec<IndexSeen>,
    /// What the user's repositories track although it is ignored.
    pub tracked: Vec<PathBuf>,
}

impl Captured {
    /// `None`: there is none, or none that can be read.
    pub fn load(file: &Path) -> Option<Self> {
        let bytes = fs::read(file).ok()?;
        Self::read(&mut bytes.as_slice()).ok()
    }

    pub fn save(&self, file: &Path) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(64 + self.files.len() * 128);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.tree.0);
        push_bytes(&mut bytes, self.boot.as_bytes());
        bytes.extend_from_slice(&self.borrowed_at.to_le_bytes());
        push_length(&mut bytes, self.indexes.len());
        for index in &self.indexes {
            push_bytes(&mut bytes, index.repository.as_os_str().as_bytes());
            for number in [index.modified, index.changed, index.size as i64, index.inode as i64] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        push_length(&mut bytes, self.tracked.len());
        for path in &self.tracked {
            push_bytes(&mut bytes, path.as_os_str().as_bytes());
        }
        push_length(&mut bytes, self.files.len());
        for (path, capture) in &self.files {
            push_bytes(&mut bytes, path.as_bytes());
            bytes.extend_from_slice(&capture.id.0);
            for number in [capture.size as i64, capture.modified, capture.changed, capture.inode as i64] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            bytes.extend_from_slice(&capture.mode.to_le_bytes());
            bytes.push(u8::from(capture.borrowed) | u8::from(capture.fresh) << 1);
        }
        put(file, &bytes)
    }

    fn read(from: &mut &[u8]) -> io::Result<Self> {
        if take::<8>(from)? != *MAGIC {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let tree = ObjectId(take(from)?);
        let boot = String::from_utf8_lossy(&take_bytes(from)?).into_owned();
        let borrowed_at = number(from)?;
        let mut indexes = Vec::new();
        for _ in 0..length(from)? {
            let (repository, modified, changed) = (path(from)?, number(from)?, number(from)?);
            indexes.push(IndexSeen { repository, modified, changed, size: number(from)? as u64, inode: number(from)? as u64 });
        }
        let mut tracked = Vec::new();
        for _ in 0..length(from)? {
            tracked.push(path(from)?);
        }
        let count = length(from)?;
        let mut files = HashMap::with_capacity(count.min(from.len() / 60));
        for _ in 0..count {
            let (path, id, size) = (path(from)?, ObjectId(take(from)?), number(from)? as u64);
            let (modified, changed, inode) = (number(from)?, number(from)?, number(from)? as u64);
            let (mode, [flags]) = (u32::from_le_bytes(take(from)?), take(from)?);
            let (borrowed, fresh) = (flags & 1 != 0, flags & 2 != 0);
            files.insert(path.into_os_string(), Capture { id, mode, size, modified, changed, inode, borrowed, fresh });
        }
        Ok(Self { tree, boot, borrowed_at, files, indexes, tracked })
    }
}

fn push_length(to: &mut Vec<u8>, length: usize) {
    to.extend_from_slice(&(length as u32).to_le_bytes());
}

fn push_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    push_length(to, bytes.len());
    to.extend_from_slice(bytes);
}

fn take<const N: usize>(from: &mut &[u8]) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn length(from: &mut &[u8]) -> io::Result<usize> {
    Ok(u32::from_le_bytes(take(from)?) as usize)
}

fn number(from: &mut &[u8]) -> io::Result<i64> {
    Ok(i64::from_le_bytes(take(from)?))
}

fn take_bytes(from: &mut &[u8]) -> io::Result<Vec<u8>> {
    let length = length(from)?;
    let (bytes, rest) = from.split_at_checked(length).ok_or(io::ErrorKind::UnexpectedEof)?;
    *from = rest;
    Ok(bytes.to_vec())
}

fn path(from: &mut &[u8]) -> io::Result<PathBuf> {
    Ok(PathBuf::from(OsString::from_vec(take_bytes(from)?)))
}
