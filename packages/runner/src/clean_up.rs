//! What is kept of runs that have ended: their logs are compressed, and after a time they are removed.
//!
//! Nothing of a run whose shim lives is touched: each directory is worked in under the lock that its
//! shim would have. May be done by several processes at once.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::Duration,
};

use domain::RunId;
use flate2::{Compression, write::GzEncoder};
use rustix::fs::{FlockOperation, flock};
use shim::spec::{CONTROL_SOCKET, LOCK_FILE, RESERVE_FILE};

use crate::RunDirectory;

/// A shorter log would take as much room compressed.
const WORTH_COMPRESSING: u64 = 8 * 1024;

/// A directory of a run that nobody knows may be one that is just being made.
const YOUNG: Duration = Duration::from_secs(60 * 60);

/// What is to become of a run's directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is live.
    Leave,
    Compress,
    Remove,
    /// Of no run that is known: removed unless it is young.
    Unknown,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CleanedUp {
    pub compressed: u64,
    pub removed: u64,
    pub freed_bytes: u64,
}

/// Goes through the directories below `runs`. Blocks for as long as that takes; `go_on` is asked between them.
pub fn clean_up(runs: &Path, fate: impl Fn(RunId) -> Fate, go_on: impl Fn() -> bool) -> CleanedUp {
    let mut done = CleanedUp::default();
    for entry in fs::read_dir(runs).into_iter().flatten().flatten() {
        if !go_on() {
            break;
        }
        let Some(run) = entry.file_name().to_str().and_then(|name| name.parse::<RunId>().ok()) else { continue };
        let directory = RunDirectory::of(runs, run);
        let cleaned = match fate(run) {
            Fate::Leave => Ok(()),
            Fate::Unknown if is_young(directory.path()) => Ok(()),
            Fate::Compress => compress(&directory, &mut done),
            Fate::Remove | Fate::Unknown => remove(&directory, &mut done),
        };
        if let Err(error) = cleaned {
            tracing::warn!(%run, %error, "a run directory could not be cleaned up");
        }
    }
    done
}

fn compress(directory: &RunDirectory, done: &mut CleanedUp) -> io::Result<()> {
    let length = match fs::metadata(directory.log()) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let reserve = directory.path().join(RESERVE_FILE);
    if length <= WORTH_COMPRESSING && !reserve.exists() {
        return Ok(());
    }
    let Some(_lock) = lock(directory)? else { return Ok(()) };
    for file in [RESERVE_FILE, CONTROL_SOCKET] {
        let path = directory.path().join(file);
        let size = fs::symlink_metadata(&path).map_or(0, |metadata| metadata.len());
        if fs::remove_file(path).is_ok() {
            done.freed_bytes += size;
        }
    }
    if length <= WORTH_COMPRESSING {
        return Ok(());
    }
    // Complete under another name first: at any moment there is one whole log.
    let partial = directory.path().join("log.gz.partial");
    let file = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&partial)?;
    let mut encoder = GzEncoder::new(file, Compression::default());
    io::copy(&mut File::open(directory.log())?, &mut encoder)?;
    let mut file = encoder.finish()?;
    file.flush()?;
    file.sync_data()?;
    fs::rename(&partial, directory.compressed_log())?;
    fs::remove_file(directory.log())?;
    done.compressed += 1;
    done.freed_bytes += length.saturating_sub(fs::metadata(directory.compressed_log())?.len());
    Ok(())
}

fn remove(directory: &RunDirectory, done: &mut CleanedUp) -> io::Result<()> {
    let Some(_lock) = lock(directory)? else { return Ok(()) };
    let size = size_of(directory.path());
    fs::remove_dir_all(directory.path())?;
    done.removed += 1;
    done.freed_bytes += size;
    Ok(())
}

/// `None` when a shim has it.
fn lock(directory: &RunDirectory) -> io::Result<Option<File>> {
    let file = fs::OpenOptions::new().create(true).append(true).open(directory.path().join(LOCK_FILE))?;
    Ok(flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok().then_some(file))
}

fn is_young(path: &Path) -> bool {
    // A clock that jumped back makes everything young, which costs nothing but room.
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|at| at.elapsed().map_or(true, |age| age < YOUNG))
}

/// Bytes of the files in a directory and those below; links are not followed.
pub fn size_of(path: &Path) -> u64 {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => size_of(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}
