//! Mirrors and clones over real servers.

use std::{fs, path::Path, sync::Arc};

use git_servers::{HttpServer, Repository, SshServer};
use tempfile::TempDir;
use workspace::{
    RepositoryUrl,
    checkout::{Based, Branch, CloneRequest, clone},
    git::Git,
    mirror::{Mirrored, Mirrors},
    progress::Progress,
    remote::{Access, HostKeys, RemoteError, RemoteErrorKind, StoredCredential, Wanted, list_refs},
};

struct World {
    directory: TempDir,
    repository: Repository,
    mirrors: Arc<Mirrors>,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let repository = Repository::init(&directory.path().join("served/project")).unwrap();
        repository.commit("README.md", "one\n").unwrap();
        fs::create_dir_all(directory.path().join("home")).unwrap();
        let mirrors = Arc::new(Mirrors::new(directory.path().join("mirrors")));
        Self { directory, repository, mirrors }
    }

    fn root(&self) -> &Path {
        self.directory.path()
    }

    fn served(&self) -> std::path::PathBuf {
        self.root().join("served")
    }

    fn access(&self) -> Access {
        Access { home: Some(self.root().join("home")), known_hosts: self.root().join("known_hosts"), ..Access::default() }
    }

    async fn bring(&self, url: &str, reference: Option<&str>, access: &Access) -> Result<Mirrored, RemoteError> {
        self.mirrors.bring("1", &parse(url), reference, access, &|_| ()).await
    }

    async fn work_on(&self, name: &str, url: &str, branch: Branch, access: &Access) -> Based {
        let mirrored = self.bring(url, None, access).await.unwrap();
        let path = self.root().join("workspaces").join(name);
        clone(CloneRequest { mirrored: &mirrored, url: &parse(url), branch, access, path: &path }, &|_| ()).await.unwrap()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join("workspaces").join(path)).unwrap()
    }
}

fn parse(url: &str) -> RepositoryUrl {
    RepositoryUrl::parse(url).unwrap().0
}

async fn fsck(mirror: &Path) {
    let said = Git::new("fsck").git_dir(mirror).args(["--full", "--strict", "--no-dangling"]).text().await.unwrap();
    assert!(!said.contains("missing") && !said.contains("error"), "{said}");
}

#[tokio::test]
async fn a_repository_is_worked_on_over_http_and_its_mirror_fetched_once() {
    let world = World::new();
    let server = HttpServer::start(&world.served(), None).await.unwrap();
    let (url, access) = (server.url("project/.git"), world.access());
    let based = world.work_on("a", &url, Branch::New("cursor/x-1234".to_owned()), &access).await;
    assert_eq!(world.read("a/README.md"), "one\n");
    assert_eq!(based.branch.as_deref(), Some("cursor/x-1234"));
    assert_eq!(based.reference.as_deref(), Some("main"));
    let fetched = server.fetches();
    world.work_on("b", &url, Branch::Current, &access).await;
    assert_eq!(server.fetches(), fetched, "the second one borrows what is there");
    assert!(world.bring(&url, None, &access).await.unwrap().was_there);
    let git = |name: &str| Git::new(name).git_dir(&world.root().join("workspaces/b/.git"));
    assert_eq!(git("symbolic-ref").args(["--short", "HEAD"]).text().await.unwrap(), "main");
    assert_eq!(git("config").args(["remote.origin.url"]).text().await.unwrap(), url);
    // What is new is fetched.
    world.repository.commit("README.md", "two\n").unwrap();
    world.work_on("c", &url, Branch::Current, &access).await;
    assert_eq!(world.read("c/README.md"), "two\n");
    fsck(&world.mirrors.path("1", &parse(&url))).await;
}

#[tokio::test]
async fn a_token_is_asked_for_and_who_has_none_is_told() {
    let world = World::new();
    let server = HttpServer::start(&world.served(), Some(("me", "s3cret"))).await.unwrap();
    let url = server.url("project");
    let refused = world.bring(&url, None, &world.access()).await.unwrap_err();
    assert_eq!(refused.kind, RemoteErrorKind::Access, "{refused:?}");
    assert!(refused.hint.contains("no credential") && refused.hint.contains("Settings"), "{}", refused.hint);
    let origin = parse(&url).origin().unwrap();
    let with = |token: &str| Access {
        stored: vec![StoredCredential { scope: origin.clone(), username: "me".to_owned(), token: token.to_owned() }],
        ..world.access()
    };
    world.bring(&url, None, &with("s3cret")).await.unwrap();
    // The mirror is there, and yet not for who may not see it any more.
    let refused = world.bring(&url, None, &with("wr0ng")).await.unwrap_err();
    assert_eq!(refused.kind, RemoteErrorKind::Access);
    assert!(refused.hint.contains("the token kept for") && !format!("{refused:?}").contains("wr0ng"), "{refused:?}");
}

#[tokio::test]
async fn a_token_for_a_url_holds_with_and_without_its_ending() {
    let world = World::new();
    git_servers::git(&world.served(), &["clone", "--quiet", "--bare", "project", "bare.git"]).unwrap();
    let server = HttpServer::start(&world.served(), Some(("me", "s3cret"))).await.unwrap();
    let url = server.url("bare.git");
    let stored = StoredCredential { scope: server.url("bare"), username: "me".to_owned(), token: "s3cret".to_owned() };
    // One for another place does not stand in its way.
    let other = StoredCredential { scope: server.url("other"), token: "wr0ng".to_owned(), ..stored.clone() };
    let access = Access { stored: vec![other, stored], ..world.access() };
    world.bring(&url, None, &access).await.unwrap();
}

#[tokio::test]
async fn a_mirror_that_lost_objects_is_made_whole() {
    let world = World::new();
    let server = HttpServer::start(&world.served(), None).await.unwrap();
    let (url, access) = (server.url("project"), world.access());
    let mirror = world.bring(&url, None, &access).await.unwrap().path;
    // What came later stands on what is gone.
    world.repository.commit("README.md", "two\n").unwrap();
    world.bring(&url, None, &access).await.unwrap();
    let packs: Vec<_> = fs::read_dir(mirror.join("objects/pack")).unwrap().flatten().map(|entry| entry.path()).collect();
    let oldest = packs
        .iter()
        .filter(|path| path.extension().is_some_and(|it| it == "pack"))
        .min_by_key(|path| path.metadata().unwrap().modified().unwrap());
    for extension in ["idx", "rev", "pack"] {
        let _ = fs::remove_file(oldest.unwrap().with_extension(extension));
    }
    world.repository.commit("README.md", "three\n").unwrap();
    world.work_on("a", &url, Branch::Current, &access).await;
    assert_eq!(world.read("a/README.md"), "three\n");
    fsck(&mirror).await;
    // And one without its head keeps what others borrow.
    fs::remove_file(mirror.join("HEAD")).unwrap();
    world.work_on("b", &url, Branch::Current, &access).await;
    fsck(&mirror).await;
}

#[tokio::test]
async fn a_path_is_taken_as_it_is_written() {
    let world = World::new();
    let odd = Repository::init(&world.root().join("served/odd%2Fname")).unwrap();
    odd.commit("x", "odd\n").unwrap();
    world.work_on("a", odd.path().to_str().unwrap(), Branch::Current, &world.access()).await;
    assert_eq!(world.read("a/x"), "odd\n");
    assert!(
        world.bring(&format!("file://{}", odd.path().display()), None, &world.access()).await.is_err(),
        "decoded once, it is another place"
    );
}

#[tokio::test]
async fn ssh_is_let_in_by_its_key_and_a_new_host_is_believed_or_not() {
    let world = World::new();
    let server = SshServer::start(&world.served()).await.unwrap();
    let url = server.url("project");
    server.put_key(&world.root().join("home"), false).unwrap();
    let refused = world.bring(&url, None, &world.access()).await.unwrap_err();
    assert_eq!(refused.kind, RemoteErrorKind::Access, "{refused:?}");
    assert!(refused.hint.contains("id_ed25519"), "{}", refused.hint);
    server.put_key(&world.root().join("home"), true).unwrap();
    world.work_on("a", &url, Branch::New("mine".to_owned()), &world.access()).await;
    assert_eq!(world.read("a/README.md"), "one\n");
    let strict = Access { host_keys: HostKeys::Strict, known_hosts: world.root().join("nobody"), ..world.access() };
    let refused = world.bring(&url, None, &strict).await.unwrap_err();
    assert_eq!(refused.kind, RemoteErrorKind::HostKey, "{refused:?}");
}

#[tokio::test]
async fn branches_tags_and_commits_are_found_and_what_is_not_there_is_said() {
    let world = World::new();
    let first = world.repository.git(["rev-parse", "HEAD"]).unwrap();
    world.repository.git(["tag", "-a", "v1", "-m", "one"]).unwrap();
    world.repository.git(["branch", "feature/x"]).unwrap();
    world.repository.commit("README.md", "two\n").unwrap();
    let (url, access) = (format!("file://{}", world.repository.path().display()), world.access());
    let found = |reference: &'static str| {
        let (world, url, access) = (&world, &url, &access);
        async move { world.bring(url, Some(reference), access).await.map(|mirrored| mirrored.wanted) }
    };
    assert_eq!(found("v1").await.unwrap(), Wanted::Tag { name: "v1".to_owned(), commit: first.clone() });
    assert_eq!(found("feature/x").await.unwrap(), Wanted::Branch { name: "feature/x".to_owned(), commit: first.clone() });
    assert_eq!(world.bring(&url, Some(&first[..10]), &access).await.unwrap().wanted, Wanted::Commit(first));
    let mirrored = world.bring(&url, Some("v1"), &access).await.unwrap();
    let path = world.root().join("workspaces/at-a-tag");
    let request = CloneRequest { mirrored: &mirrored, url: &parse(&url), branch: Branch::Current, access: &access, path: &path };
    assert_eq!(clone(request, &|_| ()).await.unwrap().branch, None, "a tag is no branch");
    assert_eq!(found("nowhere").await.unwrap_err().kind, RemoteErrorKind::RefNotFound);
    assert_eq!(found("0123456789").await.unwrap_err().kind, RemoteErrorKind::RefNotFound);
    let refs = list_refs(&parse(&url), &access).await.unwrap();
    assert_eq!((refs.default_branch.as_deref(), refs.tags.as_slice()), (Some("main"), ["v1".to_owned()].as_slice()));
    assert_eq!(refs.branches, ["feature/x", "main"]);
}

#[tokio::test]
async fn an_unreachable_host_and_a_missing_repository_are_told_apart() {
    let world = World::new();
    let server = HttpServer::start(&world.served(), None).await.unwrap();
    let missing = world.bring(&server.url("nothing"), None, &world.access()).await.unwrap_err();
    assert_eq!(missing.kind, RemoteErrorKind::Access, "{missing:?}");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = world.bring(&format!("http://127.0.0.1:{free}/x"), None, &world.access()).await.unwrap_err();
    assert_eq!(gone.kind, RemoteErrorKind::Unreachable, "{gone:?}");
}

#[tokio::test]
async fn an_empty_repository_can_be_begun() {
    let world = World::new();
    let empty = Repository::init(&world.root().join("served/empty")).unwrap();
    let url = format!("file://{}", empty.path().display());
    let based = world.work_on("e", &url, Branch::New("cursor/first".to_owned()), &world.access()).await;
    assert_eq!((based.branch.as_deref(), based.commit), (Some("cursor/first"), None));
    assert!(world.root().join("workspaces/e/.git").is_dir());
}

#[tokio::test]
async fn many_at_once_share_a_fetch_and_leave_a_sound_mirror() {
    let world = World::new();
    for number in 0..40 {
        world.repository.commit(&format!("f{number}"), &"x".repeat(2000 + number)).unwrap();
    }
    let server = HttpServer::start(&world.served(), None).await.unwrap();
    let (url, access) = (parse(&server.url("project")), world.access());
    let brought = (0..8).map(|_| {
        let (mirrors, url, access) = (world.mirrors.clone(), url.clone(), access.clone());
        tokio::spawn(async move { mirrors.bring("1", &url, None, &access, &|_: Progress| ()).await.map(drop) })
    });
    for one in brought.collect::<Vec<_>>() {
        one.await.unwrap().unwrap();
    }
    assert_eq!(server.fetches(), 1);
    fsck(&world.mirrors.path("1", &url)).await;
}

#[tokio::test]
async fn a_fetch_that_is_killed_harms_nothing() {
    let world = World::new();
    let big: String = (0..400_000).map(|number: u64| format!("{:x}\n", number.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
    world.repository.commit("big", &big).unwrap();
    let server = HttpServer::start(&world.served(), None).await.unwrap();
    let (url, access) = (parse(&server.url("project")), world.access());
    for _ in 0..5 {
        let (told, mut heard) = tokio::sync::mpsc::channel(1000);
        let (mirrors, one, access) = (world.mirrors.clone(), url.clone(), access.clone());
        let task = tokio::spawn(async move {
            let tell = |progress: Progress| drop(told.try_send(progress));
            mirrors.bring("1", &one, None, &access, &tell).await.map(drop)
        });
        while let Some(progress) = heard.recv().await {
            if progress.phase == "Receiving objects" {
                break;
            }
        }
        task.abort();
        let _ = task.await;
    }
    // Locks, too, that a power failure leaves.
    let mirror = world.mirrors.path("1", &url);
    fs::write(mirror.join("packed-refs.lock"), "").unwrap();
    fs::write(mirror.join("HEAD.lock"), "").unwrap();
    world.work_on("a", url.as_str(), Branch::Current, &access).await;
    fsck(&mirror).await;
    let left: Vec<_> = fs::read_dir(mirror.join("objects/pack")).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("tmp_")), "{left:?}");
}

#[tokio::test]
async fn what_the_remote_forgot_stays_for_who_borrowed_it() {
    let world = World::new();
    world.repository.git(["checkout", "--quiet", "-b", "topic"]).unwrap();
    world.repository.commit("topic", "mine\n").unwrap();
    let (url, access) = (format!("file://{}", world.repository.path().display()), world.access());
    let based = world.work_on("a", &url, Branch::Current, &access).await;
    world.repository.git(["checkout", "--quiet", "main"]).unwrap();
    world.repository.git(["branch", "--quiet", "-D", "topic"]).unwrap();
    // A name in the way of the old one.
    world.repository.git(["branch", "topic/deep"]).unwrap();
    world.repository.commit("more", "x\n").unwrap();
    world.work_on("b", &url, Branch::Current, &access).await;
    world.mirrors.repack(&world.mirrors.path("1", &parse(&url))).await.unwrap();
    let workspace = world.root().join("workspaces/a/.git");
    let said = Git::new("fsck").git_dir(&workspace).args(["--full", "--no-dangling"]).text().await.unwrap();
    assert!(!said.contains("missing"), "{said}");
    assert_eq!(Git::new("rev-parse").git_dir(&workspace).arg("HEAD").text().await.unwrap(), based.commit.unwrap());
}

#[tokio::test]
async fn submodules_come_along() {
    let world = World::new();
    let inner = Repository::init(&world.root().join("served/inner")).unwrap();
    inner.commit("inner.txt", "inside\n").unwrap();
    let server = HttpServer::start(&world.served(), Some(("me", "s3cret"))).await.unwrap();
    let url = server.url("inner");
    let added = std::process::Command::new("git")
        .args([
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            &format!("file://{}", inner.path().display()),
            "sub",
        ])
        .current_dir(world.repository.path())
        .status()
        .unwrap();
    assert!(added.success());
    world.repository.git(["config", "--file", ".gitmodules", "submodule.sub.url", &url]).unwrap();
    world.repository.commit_all("Add a submodule").unwrap();
    let origin = parse(&url).origin().unwrap();
    let access = Access {
        stored: vec![StoredCredential { scope: origin, username: "me".to_owned(), token: "s3cret".to_owned() }],
        ..world.access()
    };
    world.work_on("a", &server.url("project"), Branch::Current, &access).await;
    assert_eq!(world.read("a/sub/inner.txt"), "inside\n");
}
