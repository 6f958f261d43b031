//! Looking through a directory, with several threads, one directory at a time.
//!
//! Every directory is opened beneath the top one, so that one which becomes a symlink meanwhile leads nowhere else.

use std::{
    ffi::{OsStr, OsString},
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::{FileType, OFlags};

use super::{Ignores, Kind, Stat};

/// How to look through a directory.
pub struct Walk<'a> {
    pub root: &'a Dir,
    /// Where to begin, from `root`.
    pub from: &'a Path,
    /// Also what is ignored.
    pub ignored: bool,
    /// Also what is git's own.
    pub git: bool,
    /// Ask for each entry's [`Stat`].
    pub stats: bool,
}

/// A directory and what is in it.
pub struct Listed {
    /// From the top; `""` for itself.
    pub path: PathBuf,
    pub entries: io::Result<Vec<Entry>>,
    /// There is a `.git` in it.
    pub is_repository: bool,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub name: OsString,
    pub kind: Kind,
    pub stat: Option<Stat>,
    pub ignored: bool,
}

/// Whether there is need for more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Go,
    Stop,
}

struct Job {
    path: PathBuf,
    ignores: Ignores,
    ignored: bool,
}

/// Directories that are yet to be read, and how many are being read.
#[derive(Default)]
struct Queue {
    jobs: Vec<Job>,
    busy: usize,
    stopped: bool,
}

impl Walk<'_> {
    /// Calls `visit` once for every directory, in no order, from several threads.
    pub fn run(&self, visit: impl Fn(Listed) -> Next + Sync) {
        let first = match self.first() {
            Ok(first) => first,
            Err(error) => {
                visit(Listed { path: self.from.to_owned(), entries: Err(error), is_repository: false });
                return;
            }
        };
        let (queue, more) = (Mutex::new(Queue { jobs: vec![first], ..Queue::default() }), Condvar::new());
        let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().min(8));
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| self.work(&queue, &more, &visit));
            }
            self.work(&queue, &more, &visit);
        });
    }

    /// Only the directory where the walk begins.
    pub fn one(&self) -> io::Result<Vec<Entry>> {
        self.entries(&self.first()?, &mut Vec::new(), &mut false)
    }

    fn first(&self) -> io::Result<Job> {
        let mut ignores = Ignores::top(self.root);
        let (mut path, mut ignored) = (PathBuf::new(), false);
        for name in self.from {
            path.push(name);
            ignored = ignored || ignores.ignore(&path, true);
            ignores = ignores.within(open(self.root, &path)?, &path, ignored);
        }
        Ok(Job { path, ignores, ignored })
    }

    fn work(&self, queue: &Mutex<Queue>, more: &Condvar, visit: &(impl Fn(Listed) -> Next + Sync)) {
        let mut waiting = lock(queue);
        loop {
            if waiting.stopped || (waiting.jobs.is_empty() && waiting.busy == 0) {
                more.notify_all();
                return;
            }
            let Some(job) = waiting.jobs.pop() else {
                waiting = more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            waiting.busy += 1;
            drop(waiting);
            let (listed, jobs) = self.list(job);
            let next = visit(listed);
            waiting = lock(queue);
            waiting.busy -= 1;
            waiting.stopped |= next == Next::Stop;
            if jobs.len() > 1 {
                more.notify_all();
            }
            waiting.jobs.extend(jobs);
        }
    }

    fn list(&self, job: Job) -> (Listed, Vec<Job>) {
        let mut jobs = Vec::new();
        let mut is_repository = false;
        let entries = self.entries(&job, &mut jobs, &mut is_repository);
        (Listed { path: job.path, entries, is_repository }, jobs)
    }

    fn entries(&self, job: &Job, jobs: &mut Vec<Job>, is_repository: &mut bool) -> io::Result<Vec<Entry>> {
        let directory = open(self.root, &job.path)?;
        let ignores = match job.path == self.from {
            true => job.ignores.clone(),
            false => job.ignores.within(&directory, &job.path, job.ignored),
        };
        let mut entries = Vec::new();
        for entry in rustix::fs::Dir::new(directory.try_clone()?)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            if is_git(name) {
                *is_repository |= name == ".git";
                if !self.git {
                    continue;
                }
            }
            let Some(kind) = kind_of(&directory, name, entry.file_type())? else { continue };
            let path = job.path.join(name);
            let ignored = ignores.ignore(&path, kind == Kind::Directory);
            if ignored && !self.ignored {
                continue;
            }
            let stat = match self.stats {
                true => stat(&directory, name)?,
                false => None,
            };
            if self.stats && stat.is_none() {
                continue;
            }
            let kind = stat.map_or(kind, |stat| stat.kind());
            if kind == Kind::Directory {
                jobs.push(Job { path, ignores: ignores.clone(), ignored });
            }
            entries.push(Entry { name: name.to_owned(), kind, stat, ignored });
        }
        Ok(entries)
    }
}

/// To be read, beneath `root`.
fn open(root: &Dir, path: &Path) -> io::Result<OwnedFd> {
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(OFlags::DIRECTORY.bits() as i32);
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    Ok(root.open_with(path, &options)?.into_std().into())
}

/// `None`: it has gone meanwhile.
fn stat(directory: impl AsFd, name: &OsStr) -> io::Result<Option<Stat>> {
    match Stat::at(directory, name) {
        Ok(stat) => Ok(Some(stat)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn kind_of(directory: impl AsFd, name: &OsStr, told: FileType) -> io::Result<Option<Kind>> {
    match told {
        FileType::Unknown => Ok(stat(directory, name)?.map(|stat| stat.kind())),
        told => Ok(Some(told.into())),
    }
}

/// Git's own, however it is spelled; git takes no such path into a tree.
pub(crate) fn is_git(name: &OsStr) -> bool {
    name.eq_ignore_ascii_case(".git")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
