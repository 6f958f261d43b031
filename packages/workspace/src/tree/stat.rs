use std::io;

use rustix::fs::{AtFlags, FileType};

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Directory,
    File,
    Symlink,
    /// A pipe, a socket, a device.
    Other,
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Self {
        match kind {
            FileType::Directory => Self::Directory,
            FileType::RegularFile => Self::File,
            FileType::Symlink => Self::Symlink,
            _ => Self::Other,
        }
    }
}

/// What a file system says of a file; a file whose content was changed has another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    /// Bytes.
    pub size: u64,
    /// When its content was changed, in nanoseconds since 1970. Anyone can set it.
    pub modified: i64,
    /// When anything of it was changed, in nanoseconds since 1970. Only the system sets it.
    pub changed: i64,
    pub inode: u64,
    pub device: u64,
    pub mode: u32,
    pub links: u64,
    /// Bytes on disk.
    pub occupied: u64,
}

impl Stat {
    /// Of the name itself, not of what a symlink there leads to. `name` is looked up in `directory`.
    pub fn at(directory: impl std::os::fd::AsFd, name: impl rustix::path::Arg) -> io::Result<Self> {
        Ok(Self::from(rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?))
    }

    pub fn of(file: impl std::os::fd::AsFd) -> io::Result<Self> {
        Ok(Self::from(rustix::fs::fstat(file)?))
    }

    pub fn kind(&self) -> Kind {
        FileType::from_raw_mode(self.mode as _).into()
    }

    /// A program, to git: its owner may run it.
    pub fn is_executable(&self) -> bool {
        self.mode & 0o100 != 0
    }

    /// Milliseconds since 1970.
    pub fn modified_millis(&self) -> i64 {
        self.modified.div_euclid(1_000_000)
    }
}

impl From<rustix::fs::Stat> for Stat {
    // What these are differs from system to system.
    #[expect(clippy::unnecessary_cast, reason = "the fields have other types elsewhere")]
    fn from(stat: rustix::fs::Stat) -> Self {
        let nanoseconds = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Self {
            size: stat.st_size as u64,
            modified: nanoseconds(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            changed: nanoseconds(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
            inode: stat.st_ino as u64,
            device: stat.st_dev as u64,
            mode: stat.st_mode as u32,
            links: stat.st_nlink as u64,
            occupied: (stat.st_blocks as u64).saturating_mul(512),
        }
    }
}
