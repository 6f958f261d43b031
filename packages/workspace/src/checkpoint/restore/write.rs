use std::{
    ffi::OsStr,
    io::{self, Write},
    os::unix::ffi::OsStrExt,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt, Permissions, PermissionsExt};

use super::Step;
use crate::{
    WorkspaceError,
    tree::{Kind, Stat},
};

/// Removes the files that go, and the directories that are empty then; how many files.
pub fn remove(root: &Dir, steps: &[Step]) -> Result<u64, WorkspaceError> {
    let mut removed = 0;
    for step in steps.iter().filter(|step| step.target.is_none() && step.present.is_some()) {
        match root.remove_file(&step.path) {
            Ok(()) => removed += 1,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => continue,
            Err(error) => return Err(WorkspaceError::io("restore a file")(error)),
        }
        for directory in step.path.ancestors().skip(1).take_while(|path| !path.as_os_str().is_empty()) {
            // Until one that is not empty.
            if root.remove_dir(directory).is_err() {
                break;
            }
        }
    }
    Ok(removed)
}

/// Makes a path what it is to be, whole or not at all. Without `content` it is only given its mode.
pub fn write(root: &Dir, path: &Path, mode: u32, content: Option<&[u8]>) -> io::Result<()> {
    let (parent, name) = (path.parent().unwrap_or(Path::new("")), path.file_name().ok_or(io::ErrorKind::InvalidInput)?);
    let opened;
    let directory = match parent.as_os_str().is_empty() {
        true => root,
        false => {
            root.create_dir_all(parent)?;
            opened = root.open_dir(parent)?;
            &opened
        }
    };
    let present = Stat::at(directory, name).ok();
    let executable = mode == 0o100755;
    let Some(content) = content else {
        let mode = present.map_or(0o644, |stat| stat.mode);
        return directory.set_permissions(name, Permissions::from_mode(permissions(mode, executable)));
    };
    if present.is_some_and(|stat| stat.kind() == Kind::Directory) {
        remove_empty(directory, Path::new(name))?;
    }
    let temporary = temporary();
    let made = match mode {
        0o120000 => directory.symlink_contents(OsStr::from_bytes(content), &temporary),
        _ => make(directory, &temporary, content, executable, present.filter(|stat| stat.kind() == Kind::File)),
    };
    made.and_then(|()| directory.rename(&temporary, directory, name)).inspect_err(|_| {
        let _ = directory.remove_file(&temporary);
    })
}

fn make(directory: &Dir, name: &str, content: &[u8], executable: bool, present: Option<Stat>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(if executable { 0o777 } else { 0o666 });
    let mut file = directory.open_with(name, &options)?;
    file.write_all(content)?;
    if let Some(present) = present {
        file.set_permissions(Permissions::from_mode(permissions(present.mode, executable)))?;
    }
    Ok(())
}

/// Who may read it may run it, or nobody may.
fn permissions(mode: u32, executable: bool) -> u32 {
    match executable {
        true => (mode & 0o777) | ((mode & 0o444) >> 2),
        false => mode & 0o666,
    }
}

/// Removes a directory that holds nothing but directories.
fn remove_empty(root: &Dir, path: &Path) -> io::Result<()> {
    for entry in root.open_dir(path)?.entries()? {
        remove_empty(root, &path.join(entry?.file_name()))?;
    }
    root.remove_dir(path)
}

fn temporary() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!(".restored-{}-{}.tmp", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}
