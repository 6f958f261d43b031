//! The git side of a workspace: committing, updating and pushing through a `GIT_DIR` of ours.

use std::fs;

use git_servers::Repository;
use tempfile::TempDir;
use workspace::{
    RepositoryUrl,
    overlay::{Identity, Method, Overlay, OverlayError, Updated},
    remote::Access,
};

use crate::planted::planted;

struct World {
    directory: TempDir,
    /// Where agents work.
    workspace: Repository,
    began: String,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let workspace = Repository::init(&directory.path().join("workspace")).unwrap();
        let began = workspace.commit("a.txt", "one\ntwo\nthree\n").unwrap();
        workspace.git(["update-ref", "refs/remotes/origin/main", &began]).unwrap();
        workspace.git(["checkout", "--quiet", "-b", "cursor/x"]).unwrap();
        Self { directory, workspace, began }
    }

    async fn open(&self) -> Overlay {
        self.try_open().await.unwrap()
    }

    async fn try_open(&self) -> Result<Overlay, OverlayError> {
        Overlay::open(&self.directory.path().join("git"), &self.workspace.path().canonicalize().unwrap()).await
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.workspace.path().join(path), text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.workspace.path().join(path)).unwrap()
    }

    /// A commit on the base that the workspace does not have yet.
    fn upstream(&self, path: &str, text: &str) -> String {
        self.workspace.git(["checkout", "--quiet", "main"]).unwrap();
        let commit = self.workspace.commit(path, text).unwrap();
        self.workspace.git(["update-ref", "refs/remotes/origin/main", &commit]).unwrap();
        self.workspace.git(["checkout", "--quiet", "cursor/x"]).unwrap();
        commit
    }
}

fn me() -> Identity {
    Identity { name: "Me".to_owned(), email: "me@example.com".to_owned() }
}

#[tokio::test]
async fn all_that_is_not_committed_is_committed_under_a_name() {
    let world = World::new();
    world.write("a.txt", "one\n2\nthree\n");
    world.write("new.txt", "new\n");
    let before = world.open().await.state(Some(&world.began), Some("main")).await.unwrap();
    assert_eq!((before.uncommitted, before.ahead, before.behind), (2, Some(0), Some(0)));
    let committed = world.open().await.commit("Change it", &me()).await.unwrap();
    assert_eq!(committed.branch, "cursor/x");
    let git = |args: [&str; 3]| world.workspace.git(args).unwrap();
    assert_eq!(git(["log", "-1", "--format=%an <%ae> %s"]), "Me <me@example.com> Change it");
    assert_eq!(git(["status", "--porcelain", "--"]), "");
    let after = world.open().await.state(Some(&world.began), Some("main")).await.unwrap();
    assert_eq!((after.uncommitted, after.ahead), (0, Some(1)));
    assert!(matches!(world.open().await.commit("Again", &me()).await, Err(OverlayError::NothingToCommit)));
    // The first commit of all.
    let fresh = Repository::init(&world.directory.path().join("fresh")).unwrap();
    fs::write(fresh.path().join("x"), "x").unwrap();
    let second = Overlay::open(&world.directory.path().join("git2"), &fresh.path().canonicalize().unwrap()).await.unwrap();
    second.commit("First", &me()).await.unwrap();
    assert_eq!(fresh.git(["log", "--format=%s"]).unwrap(), "First");
}

#[tokio::test]
async fn a_filter_is_not_run_and_not_left_out_either() {
    let world = World::new();
    world.write(".gitattributes", "*.bin filter=lfs\n");
    world.open().await.commit("Attributes", &me()).await.unwrap();
    world.write("x.bin", "content");
    let refused = world.open().await.commit("Binary", &me()).await;
    assert!(matches!(&refused, Err(OverlayError::Filtered { filter, .. }) if filter == "lfs"), "{refused:?}");
}

#[tokio::test]
async fn the_base_is_merged_in() {
    let world = World::new();
    world.upstream("b.txt", "theirs\n");
    let behind = world.open().await.state(Some(&world.began), Some("main")).await.unwrap();
    assert_eq!(behind.behind, Some(1));
    // Nothing of its own yet: the branch goes along.
    let updated = world.open().await.update("refs/remotes/origin/main", "main", Method::Merge, &me()).await.unwrap();
    assert_eq!((updated, world.read("b.txt").as_str()), (Updated::Updated { commits: 1 }, "theirs\n"));
    world.write("mine.txt", "mine\n");
    assert!(matches!(
        world.open().await.update("refs/remotes/origin/main", "main", Method::Merge, &me()).await,
        Ok(Updated::UpToDate)
    ));
    world.open().await.commit("Mine", &me()).await.unwrap();
    world.upstream("c.txt", "more\n");
    let updated = world.open().await.update("refs/remotes/origin/main", "main", Method::Merge, &me()).await.unwrap();
    assert_eq!((updated, world.read("c.txt").as_str()), (Updated::Updated { commits: 1 }, "more\n"));
    assert_eq!(world.workspace.git(["rev-list", "--merges", "--count", "HEAD"]).unwrap(), "1");
    assert_eq!(world.workspace.git(["status", "--porcelain"]).unwrap(), "");
    world.write("a.txt", "changed\n");
    world.upstream_without_checkout("d.txt");
    let refused = world.open().await.update("refs/remotes/origin/main", "main", Method::Merge, &me()).await;
    assert!(matches!(refused, Err(OverlayError::Uncommitted)), "{refused:?}");
}

impl World {
    /// The same, with whatever is in the files.
    fn upstream_without_checkout(&self, path: &str) {
        let tree = self.workspace.git(["rev-parse", "main^{tree}"]).unwrap();
        let commit = self.workspace.git(["commit-tree", "-p", "main", "-m", path, &tree]).unwrap();
        self.workspace.git(["update-ref", "refs/remotes/origin/main", &commit]).unwrap();
    }
}

#[tokio::test]
async fn a_merge_with_conflicts_is_left_as_git_leaves_one_and_ended_or_finished() {
    let world = World::new();
    world.write("a.txt", "one\nmine\nthree\n");
    world.open().await.commit("Mine", &me()).await.unwrap();
    world.upstream("a.txt", "one\ntheirs\nthree\n");
    let update = || async { world.open().await.update("refs/remotes/origin/main", "main", Method::Merge, &me()).await.unwrap() };
    let conflict = Updated::Conflicts { commits: 1, paths: vec!["a.txt".to_owned()] };
    assert_eq!(update().await, conflict);
    assert!(world.read("a.txt").contains("<<<<<<<") && world.read("a.txt").contains("theirs"));
    assert_eq!(world.workspace.git(["status", "--porcelain"]).unwrap(), "UU a.txt");
    let state = world.open().await.state(None, Some("main")).await.unwrap();
    assert_eq!((state.merging, state.conflicts), (true, vec!["a.txt".to_owned()]));
    assert!(matches!(world.open().await.commit("Not yet", &me()).await, Err(OverlayError::Unresolved(_))));
    world.open().await.abort().await.unwrap();
    assert_eq!(world.workspace.git(["status", "--porcelain"]).unwrap(), "");
    assert_eq!(world.read("a.txt"), "one\nmine\nthree\n");
    // Again, and resolved.
    assert_eq!(update().await, conflict);
    world.write("a.txt", "one\nboth\nthree\n");
    world.open().await.commit("Both", &me()).await.unwrap();
    assert_eq!(world.workspace.git(["log", "-1", "--format=%P"]).unwrap().split(' ').count(), 2);
    assert!(!world.open().await.state(None, None).await.unwrap().merging);
}

#[tokio::test]
async fn a_rebase_comes_after_the_base_or_changes_nothing() {
    let world = World::new();
    world.write("mine.txt", "mine\n");
    world.open().await.commit("Mine, with a long\n\nmessage", &Identity { name: "Author".to_owned(), ..me() }).await.unwrap();
    world.upstream("b.txt", "theirs\n");
    let update = || async { world.open().await.update("refs/remotes/origin/main", "main", Method::Rebase, &me()).await.unwrap() };
    assert_eq!(update().await, Updated::Updated { commits: 1 });
    assert_eq!(world.workspace.git(["log", "--format=%an %cn %s", "-1"]).unwrap(), "Author Me Mine, with a long");
    assert_eq!(world.workspace.git(["rev-list", "--merges", "--count", "HEAD"]).unwrap(), "0");
    assert_eq!((world.read("b.txt").as_str(), world.read("mine.txt").as_str()), ("theirs\n", "mine\n"));
    world.write("a.txt", "mine\n");
    world.open().await.commit("Conflict", &me()).await.unwrap();
    world.upstream("a.txt", "theirs\n");
    let before = world.workspace.git(["rev-parse", "HEAD"]).unwrap();
    assert!(matches!(update().await, Updated::Conflicts { paths, .. } if paths == ["a.txt"]));
    assert_eq!((world.workspace.git(["rev-parse", "HEAD"]).unwrap(), world.read("a.txt").as_str()), (before, "mine\n"));
}

#[tokio::test]
async fn a_branch_is_pushed_and_never_by_force() {
    let world = World::new();
    let remote = Repository::init(&world.directory.path().join("remote")).unwrap();
    let url = RepositoryUrl::parse(remote.path().to_str().unwrap()).unwrap().0;
    world.write("mine.txt", "mine\n");
    let committed = world.open().await.commit("Mine", &me()).await.unwrap();
    let pushed = world.open().await.push(&url, &Access::default()).await.unwrap();
    assert_eq!((pushed.commit.as_str(), pushed.branch.as_str()), (committed.commit.as_str(), "cursor/x"));
    assert_eq!(remote.git(["rev-parse", "cursor/x"]).unwrap(), committed.commit);
    assert_eq!(world.workspace.git(["rev-parse", "origin/cursor/x"]).unwrap(), committed.commit);
    world.workspace.git(["commit", "--quiet", "--amend", "-m", "Another"]).unwrap();
    let rejected = world.open().await.push(&url, &Access::default()).await;
    assert!(matches!(&rejected, Err(OverlayError::Rejected(words)) if words.contains("non-fast-forward")), "{rejected:?}");
}

#[tokio::test]
async fn nothing_that_is_planted_runs() {
    let world = World::new();
    let remote = Repository::init(&world.directory.path().join("remote")).unwrap();
    world.upstream("b.txt", "theirs\n");
    let marker = planted(world.workspace.path());
    // What is planted in the attributes is a filter, too, which would refuse the commit.
    fs::remove_file(world.workspace.path().join(".gitattributes")).unwrap();
    world.write("mine.txt", "mine\n");
    let url = RepositoryUrl::parse(remote.path().to_str().unwrap()).unwrap().0;
    world.open().await.state(Some(&world.began), Some("main")).await.unwrap();
    world.open().await.commit("Mine", &me()).await.unwrap();
    world.open().await.update("refs/remotes/origin/main", "main", Method::Rebase, &me()).await.unwrap();
    world.open().await.push(&url, &Access::default()).await.unwrap();
    world.open().await.abort().await.unwrap();
    marker.nothing_ran();
}

#[tokio::test]
async fn a_repository_that_leads_elsewhere_is_none() {
    let world = World::new();
    let other = Repository::init(&world.directory.path().join("other")).unwrap();
    other.commit("x", "x").unwrap();
    for name in ["refs", "objects", "HEAD", "index"] {
        let path = world.workspace.path().join(".git").join(name);
        let aside = world.directory.path().join("aside");
        fs::rename(&path, &aside).unwrap();
        std::os::unix::fs::symlink(other.path().join(".git").join(name), &path).unwrap();
        assert!(matches!(world.try_open().await, Err(OverlayError::NotARepository(_))), "{name}");
        fs::remove_file(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
    }
}

#[tokio::test]
async fn a_nested_repository_is_not_asked_by_a_git_of_its_own() {
    let world = World::new();
    let inner = Repository::init(&world.workspace.path().join("sub")).unwrap();
    inner.commit("x.txt", "one\n").unwrap();
    world.workspace.git(["add", "sub"]).unwrap();
    world.workspace.git(["commit", "--quiet", "-m", "Nested"]).unwrap();
    let marker = planted(inner.path());
    // Of the same size, so that only its filter could tell.
    fs::write(inner.path().join("x.txt"), "two\n").unwrap();
    world.write("mine.txt", "mine\n");
    world.open().await.state(Some(&world.began), Some("main")).await.unwrap();
    world.open().await.commit("Mine", &me()).await.unwrap();
    world.open().await.abort().await.unwrap();
    marker.nothing_ran();
    assert_eq!(world.workspace.git(["show", "--name-only", "--format=", "HEAD"]).unwrap(), "mine.txt");
}

#[tokio::test]
async fn nothing_is_written_through_a_symlink_among_the_references() {
    let world = World::new();
    let other = Repository::init(&world.directory.path().join("other")).unwrap();
    other.commit("x", "x").unwrap();
    let heads = world.workspace.path().join(".git/refs/heads/led");
    std::os::unix::fs::symlink(other.path().join(".git/refs/heads"), heads).unwrap();
    world.write("mine.txt", "mine\n");
    let refused = world.open().await.commit("Mine", &me()).await;
    assert!(matches!(refused, Err(OverlayError::NotARepository(_))), "{refused:?}");
    assert!(!world.workspace.path().join(".git/index.lock").exists());
}

#[tokio::test]
async fn what_is_no_plain_file_is_not_waited_for() {
    let world = World::new();
    for name in ["config", "HEAD", "objects/info/alternates"] {
        let path = world.workspace.path().join(".git").join(name);
        let before = fs::read(&path).ok();
        let _ = fs::remove_file(&path);
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let opened = tokio::time::timeout(std::time::Duration::from_secs(20), world.try_open()).await;
        let opened = opened.unwrap_or_else(|_| unreachable!("{name} is waited for"));
        assert!(opened.is_err() || name == "config", "{name}");
        fs::remove_file(&path).unwrap();
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
    }
}

#[tokio::test]
async fn another_git_at_work_is_waited_for_by_whoever_asked_and_a_stale_lock_is_not() {
    let world = World::new();
    world.write("mine.txt", "mine\n");
    let before = world.workspace.git(["rev-parse", "HEAD"]).unwrap();
    let lock = world.workspace.path().join(".git/index.lock");
    fs::write(&lock, "").unwrap();
    assert!(matches!(world.open().await.commit("Mine", &me()).await, Err(OverlayError::Locked)));
    assert_eq!(world.workspace.git(["rev-parse", "HEAD"]).unwrap(), before, "nothing has moved");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    fs::File::options().write(true).open(&lock).unwrap().set_modified(long_ago).unwrap();
    world.open().await.commit("Mine", &me()).await.unwrap();
    assert!(!lock.exists());
}

#[tokio::test]
async fn a_history_that_is_cut_off_can_be_worked_with() {
    let world = World::new();
    world.workspace.commit("more.txt", "more\n").unwrap();
    let shallow = world.directory.path().join("shallow");
    let url = format!("file://{}", world.workspace.path().display());
    git_servers::git(world.directory.path(), &["clone", "--quiet", "--depth=1", &url, "shallow"]).unwrap();
    fs::write(shallow.join("x"), "x").unwrap();
    let overlay = Overlay::open(&world.directory.path().join("git3"), &shallow.canonicalize().unwrap()).await.unwrap();
    let state = overlay.state(Some(&world.began), Some("main")).await.unwrap();
    assert_eq!((state.uncommitted, state.ahead.is_some()), (1, state.behind.is_some()));
    overlay.commit("Mine", &me()).await.unwrap();
}
