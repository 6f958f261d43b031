//! What checkpoints consist of, written the way git reads it: blobs, trees and the refs that hold them.
//!
//! Written by us rather than by git, because a file is to be captured byte by byte, whatever attributes and filters
//! the work tree asks for, and because starting git takes longer than recording a small directory.

use std::{
    fmt, fs,
    io::{self, Write},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use flate2::{Compression, write::ZlibEncoder};
use sha1::{Digest, Sha1};

use super::pack::{Packed, Packing};

/// The name of a blob or a tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ObjectId(pub [u8; 20]);

impl ObjectId {
    /// Forty digits, as git writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 20];
        if text.len() != 40 || !text.is_ascii() {
            return None;
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    pub fn of_blob(content: &[u8]) -> Self {
        Self::of(&head("blob", content), content)
    }

    fn of(head: &str, content: &[u8]) -> Self {
        Self(Sha1::new().chain_update(head).chain_update(content).finalize().into())
    }
}

/// What stands before the content.
fn head(kind: &str, content: &[u8]) -> String {
    format!("{kind} {}\0", content.len())
}

impl fmt::Display for ObjectId {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(to, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, to)
    }
}

/// The `objects` directory of a repository of ours.
pub struct Objects {
    directory: PathBuf,
    packed: OnceLock<Packed>,
    /// What is written goes into one file, until [`Self::finish`].
    packing: Option<Mutex<Packing>>,
}

impl Objects {
    pub fn at(directory: PathBuf) -> Self {
        Self { directory, packed: OnceLock::new(), packing: None }
    }

    /// For many. Nothing that is written is there before [`Self::finish`].
    pub fn for_many(self) -> io::Result<Self> {
        let packing = Packing::begin(&self.directory.join("pack"))?;
        Ok(Self { packing: Some(Mutex::new(packing)), ..self })
    }

    pub fn finish(self) -> io::Result<()> {
        match self.packing {
            Some(packing) => packing.into_inner().unwrap_or_else(PoisonError::into_inner).finish(),
            None => Ok(()),
        }
    }

    pub fn write_blob(&self, content: &[u8]) -> io::Result<ObjectId> {
        self.write("blob", content)
    }

    /// `content`: the entries as they stand in a tree, sorted git's way.
    pub fn write_tree(&self, content: &[u8]) -> io::Result<ObjectId> {
        self.write("tree", content)
    }

    /// Whether it is here, whole, and not only with whom we borrow from.
    pub fn has(&self, id: ObjectId) -> bool {
        // An empty one is what a loss of power leaves of an object.
        fs::metadata(self.path(id)).is_ok_and(|file| file.len() > 0)
            || self.packed.get_or_init(|| Packed::load(&self.directory.join("pack"))).has(id)
    }

    fn write(&self, kind: &str, content: &[u8]) -> io::Result<ObjectId> {
        let head = head(kind, content);
        let id = ObjectId::of(&head, content);
        if self.has(id) || self.pack(id, kind, content)? {
            return Ok(id);
        }
        put(&self.path(id), &deflate(&[head.as_bytes(), content])?)?;
        Ok(id)
    }

    /// False: it is to be written into a file of its own.
    fn pack(&self, id: ObjectId, kind: &str, content: &[u8]) -> io::Result<bool> {
        let Some(packing) = &self.packing else { return Ok(false) };
        let packing = || packing.lock().unwrap_or_else(PoisonError::into_inner);
        if packing().has(id) {
            return Ok(true);
        }
        let deflated = deflate(&[content])?;
        packing().add(id, if kind == "tree" { 2 } else { 3 }, content.len(), &deflated)
    }

    fn path(&self, id: ObjectId) -> PathBuf {
        let name = id.to_string();
        self.directory.join(&name[..2]).join(&name[2..])
    }
}

fn deflate(parts: &[&[u8]]) -> io::Result<Vec<u8>> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(length / 3 + 64), Compression::fast());
    parts.iter().try_for_each(|part| encoder.write_all(part))?;
    encoder.finish()
}

/// Appends an entry to the content of a tree.
pub fn push_entry(tree: &mut Vec<u8>, mode: u32, name: &std::ffi::OsStr, id: ObjectId) {
    tree.extend_from_slice(format!("{mode:o} ").as_bytes());
    tree.extend_from_slice(name.as_bytes());
    tree.push(0);
    tree.extend_from_slice(&id.0);
}

/// Writes a file whole or not at all, with the directory that it stands in.
pub fn put(path: &Path, content: &[u8]) -> io::Result<()> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let directory = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    // Such names git takes for what is left of a writer that was killed.
    let temporary = directory.join(format!("tmp_obj_{}_{number}", std::process::id()));
    let written = match fs::write(&temporary, content) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(directory)?;
            fs::write(&temporary, content)
        }
        other => other,
    };
    written.and_then(|()| fs::rename(&temporary, path)).inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}
