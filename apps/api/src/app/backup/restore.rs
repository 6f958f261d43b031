use std::{
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::Path,
};

use flate2::read::GzDecoder;
use tar::Archive;

use super::{BackupError, FORMAT, MANIFEST, Manifest, failed};
use crate::app::data_directory::DataDirectory;

/// Makes a data directory at `root` of the backup at `path`. What is there already is left alone: `root` must
/// not exist or be empty. It appears whole or not at all.
pub fn restore(path: &Path, root: &Path) -> Result<(), BackupError> {
    if fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(BackupError::NotEmpty(root.to_owned()));
    }
    let mut name = root.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    let partial = root.with_file_name(name);
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(failed(&partial))?;
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&partial).map_err(failed(&partial))?;
    let restored = unpack(path, &partial).and_then(|manifest| {
        DataDirectory::begin_anew(&partial, &manifest.root).map_err(failed(&partial))?;
        if root.exists() {
            fs::remove_dir(root).map_err(failed(root))?;
        }
        fs::rename(&partial, root).map_err(failed(root))
    });
    if restored.is_err() {
        let _ = fs::remove_dir_all(&partial);
    }
    restored
}

fn unpack(path: &Path, into: &Path) -> Result<Manifest, BackupError> {
    let foreign = || BackupError::Foreign(path.to_owned());
    let damaged = || BackupError::Damaged(path.to_owned());
    let mut archive = Archive::new(GzDecoder::new(File::open(path).map_err(failed(path))?));
    archive.set_preserve_permissions(true);
    archive.set_overwrite(false);
    let mut entries = archive.entries().map_err(|_| foreign())?;
    let mut first = entries.next().and_then(Result::ok).ok_or_else(foreign)?;
    if first.path().map_err(|_| foreign())?.as_ref() != Path::new(MANIFEST) {
        return Err(foreign());
    }
    let mut json = String::new();
    first.read_to_string(&mut json).map_err(|_| foreign())?;
    let manifest: Manifest = serde_json::from_str(&json).map_err(|_| foreign())?;
    if manifest.format > FORMAT {
        return Err(BackupError::Newer { path: path.to_owned(), version: manifest.version });
    }
    // Directories get their modes last: into one that is read-only nothing could be put.
    let mut modes = Vec::new();
    for entry in entries {
        let mut entry = entry.map_err(|_| damaged())?;
        let inside = entry.path().map_err(|_| damaged())?.into_owned();
        // Nothing is written outside, whatever the names in the archive say.
        let unpacked = entry.unpack_in(into).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => damaged(),
            _ => failed(into)(error),
        })?;
        if !unpacked {
            return Err(foreign());
        }
        if entry.header().entry_type().is_dir() {
            let directory = into.join(inside);
            modes.push((directory.clone(), entry.header().mode().unwrap_or(0o700)));
            fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).map_err(failed(&directory))?;
        }
    }
    for (directory, mode) in modes.into_iter().rev() {
        fs::set_permissions(&directory, fs::Permissions::from_mode(mode & 0o777)).map_err(failed(&directory))?;
    }
    if into.join("db.sqlite").is_file() { Ok(manifest) } else { Err(foreign()) }
}
