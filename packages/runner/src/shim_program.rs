//! The shim that is embedded in this program, put where it can be executed.

use std::{
    fs, io,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

static SHIM: &[u8] = include_bytes!(env!("SHIM_PROGRAM"));

/// Writes the shim below `directory` unless it is there, under a name that tells its content: an
/// upgrade never touches the file that a live shim was started from.
pub fn install(directory: &Path) -> io::Result<PathBuf> {
    let digest: String = Sha256::digest(SHIM).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let path = directory.join(format!("shim-{digest}"));
    if fs::metadata(&path).is_ok_and(|metadata| metadata.len() == SHIM.len() as u64) {
        return Ok(path);
    }
    fs::create_dir_all(directory)?;
    let temporary = directory.join(format!("shim-{digest}.{}", std::process::id()));
    let mut file = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o700).open(&temporary)?;
    file.write_all(SHIM)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary, &path)?;
    Ok(path)
}
