//! Looking at files, and taking them away.

use std::{collections::BTreeMap, fs, io::Read};

use flate2::read::GzDecoder;
use workspace::{
    Files, WorkspaceError,
    files::{Found, ItemType},
};

use crate::place::Place;

impl Place {
    fn files(&self) -> Files {
        Files::open(&self.work).unwrap()
    }
}

#[test]
fn a_directory_is_listed_in_pages() {
    let place = Place::with_git();
    place.write("b.txt", "12345").write("A.txt", "").write("dir/x", "").write(".hidden", "").link("link", "dir");
    place.write(".gitignore", "*.log\n/out/\n").write("x.log", "").write("out/y", "").write("dir/z.log", "");
    let files = place.files();
    let all = files.list("", 100, None).unwrap();
    let told: Vec<_> = all.items.iter().map(|item| (item.name.as_str(), item.kind, item.ignored)).collect();
    let (directory, file) = (ItemType::Directory, ItemType::File);
    let expected = [
        ("dir", directory, false),
        ("out", directory, true),
        (".gitignore", file, false),
        (".hidden", file, false),
        ("A.txt", file, false),
        ("b.txt", file, false),
        ("link", ItemType::Symlink, false),
        ("x.log", file, true),
    ];
    assert_eq!(told, expected);
    assert_eq!((all.items[5].size, all.items[0].size, all.items[5].path.as_str()), (Some(5), None, "b.txt"));
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let page = files.list("", 3, after.as_deref()).unwrap();
        names.extend(page.items.into_iter().map(|item| item.name));
        let Some(next) = page.next_cursor else { break };
        after = Some(next);
    }
    assert_eq!(names, all.items.iter().map(|item| item.name.clone()).collect::<Vec<_>>());
    let inner = files.list("dir/", 100, None).unwrap();
    assert_eq!((inner.path.as_str(), inner.items[1].path.as_str(), inner.items[1].ignored), ("dir", "dir/z.log", true));
    assert!(files.list("out", 100, None).unwrap().items[0].ignored);
    assert_eq!(files.list("link", 100, None).unwrap().items[0].path, "link/x");
}

#[test]
fn a_file_is_told_with_its_text() {
    let place = Place::new();
    place.write("a.rs", "fn main() {}\n").write("b.png", [0x89, b'P', 0, 1]).write("latin", b"caf\xe9").link("to-a", "a.rs");
    place.write("large.txt", "é".repeat(600 * 1024)).write("cut.txt", format!("x{}", "é".repeat(600 * 1024)));
    let files = place.files();
    let text = files.read("a.rs").unwrap();
    assert_eq!((text.size, text.binary, text.text.as_deref(), text.truncated), (13, false, Some("fn main() {}\n"), false));
    assert_eq!(text.mime_type, "text/x-rust");
    let picture = files.read("b.png").unwrap();
    assert_eq!((picture.mime_type.as_str(), picture.binary, picture.text), ("image/png", true, None));
    assert_eq!(files.read("latin").unwrap().text.as_deref(), Some("caf\u{fffd}"));
    assert_eq!(files.read("to-a").unwrap().text, text.text);
    for name in ["large.txt", "cut.txt"] {
        let large = files.read(name).unwrap();
        assert!(large.truncated && !large.text.unwrap().contains('\u{fffd}'));
    }
    let mut opened = files.open_file("large.txt").unwrap();
    let mut all = Vec::new();
    opened.file.read_to_end(&mut all).unwrap();
    assert_eq!((all.len() as u64, opened.name.as_str(), opened.mime_type.as_str()), (opened.size, "large.txt", "text/plain"));
    assert!(matches!(files.look("a.rs", 10, None).unwrap(), Found::File(_)));
    assert!(matches!(files.look("", 10, None).unwrap(), Found::Directory(_)));
}

#[test]
fn no_path_leads_out() {
    let place = Place::with_git();
    fs::write(place.directory.path().join("secret"), "secret").unwrap();
    fs::create_dir(place.directory.path().join("beside")).unwrap();
    fs::write(place.directory.path().join("beside/secret"), "secret").unwrap();
    place.write("dir/a", "a").link("out", "../secret").link("absolute", "/etc/passwd").link("up", "..").link("dir/up", "../..");
    place
        .link("beside", "../beside")
        .link("loop", "loop")
        .link("dangling", "none")
        .link("config", ".git/config")
        .link("git", ".git");
    place.link("chain", "dir/up").link("proc", "/proc/self/cwd").link("fd", "/dev/fd");
    let (files, outside) = (place.files(), place.directory.path().to_str().unwrap().to_owned());
    let absolute = format!("{outside}/secret");
    let invalid = [
        "..",
        "../secret",
        "dir/../../secret",
        "./dir",
        "dir/./a",
        "dir//a",
        "/",
        "/etc/passwd",
        &absolute,
        "a\0b",
        "out",
        "absolute",
        "up",
        "up/secret",
        "dir/up",
        "dir/up/secret",
        "beside",
        "beside/secret",
        "loop",
        "chain/secret",
        "proc",
        "fd/0",
        "dir/..",
    ];
    for path in invalid {
        for error in [files.read(path).unwrap_err(), files.list(path, 10, None).unwrap_err()] {
            assert!(matches!(error, WorkspaceError::InvalidPath(_)), "{path}: {error:?}");
        }
        assert!(files.archive(path, "x", true, Vec::new()).is_err());
        assert!(files.open_file(path).is_err());
    }
    let long = "x".repeat(300);
    let missing =
        ["none", "dangling", "dir/a/b", ".git", ".git/config", ".GIT/config", "dir/.git", "config", "git", "git/config", &long];
    for path in missing {
        let error = files.look(path, 10, None).unwrap_err();
        assert!(matches!(error, WorkspaceError::NotFound(_)), "{path}: {error:?}");
    }
}

#[test]
fn what_keeps_a_reader_waiting_is_not_read() {
    let place = Place::new();
    for name in ["pipe", ".gitignore"] {
        rustix::fs::mkfifoat(rustix::fs::CWD, place.work.join(name), rustix::fs::Mode::RWXU).unwrap();
    }
    let files = place.files();
    assert!(matches!(files.read("pipe").unwrap_err(), WorkspaceError::InvalidPath(_)));
    assert_eq!(files.list("", 10, None).unwrap().items[1].kind, ItemType::Other);
    assert_eq!(files.search("pipe", 10).unwrap().items.len(), 0);
    files.archive("", "x", true, Vec::new()).unwrap();
}

/// A path that turns into a symlink and back while it is read.
#[test]
fn a_race_leads_nowhere() {
    let place = Place::new();
    fs::create_dir(place.directory.path().join("beside")).unwrap();
    fs::write(place.directory.path().join("beside/file"), "secret").unwrap();
    place.write("dir/file", "ours").link("other", "../beside");
    let (work, files) = (place.work.clone(), place.files());
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let exchange = rustix::fs::RenameFlags::EXCHANGE;
                let (one, other) = (work.join("dir"), work.join("other"));
                rustix::fs::renameat_with(rustix::fs::CWD, &one, rustix::fs::CWD, &other, exchange).unwrap();
            }
        });
        for _ in 0..5000 {
            if let Ok(content) = files.read("dir/file") {
                assert_eq!(content.text.as_deref(), Some("ours"));
            }
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn files_are_found_by_their_letters() {
    let place = Place::with_git();
    for path in ["src/checkpoint/mod.rs", "src/main.rs", "docs/checkpoints.md", "target/check.rs", "README.md"] {
        place.write(path, "");
    }
    place.write(".gitignore", "target/\n");
    let search = |query: &str, limit| place.files().search(query, limit).unwrap();
    let paths = |query| search(query, 10).items.into_iter().map(|item| item.path).collect::<Vec<_>>();
    assert_eq!(paths("chkmod"), ["src/checkpoint/mod.rs"]);
    assert_eq!(paths("main"), ["src/main.rs"]);
    assert_eq!(paths("mod check"), ["src/checkpoint/mod.rs"]);
    assert_eq!(paths("README"), ["README.md"]);
    assert!(paths("zzz").is_empty());
    let first = search("check", 1);
    assert!(first.truncated && first.items.len() == 1);
    assert!(!paths("config").iter().any(|path| path.starts_with(".git/")));
}

#[test]
fn an_archive_holds_what_is_not_ignored() {
    let place = Place::with_git();
    place.write("dir/a", "content").write("run", "#!").mode("run", 0o755).write(".gitignore", "*.log\n").write("x.log", "log");
    place.link("dir/inside", "../run").link("out", "../..").link("absolute", "/etc/passwd").link("dangling", "none");
    place.write("deep/er/x", "").link("deep/er/up", "../..").link("trick", "deep/er/up/..");
    fs::create_dir(place.work.join("empty")).unwrap();
    let long = format!("long/{}/{}", "l".repeat(120), "m".repeat(120));
    place.write(&long, "long");
    let list = |path: &str, ignored| {
        let mut bytes = Vec::new();
        place.files().archive(path, "chat", ignored, &mut bytes).unwrap();
        let mut archive = tar::Archive::new(GzDecoder::new(&bytes[..]));
        let mut found = BTreeMap::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            if let Some(target) = entry.link_name().unwrap() {
                text = format!("-> {}", target.display());
            }
            found.insert(entry.path().unwrap().display().to_string(), (text, entry.header().mode().unwrap()));
        }
        found
    };
    let all = list("", false);
    assert_eq!(all["chat/dir/a"].0, "content");
    assert_eq!(all["chat/dir/inside"].0, "-> ../run");
    assert_eq!(all[&format!("chat/{long}")].0, "long");
    assert!(all.contains_key("chat/dangling") && all.contains_key("chat/empty") && all["chat/run"].1 & 0o111 != 0);
    for path in ["chat/out", "chat/absolute", "chat/trick", "chat/x.log", "chat/.git", "chat/.git/config"] {
        assert!(!all.contains_key(path), "{path}");
    }
    assert_eq!(list("", true)["chat/x.log"].0, "log");
    assert_eq!(list("dir", false).keys().collect::<Vec<_>>(), ["chat", "chat/a"]);
}

#[test]
fn a_file_of_two_names_is_counted_once() {
    let place = Place::with_git();
    let before = place.files().size();
    place.write("a", vec![1; 1 << 20]);
    fs::hard_link(place.work.join("a"), place.work.join("b")).unwrap();
    place.write(".gitignore", "c\n").write("c", vec![1; 1 << 20]).write(".git/d", vec![1; 1 << 20]);
    let more = place.files().size() - before;
    assert!((3 << 20..(3 << 20) + (64 << 10)).contains(&more), "{more}");
}
