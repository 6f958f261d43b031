//! Opening what an agent may have put something else in the place of: a pipe keeps nobody waiting, a symlink is not
//! followed, and no more is read than was asked for.

use std::{
    fs::File,
    io::{self, Read},
    os::fd::AsFd,
    path::Path,
};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::{
    fs::{CWD, Mode, OFlags},
    io::Errno,
};

use super::{Kind, Stat};
use crate::WorkspaceError;

const CARE: OFlags = OFlags::NONBLOCK.union(OFlags::NOCTTY);

/// A workspace. Where a symlink has taken its place it is not followed.
pub fn open_root(path: &Path) -> Result<Dir, WorkspaceError> {
    // Without a slash at its end, which would follow.
    let path = path.components().as_path();
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match rustix::fs::openat(CWD, path, flags, Mode::empty()) {
        Ok(root) => Ok(Dir::from_std_file(root.into())),
        Err(Errno::NOENT) => Err(WorkspaceError::NotFound("directory".to_owned())),
        Err(Errno::LOOP | Errno::NOTDIR) => Err(WorkspaceError::InvalidPath(format!("{} is not a directory.", path.display()))),
        Err(error) => Err(WorkspaceError::io("open the workspace")(error.into())),
    }
}

/// A file beneath `root`.
pub fn open_file(root: &Dir, path: &Path) -> io::Result<(File, Stat)> {
    let mut options = OpenOptions::new();
    options.read(true).custom_flags((CARE | OFlags::NOFOLLOW).bits() as i32);
    only_file(root.open_with(path, &options)?.into_std())
}

/// The first `most` bytes of a file beneath `root`.
pub fn read_file(root: &Dir, path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read(open_file(root, path)?, most)
}

/// The same of a name in an open directory, or of a path with [`CWD`], whose last name alone is looked at with care.
pub fn read_file_at(directory: impl AsFd, path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | CARE;
    read(only_file(rustix::fs::openat(directory, path, flags, Mode::empty())?.into())?, most)
}

/// The user's own, which may be kept elsewhere.
pub fn read_users_file(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | CARE;
    read(only_file(rustix::fs::openat(CWD, path, flags, Mode::empty())?.into())?, most)
}

/// Something that is no file was there.
pub fn is_no_file(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidInput && error.raw_os_error().is_none()
}

fn only_file(file: File) -> io::Result<(File, Stat)> {
    let stat = Stat::of(&file)?;
    match stat.kind() {
        Kind::File => Ok((file, stat)),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file")),
    }
}

fn read((file, _): (File, Stat), most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
