//! Bare mirrors, one for each repository and owner, which workspaces borrow their objects from.
//!
//! A mirror is made once and then only fetched into: nothing is ever pruned from it while it is there, so what a
//! workspace borrowed stays. One fetch at a time goes into a mirror, and who wants the same meanwhile gets what it
//! brought. A fetch that was killed leaves nothing that counts: packs come in whole or not at all.

use std::{
    collections::HashMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::{
    Git, GitError, RepositoryUrl,
    git::Input,
    progress::{Progress, Tell},
    remote::{Access, RemoteError, Wanted, look_up},
};

/// Everything that can be worked on; what the remote deleted is forgotten by name only.
const REFS: [&str; 2] = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

/// Of a mirror; another fetch has it otherwise for as long as it takes.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

pub struct Mirrors {
    root: PathBuf,
    fetches: Mutex<HashMap<PathBuf, Arc<Fetch>>>,
}

/// The place where one fetch at a time goes on, and how far it is.
struct Fetch {
    turn: tokio::sync::Mutex<()>,
    /// Read by who is about to borrow, written by who removes.
    borrowing: Arc<tokio::sync::RwLock<()>>,
    progress: watch::Sender<Option<Progress>>,
}

/// A mirror that has what was wanted.
#[derive(Clone, Debug)]
pub struct Mirrored {
    pub path: PathBuf,
    pub wanted: Wanted,
    /// Nothing had to be fetched.
    pub was_there: bool,
    /// It stays while this is held, and for as long as somebody borrows from it.
    _borrowing: Arc<tokio::sync::OwnedRwLockReadGuard<()>>,
}

impl Mirrors {
    pub fn new(root: PathBuf) -> Self {
        Self { root, fetches: Mutex::default() }
    }

    /// The mirror of `url` for `owner`, whether it is there or not.
    pub fn path(&self, owner: &str, url: &RepositoryUrl) -> PathBuf {
        let hash: String = Sha256::digest(url.key().as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.root.join(owner).join(format!("{hash}.git"))
    }

    /// Brings what `reference` is at the remote just now into its mirror. The remote is asked every time with the
    /// credentials of who asks, so that nobody sees what they may not see any more.
    pub async fn bring(
        &self,
        owner: &str,
        url: &RepositoryUrl,
        reference: Option<&str>,
        access: &Access,
        tell: Tell<'_>,
    ) -> Result<Mirrored, RemoteError> {
        tell(Progress::new("Asking the remote"));
        let wanted = look_up(url, reference, access).await?;
        let path = self.path(owner, url);
        let failed = |error: GitError| RemoteError::new(&error, url, access);
        let fetch = self.fetch_of(&path);
        let borrowing = Arc::new(fetch.borrowing.clone().read_owned().await);
        let mirrored =
            |wanted: Wanted, was_there: bool| Mirrored { path: path.clone(), wanted, was_there, _borrowing: borrowing.clone() };
        let mut progress = fetch.progress.subscribe();
        let mut waiting = std::pin::pin!(fetch.turn.lock());
        let _turn = loop {
            tokio::select! {
                biased;
                turn = &mut waiting => break turn,
                Ok(()) = progress.changed() => {
                    if let Some(progress) = progress.borrow_and_update().clone() {
                        tell(progress);
                    }
                }
            }
        };
        if let Some(wanted) = has(&path, &wanted).await {
            remember(&path, &wanted).await.map_err(failed)?;
            return Ok(mirrored(wanted, true));
        }
        let lock = take(&path).await.map_err(|error| failed(error.into()))?;
        // Another server, or what one left, may have brought it meanwhile.
        if let Some(wanted) = has(&path, &wanted).await {
            return Ok(mirrored(wanted, true));
        }
        create(&path).await.map_err(failed)?;
        clear(&path);
        let told = |line: &str| {
            if let Some(now) = Progress::parse(line) {
                fetch.progress.send_replace(Some(now.clone()));
                tell(now);
            }
        };
        let hold = |file: &File| file.try_clone().map(Input::File).map_err(|error| failed(error.into()));
        let fetched = fetch_into(&path, url, access, &REFS, true).output_telling(hold(&lock)?, told).await;
        fetch.progress.send_replace(None);
        if let Err(error) = fetched {
            // What came before the disk was full, or the connection broke, would keep the room that others need.
            clear(&path);
            if !is_damage(&error) {
                return Err(failed(error));
            }
            tracing::warn!(path = %path.display(), %error, "a mirror is damaged; what it lacks is fetched anew");
            heal(&path, url, access, hold(&lock)?).await.map_err(failed)?;
            fetch_into(&path, url, access, &REFS, true).output_telling(hold(&lock)?, told).await.map_err(failed)?;
        }
        if let Some(wanted) = has(&path, &wanted).await {
            remember(&path, &wanted).await.map_err(failed)?;
            return Ok(mirrored(wanted, false));
        }
        // A commit of no branch; a server may give it when asked for it by name.
        if let Wanted::Commit(commit) = &wanted
            && crate::reference::is_commit(commit)
        {
            let by_name = fetch_into(&path, url, access, &[commit.as_str()], false).output_telling(hold(&lock)?, told).await;
            fetch.progress.send_replace(None);
            by_name.map_err(failed)?;
            if let Some(wanted) = has(&path, &wanted).await {
                return Ok(mirrored(wanted, false));
            }
        }
        Err(RemoteError::ref_not_found(url, wanted.commit().unwrap_or_default()))
    }

    /// Puts many packs together into few; drops nothing. For an hour in which nobody fetches.
    pub async fn repack(&self, path: &Path) -> Result<(), GitError> {
        let fetch = self.fetch_of(path);
        let Ok(_turn) = fetch.turn.try_lock() else { return Ok(()) };
        let Some(lock) = try_lock(path)? else { return Ok(()) };
        let git = Git::new("repack").git_dir(path).args(["--geometric=2", "-d", "-q"]).timeout(Duration::from_secs(3600));
        git.output_with(Input::File(lock)).await.map(drop)
    }

    /// Removes a mirror that nobody borrows from, which `is_unneeded` is asked once nobody can begin to. False where it
    /// stays.
    pub async fn remove(&self, path: &Path, is_unneeded: impl Future<Output = bool>) -> io::Result<bool> {
        let fetch = self.fetch_of(path);
        let Ok(_alone) = fetch.borrowing.clone().try_write_owned() else { return Ok(false) };
        let Ok(_turn) = fetch.turn.try_lock() else { return Ok(false) };
        let Some(_lock) = try_lock(path)? else { return Ok(false) };
        if !is_unneeded.await {
            return Ok(false);
        }
        // At once, so that no half of it is left if we are killed.
        let gone = path.with_extension("gone");
        let _ = fs::remove_dir_all(&gone);
        fs::rename(path, &gone)?;
        tokio::task::spawn_blocking(move || fs::remove_dir_all(gone)).await.map_err(io::Error::other)?.map(|()| true)
    }

    fn fetch_of(&self, path: &Path) -> Arc<Fetch> {
        let mut fetches = self.fetches.lock().unwrap_or_else(PoisonError::into_inner);
        fetches.retain(|_, fetch| Arc::strong_count(fetch) > 1 || Arc::strong_count(&fetch.borrowing) > 1);
        let fresh = || {
            Arc::new(Fetch { turn: tokio::sync::Mutex::default(), borrowing: Arc::default(), progress: watch::Sender::new(None) })
        };
        fetches.entry(path.to_owned()).or_insert_with(fresh).clone()
    }
}

fn fetch_into(path: &Path, url: &RepositoryUrl, access: &Access, refs: &[&str], prune: bool) -> Git {
    let git = access.apply(Git::new("fetch")).git_dir(path);
    // Packs are taken whole, so that a commit is never there without what it is made of.
    let git = git.config("fetch.unpackLimit", "1").config("transfer.unpackLimit", "1").config("transfer.fsckObjects", "false");
    let git = git.args(["--progress", "--force", "--no-tags", "--no-write-fetch-head"]);
    let git = if prune { git.arg("--prune") } else { git };
    git.args(["--", url.for_git()]).args(refs)
}

/// What is wanted with its whole name, if it is there.
async fn has(path: &Path, wanted: &Wanted) -> Option<Wanted> {
    if !path.join("HEAD").exists() {
        return None;
    }
    let Some(commit) = wanted.commit() else { return Some(Wanted::Empty) };
    let git =
        Git::new("rev-parse").git_dir(path).args(["--verify", "--quiet", "--end-of-options"]).arg(format!("{commit}^{{commit}}"));
    let whole = git.text().await.ok()?;
    Some(match wanted {
        Wanted::Commit(_) => Wanted::Commit(whole),
        // An annotated tag stands for its commit.
        Wanted::Tag { name, .. } => Wanted::Tag { name: name.clone(), commit: whole },
        other => other.clone(),
    })
}

/// A branch that is where it was brought stands in the mirror where the remote has it.
async fn remember(path: &Path, wanted: &Wanted) -> Result<(), GitError> {
    let Wanted::Branch { name, commit } = wanted else { return Ok(()) };
    let git = Git::new("update-ref").git_dir(path).arg(format!("refs/heads/{name}")).arg(commit);
    // A branch `a` in the way of `a/b` is cleared by the next fetch.
    if let Err(error) = git.output().await {
        tracing::debug!(%error, "a mirror's branch stays where it was");
    }
    Ok(())
}

async fn create(path: &Path) -> Result<(), GitError> {
    if path.join("HEAD").exists() {
        return Ok(());
    }
    if path.join("objects").exists() {
        // Others borrow from it, whatever has become of the rest.
        for directory in ["refs/heads", "refs/tags"] {
            fs::create_dir_all(path.join(directory))?;
        }
        return Ok(fs::write(path.join("HEAD"), "ref: refs/heads/main\n")?);
    }
    let fresh = path.with_extension("new");
    let _ = fs::remove_dir_all(&fresh);
    Git::new("init").args(["--quiet", "--bare", "--template="]).arg(&fresh).output().await?;
    for (key, value) in
        [("gc.auto", "0"), ("maintenance.auto", "false"), ("gc.pruneExpire", "never"), ("core.logAllRefUpdates", "false")]
    {
        Git::new("config").git_dir(&fresh).args([key, value]).output().await?;
    }
    let _ = fs::remove_dir_all(path);
    Ok(fs::rename(fresh, path)?)
}

/// Whether git says that objects are missing which it took to be there.
fn is_damage(error: &GitError) -> bool {
    let words = error.words().unwrap_or_default();
    [
        "bad object",
        "did not send all necessary objects",
        "missing blob",
        "missing tree",
        "missing commit",
        "loose object",
        "error: Could not read ",
        "could not parse commit",
        "unable to read tree",
    ]
    .iter()
    .any(|word| words.contains(word))
}

/// Fetches everything anew, beside, and adds the packs to those that are there.
async fn heal(path: &Path, url: &RepositoryUrl, access: &Access, lock: Input) -> Result<(), GitError> {
    let whole = path.with_extension("whole");
    let _ = fs::remove_dir_all(&whole);
    Git::new("init").args(["--quiet", "--bare", "--template="]).arg(&whole).output().await?;
    fetch_into(&whole, url, access, &REFS, false).output_with(lock).await?;
    let packs = path.join("objects/pack");
    fs::create_dir_all(&packs)?;
    let mut files: Vec<PathBuf> = fs::read_dir(whole.join("objects/pack"))?.flatten().map(|entry| entry.path()).collect();
    // The index last: with it the pack counts.
    files.sort_by_key(|file| file.extension().is_some_and(|extension| extension == "idx"));
    for file in files {
        if let Some(name) = file.file_name() {
            fs::rename(&file, packs.join(name))?;
        }
    }
    let _ = fs::remove_dir_all(&whole);
    Ok(())
}

/// What a fetch that was killed left behind. Nobody else is at it: the caller has the lock.
fn clear(path: &Path) {
    let in_packs = |name: &str| name.starts_with("tmp_") || name.starts_with(".tmp-") || name.ends_with(".lock");
    remove_files(&path.join("objects/pack"), &in_packs);
    remove_files(path, &|name: &str| name.ends_with(".lock"));
    let mut directories = vec![path.join("refs")];
    while let Some(directory) = directories.pop() {
        remove_files(&directory, &|name: &str| name.ends_with(".lock"));
        let inner = fs::read_dir(&directory).into_iter().flatten().flatten();
        directories.extend(inner.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()));
    }
}

fn remove_files(directory: &Path, which: &dyn Fn(&str) -> bool) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(which) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Waits for whoever has the mirror: it may be a git that a killed server left behind, which holds the lock as long
/// as it lives.
async fn take(path: &Path) -> io::Result<File> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    loop {
        if let Some(lock) = try_lock(path)? {
            return Ok(lock);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path.with_extension("lock"))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(error) if error == rustix::io::Errno::WOULDBLOCK => Ok(None),
        Err(error) => Err(error.into()),
    }
}
