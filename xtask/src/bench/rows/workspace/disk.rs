//! What stands on the disk.

use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

/// What `st_blocks` counts in.
const BLOCK: u64 = 512;

/// Bytes that everything below `directory` takes.
pub fn used(directory: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += metadata.blocks() * BLOCK;
        if metadata.is_dir() {
            bytes += used(&entry.path())?;
        }
    }
    Ok(bytes)
}

/// Waits until all that was written is on the disk.
pub fn settle() {
    // SAFETY: it takes nothing and gives nothing.
    unsafe { libc::sync() };
}
