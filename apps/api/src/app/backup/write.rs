use std::{
    fs::{self, File},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use db::Db;
use flate2::{Compression, write::GzEncoder};
use tar::{Builder, EntryType, Header};

use super::{BackupError, FORMAT, MANIFEST, Manifest, failed};
use crate::app::{clock, data_directory::DataDirectory};

/// What is copied, besides the database. What borrows comes before what it borrows from, which only ever grows.
const KEPT: [&str; 9] =
    ["key", "config.toml", "known_hosts", "runs", "cursor", "checkpoints", "workspaces", "mirrors", "demo-project"];

/// What a run directory has only while its shim lives.
const OF_THE_LIVING: [&str; 3] = ["lock", "ctl", "reserve"];

type Archive = Builder<GzEncoder<File>>;

/// A backup that was written.
pub struct Written {
    pub bytes: u64,
    /// What this user may not read.
    pub skipped: Vec<PathBuf>,
}

/// Writes a backup to `path`, which must not exist.
pub async fn write(data: &DataDirectory, path: &Path) -> Result<Written, BackupError> {
    if path.exists() {
        return Err(BackupError::Exists(path.to_owned()));
    }
    // Beside the target, where there is room for it in any case.
    let partial = with_suffix(path, ".partial");
    let scratch = with_suffix(path, ".database");
    let written = write_all(data, path, &partial, &scratch).await;
    let _ = fs::remove_file(&scratch);
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    let skipped = written?;
    fs::rename(&partial, path).map_err(failed(path))?;
    Ok(Written { bytes: fs::metadata(path).map_err(failed(path))?.len(), skipped })
}

async fn write_all(data: &DataDirectory, target: &Path, partial: &Path, scratch: &Path) -> Result<Vec<PathBuf>, BackupError> {
    // Nobody else is to read it, and SQLite fills an empty file that is there.
    let _ = fs::remove_file(scratch);
    private(scratch).map_err(failed(target))?;
    let file = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(partial);
    let mut archive = Builder::new(GzEncoder::new(file.map_err(failed(target))?, Compression::default()));
    archive.follow_symlinks(false);
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        created_at: clock::rfc3339(clock::now_ms()),
        root: data.root().to_owned(),
    };
    let json = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
    append(&mut archive, Path::new(MANIFEST), 0o600, json.len() as u64, &json[..]).map_err(failed(target))?;
    Db::copy_file(&data.database(), scratch).await.map_err(BackupError::Database)?;
    append_file(&mut archive, scratch, Path::new("db.sqlite")).map_err(failed(target))?;
    let (mut copied, mut skipped): (Vec<PathBuf>, Vec<PathBuf>) = (Vec::new(), Vec::new());
    for name in KEPT {
        for path in files_below(&data.root().join(name), &mut skipped) {
            let inside = path.strip_prefix(data.root()).unwrap_or(&path).to_owned();
            if copied.iter().any(|database| is_journal_of(&path, database)) {
                continue;
            }
            // Somebody may be writing to it: SQLite itself makes a whole one of it, journal and all.
            if is_sqlite(&path) && copy_database(&path, scratch).await {
                append_file(&mut archive, scratch, &inside).map_err(failed(target))?;
                copied.push(path);
                continue;
            }
            match append_any(&mut archive, &path, &inside) {
                // Removed since it was listed, or not ours to read.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => skipped.push(path),
                other => other.map_err(failed(&path))?,
            }
        }
    }
    let mut file = archive.into_inner().and_then(GzEncoder::finish).map_err(failed(target))?;
    file.flush().and_then(|()| file.sync_all()).map_err(failed(target))?;
    Ok(skipped)
}

/// False where SQLite does not take it for a database; it is copied as it is then.
async fn copy_database(from: &Path, to: &Path) -> bool {
    let _ = fs::remove_file(to);
    private(to).is_ok() && Db::copy_file(from, to).await.is_ok()
}

fn private(path: &Path) -> io::Result<File> {
    fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)
}

/// What belongs to a database beside it: the copy has it inside, and another's would damage it.
fn is_journal_of(path: &Path, database: &Path) -> bool {
    ["-wal", "-shm", "-journal"].iter().any(|suffix| path == with_suffix(database, suffix))
}

/// Everything below `path` and itself, parents first, links not followed.
fn files_below(path: &Path, skipped: &mut Vec<PathBuf>) -> Vec<PathBuf> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Vec::new() };
    let mut found = vec![path.to_owned()];
    if metadata.is_dir() {
        let Ok(entries) = fs::read_dir(path) else {
            skipped.push(path.to_owned());
            return found;
        };
        let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        // A database comes before what belongs to it.
        entries.sort();
        for entry in entries {
            found.extend(files_below(&entry, skipped));
        }
    }
    found
}

fn append_any(archive: &mut Archive, path: &Path, inside: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    let name = inside.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if metadata.is_dir() {
        archive.append_dir(inside, path)
    } else if metadata.is_symlink() {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Symlink);
        header.set_size(0);
        header.set_mode(0o777);
        archive.append_link(&mut header, inside, fs::read_link(path)?)
    } else if metadata.is_file() && !(inside.starts_with("runs") && OF_THE_LIVING.contains(&name)) {
        append_file(archive, path, inside)
    } else {
        // Sockets and pipes mean nothing elsewhere.
        Ok(())
    }
}

fn append_file(archive: &mut Archive, path: &Path, inside: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    append(archive, inside, metadata.mode() & 0o777, metadata.len(), file)
}

/// Exactly `length` bytes, whether the file grows or shrinks meanwhile.
fn append(archive: &mut Archive, inside: &Path, mode: u32, length: u64, content: impl Read) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(mode);
    header.set_mtime((clock::now_ms() / 1000).max(0) as u64);
    header.set_size(length);
    archive.append_data(&mut header, inside, content.chain(io::repeat(0)).take(length))
}

fn is_sqlite(path: &Path) -> bool {
    let mut magic = [0; 16];
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    is_file && File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && &magic == b"SQLite format 3\0"
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}
