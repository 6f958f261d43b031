//! Reading files as they are, byte by byte, with several threads.

use std::{
    io::{self, Read},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use cap_std::fs::Dir;

use super::{
    captured::{Capture, mode},
    object::Objects,
};
use crate::tree::{Kind, Stat, is_no_file, open_file};

/// Bytes; a file that is larger is listed, not captured.
pub const LARGEST: u64 = 50 << 20;
/// Files of more bytes than this are read one after the other, so that memory stays bounded.
const ONE_AT_A_TIME: u64 = 4 << 20;

/// What came of reading a path.
pub enum Content {
    Captured(Capture),
    /// Not there any more, or a directory by now.
    Gone,
    TooLarge(u64),
    Special,
}

/// Reads files of a work tree into [`Objects`].
pub struct Reader<'a> {
    pub root: &'a Dir,
    pub objects: &'a Objects,
    /// Nanoseconds since 1970, from before the work tree was looked at.
    pub since: i64,
}

impl Reader<'_> {
    /// What came of each path, in no order. `Err`: our own objects could not be written.
    pub fn read(&self, paths: &[(PathBuf, Stat)]) -> io::Result<Vec<(usize, io::Result<Content>)>> {
        let (next, large) = (AtomicUsize::new(0), Mutex::new(()));
        let work = || -> io::Result<Vec<(usize, io::Result<Content>)>> {
            let mut done = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some((path, stat)) = paths.get(number) else { return Ok(done) };
                let _alone = (stat.size > ONE_AT_A_TIME).then(|| large.lock().unwrap_or_else(PoisonError::into_inner));
                done.push((number, self.read_path(path, stat)?));
            }
        };
        let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().min(8)).min(paths.len() / 8 + 1);
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut done = work()?;
            for other in others {
                done.extend(other.join().map_err(|_| io::Error::other("a thread that read files ended"))??);
            }
            Ok(done)
        })
    }

    fn read_path(&self, path: &Path, stat: &Stat) -> io::Result<io::Result<Content>> {
        let mut stat = *stat;
        for attempt in 0.. {
            let (content, before, after) = match self.bytes(path, &stat) {
                Ok(Bytes::Content(content, before, after)) => (content, before, after),
                Ok(Bytes::TooLarge(size)) => return Ok(Ok(Content::TooLarge(size))),
                Ok(Bytes::Special) => return Ok(Ok(Content::Special)),
                Err(error) if attempt == 0 => {
                    // Another kind of thing by now, perhaps.
                    match Stat::at(self.root, path) {
                        Ok(other) if other.kind() != Kind::Directory && other.kind() != stat.kind() => stat = other,
                        Ok(other) if other.kind() != Kind::Directory => return Ok(Err(error)),
                        _ => return Ok(Ok(Content::Gone)),
                    }
                    continue;
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                    return Ok(Ok(Content::Gone));
                }
                Err(error) => return Ok(Err(error)),
            };
            let is_settled = before == after && content.len() as u64 == before.size;
            if !is_settled && attempt == 0 {
                continue;
            }
            let id = self.objects.write_blob(&content)?;
            let fresh = !is_settled || self.is_fresh(&before);
            return Ok(Ok(Content::Captured(Capture {
                id,
                mode: mode(&before),
                size: before.size,
                modified: before.modified,
                changed: before.changed,
                inode: before.inode,
                borrowed: false,
                fresh,
            })));
        }
        Ok(Ok(Content::Gone))
    }

    /// A change after this one might be given the same time by the file system.
    fn is_fresh(&self, stat: &Stat) -> bool {
        let tick = if stat.changed % 1_000_000_000 == 0 { 2_000_000_000 } else { 20_000_000 };
        stat.changed > self.since - tick
    }

    fn bytes(&self, path: &Path, stat: &Stat) -> io::Result<Bytes> {
        match stat.kind() {
            Kind::Symlink => {
                let before = Stat::at(self.root, path)?;
                let target = self.root.read_link_contents(path)?;
                Ok(Bytes::Content(target.as_os_str().as_bytes().to_vec(), before, Stat::at(self.root, path)?))
            }
            Kind::File => {
                let (file, before) = match open_file(self.root, path) {
                    // A pipe took its place.
                    Err(error) if is_no_file(&error) => return Ok(Bytes::Special),
                    opened => opened?,
                };
                let mut content = Vec::with_capacity(before.size.min(LARGEST) as usize + 1);
                (&file).take(LARGEST + 1).read_to_end(&mut content)?;
                if content.len() as u64 > LARGEST {
                    return Ok(Bytes::TooLarge(before.size));
                }
                Ok(Bytes::Content(content, before, Stat::of(&file)?))
            }
            Kind::Directory | Kind::Other => Ok(Bytes::Special),
        }
    }
}

enum Bytes {
    Content(Vec<u8>, Stat, Stat),
    TooLarge(u64),
    Special,
}
