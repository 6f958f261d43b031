use std::{
    io::{self, Read, Write},
    path::{Component, Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use flate2::{Compression, write::GzEncoder};
use tar::{Builder, EntryType, Header};

use super::{Files, path::refuse};
use crate::{
    WorkspaceError,
    tree::{Kind, Next, Stat, Walk, open_file},
};

impl Files {
    /// Writes a directory as `.tar.gz`, in which it is called `name`. Without git's own, and without what is ignored
    /// unless `ignored`. Symlinks that lead out of it, and what is neither a file nor a directory, are left out; so is
    /// what cannot be read.
    pub fn archive(&self, path: &str, name: &str, ignored: bool, to: impl Write) -> Result<(), WorkspaceError> {
        let real = self.resolve(path)?;
        if real.stat.kind() != Kind::Directory {
            return Err(WorkspaceError::InvalidPath(format!("{path:?} is not a directory.")));
        }
        let mut archive = Builder::new(GzEncoder::new(to, Compression::fast()));
        let mut write = || -> io::Result<()> {
            archive.append_data(&mut header(&real.stat, EntryType::Directory), name, io::empty())?;
            for (path, stat) in self.entries(&real.path, ignored) {
                self.append(&mut archive, &real.path, &path, name, &stat)?;
            }
            archive.get_mut().flush()
        };
        write().map_err(|error| refuse(path, error))?;
        let finish = || archive.into_inner()?.finish()?.flush();
        finish().map_err(WorkspaceError::io("write an archive"))
    }

    /// By path, so that the same files make the same archive.
    fn entries(&self, from: &Path, ignored: bool) -> Vec<(PathBuf, Stat)> {
        let found = Mutex::new(Vec::new());
        Walk { root: &self.root, from, ignored, git: false, stats: true }.run(|listed| {
            let entries = listed.entries.unwrap_or_default();
            let entries = entries.into_iter().filter_map(|entry| Some((listed.path.join(&entry.name), entry.stat?)));
            found.lock().unwrap_or_else(PoisonError::into_inner).extend(entries);
            Next::Go
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        found
    }

    fn append(&self, to: &mut Builder<impl Write>, from: &Path, path: &Path, name: &str, stat: &Stat) -> io::Result<()> {
        let inside = path.strip_prefix(from).unwrap_or(path);
        let called = Path::new(name).join(inside);
        match stat.kind() {
            Kind::Directory => to.append_data(&mut header(stat, EntryType::Directory), called, io::empty()),
            Kind::Symlink => match self.root.read_link_contents(path) {
                Ok(target) if stays(inside, &target) && self.leads_into(from, path) => {
                    to.append_link(&mut header(stat, EntryType::Symlink), called, target)
                }
                _ => Ok(()),
            },
            Kind::File => {
                // Gone, or another thing by now.
                let Ok((file, stat)) = open_file(&self.root, path) else { return Ok(()) };
                let mut header = header(&stat, EntryType::Regular);
                header.set_size(stat.size);
                // As long as it said, also where it was cut meanwhile.
                to.append_data(&mut header, called, file.chain(io::repeat(0)).take(stat.size))
            }
            Kind::Other => Ok(()),
        }
    }

    /// What the symlink at `path` leads to is in `from`, or is not there.
    fn leads_into(&self, from: &Path, path: &Path) -> bool {
        match self.root.canonicalize(path) {
            Ok(real) => real.starts_with(from),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }
}

fn header(stat: &Stat, kind: EntryType) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(stat.mode & 0o777);
    header.set_mtime(stat.modified.max(0) as u64 / 1_000_000_000);
    header.set_size(0);
    header
}

/// A symlink at `path` leads to something in the same archive, by its words.
fn stays(path: &Path, target: &Path) -> bool {
    let mut depth = path.components().count() - 1;
    for part in target.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            _ => return false,
        }
    }
    true
}
