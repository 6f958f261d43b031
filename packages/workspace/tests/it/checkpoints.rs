//! What a checkpoint holds.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt, time::Duration};

use workspace::{checkpoint::Reason, diff::Status};

use crate::place::{Place, git};

#[tokio::test]
async fn a_directory_without_git_is_recorded_byte_by_byte() {
    let place = Place::new();
    place
        .write("a.txt", "one\r\ntwo\r\n")
        .write("deep/er/b", [0, 1, 2, 255])
        .write("run.sh", "#!/bin/sh\n")
        .mode("run.sh", 0o755);
    place.link("to-a", "a.txt").link("out", "/etc/passwd").write(".hidden", "h");
    let tree = place.record().await;
    assert_eq!(
        place.tree(&tree),
        ["100644 .hidden", "100644 a.txt", "100644 deep/er/b", "120000 out", "100755 run.sh", "120000 to-a"]
    );
    assert_eq!(place.held(&tree, "a.txt"), b"one\r\ntwo\r\n");
    assert_eq!(place.held(&tree, "deep/er/b"), [0, 1, 2, 255]);
    assert_eq!(place.held(&tree, "out"), b"/etc/passwd");
    assert_eq!(place.record().await, tree);
    git(&place.work, &["--git-dir", place.checkpoints.directory().to_str().unwrap(), "fsck", "--strict", &tree]);
}

#[tokio::test]
async fn an_empty_directory_has_the_empty_tree() {
    let place = Place::new();
    fs::create_dir(place.work.join("empty")).unwrap();
    assert_eq!(place.record().await, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
}

#[tokio::test]
async fn changes_are_seen_however_soon_they_come() {
    let place = Place::new();
    place.write("a", "1111").write("b", "b");
    let mut before = place.record().await;
    for round in 0..20 {
        place.write("a", format!("{round:04}"));
        let tree = place.record().await;
        assert_ne!(tree, before);
        assert_eq!(place.held(&tree, "a"), format!("{round:04}").as_bytes());
        before = tree;
    }
    place.remove("b");
    assert_eq!(place.paths(&place.record().await), ["a"]);
}

#[tokio::test]
async fn kinds_change_into_each_other() {
    let place = Place::new();
    place.write("a/b", "file").write("c", "file");
    place.record().await;
    fs::remove_dir_all(place.work.join("a")).unwrap();
    place.write("a", "now a file").remove("c").write("c/d", "now a directory");
    assert_eq!(place.tree(&place.record().await), ["100644 a", "100644 c/d"]);
    place.remove("a").link("a", "c");
    assert_eq!(place.tree(&place.record().await), ["120000 a", "100644 c/d"]);
}

#[tokio::test]
async fn what_is_ignored_is_left_out_unless_it_is_tracked() {
    let place = Place::with_git();
    place
        .write(".gitignore", "*.log\nbuild/\n")
        .write("a.log", "")
        .write("build/out", "")
        .write("build/kept", "1")
        .write("kept.log", "1");
    place.write("sub/.gitignore", "!b.log\nsecret\n").write("sub/b.log", "").write("sub/secret", "").write("x", "");
    place.write(".git/info/exclude", "x\n");
    place.git(&["add", "-f", "kept.log", "build/kept"]);
    let tree = place.record().await;
    assert_eq!(place.paths(&tree), [".gitignore", "build/kept", "kept.log", "sub/.gitignore", "sub/b.log"]);
    place.write("kept.log", "2");
    let second = place.record().await;
    assert_eq!(place.held(&second, "kept.log"), b"2");
}

#[tokio::test]
async fn what_was_captured_stays_captured_as_long_as_it_is_there() {
    let place = Place::with_git();
    place.write(".gitignore", "").write("kept", "1").write("dir/in", "1").write("dir/gone", "1").write("large", "small");
    place.write("shut/in", "1").write("secret", "1").write("kind", "1");
    let before = place.record().await;
    place.write(".gitignore", "kept\ndir/\nkind\n").write("kept", "2").write("dir/new", "").remove("dir/gone");
    place.remove("kind").write("kind/in", "");
    fs::File::options().write(true).open(place.work.join("large")).unwrap().set_len(60 << 20).unwrap();
    let recorded = place.recorded().await;
    let expected = [".gitignore", "dir/in", "kept", "large", "secret", "shut/in"];
    assert_eq!(place.paths(&recorded.tree), expected);
    assert_eq!((place.held(&recorded.tree, "kept"), place.held(&recorded.tree, "large")), (b"2".into(), b"small".into()));
    let told: Vec<_> = recorded.not_captured.iter().map(|not| (not.path.as_str(), not.reason)).collect();
    assert_eq!(told, [("large", Reason::TooLarge)]);
    let diff = place.diff(&before, &recorded.tree).await;
    let told: Vec<_> = diff.files.iter().map(|file| (file.path.as_str(), file.status)).collect();
    let (deleted, modified) = (Status::Deleted, Status::Modified);
    assert_eq!(told, [(".gitignore", modified), ("dir/gone", deleted), ("kept", modified), ("kind", deleted)]);
    assert_eq!(place.recorded().await, recorded);
    // Ignored and too large at once, and then gone after all.
    place.write(".gitignore", "*\n");
    assert_eq!(place.paths(&place.record().await), expected);
    place.remove("large").remove("kept").remove("dir/in");
    assert_eq!(place.paths(&place.record().await), [".gitignore", "secret", "shut/in"]);
    // What was captured while it was there is not, once it has come back.
    place.write("kept", "3");
    assert_eq!(place.paths(&place.record().await), [".gitignore", "secret", "shut/in"]);
}

#[tokio::test]
async fn what_was_captured_is_known_from_the_last_checkpoint_where_it_was_forgotten() {
    let place = Place::new();
    place.write("kept", "1").write("large", "small");
    let first = place.record().await;
    place.checkpoints.keep("one", &place.checkpoints.empty_tree().unwrap()).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    place.checkpoints.keep("two", &first).unwrap();
    place.write(".gitignore", "kept\n").write("large", "").write("new", "");
    fs::File::options().write(true).open(place.work.join("large")).unwrap().set_len(60 << 20).unwrap();
    fs::write(place.checkpoints.directory().join("captured"), "lost with the power").unwrap();
    let tree = place.record().await;
    assert_eq!(place.paths(&tree), [".gitignore", "kept", "large", "new"]);
    assert_eq!(place.held(&tree, "large"), b"small");
}

#[tokio::test]
async fn what_is_tracked_and_ignored_comes_back() {
    let place = Place::with_git();
    place.write(".gitignore", "kept\n").write("kept", "1");
    place.git(&["add", "-f", "kept"]);
    place.record().await;
    place.remove("kept");
    assert_eq!(place.paths(&place.record().await), [".gitignore"]);
    place.write("kept", "2");
    assert_eq!(place.paths(&place.record().await), [".gitignore", "kept"]);
}

#[tokio::test]
async fn nested_repositories_and_submodules_are_captured_as_files() {
    let place = Place::with_git();
    let other = Place::with_git();
    other.write("in-submodule", "1").git(&["add", "."]);
    other.git(&["commit", "-qm", "one"]);
    place.git(&["submodule", "add", "-q", other.work.to_str().unwrap(), "sub"]);
    place
        .write("nested/file", "1")
        .write("nested/.gitignore", "ignored\ntracked\n")
        .write("nested/ignored", "")
        .write("nested/tracked", "");
    git(&place.work.join("nested"), &["init", "-q"]);
    git(&place.work.join("nested"), &["add", "-f", "tracked"]);
    place.write("sub/untracked", "");
    let tree = place.record().await;
    let expected = [".gitmodules", "nested/.gitignore", "nested/file", "nested/tracked", "sub/in-submodule", "sub/untracked"];
    assert_eq!(place.paths(&tree), expected);
}

#[tokio::test]
async fn odd_names_are_taken_as_they_are() {
    let place = Place::new();
    for name in ["-dash", "new\nline", "\"quoted\"", "back\\slash", "git~1", "tab\t", ":(glob)*", "sp ace ", "ünï", ".gitmodules"]
    {
        place.write(name, name);
    }
    fs::write(place.work.join(OsStr::from_bytes(b"latin-\xe9")), "x").unwrap();
    place.link(".gitattributes", "/dev/zero").write(".GIT/config", "never");
    let tree = place.record().await;
    let private = place.checkpoints.directory().to_str().unwrap().to_owned();
    assert_eq!(git(&place.work, &["--git-dir", &private, "ls-tree", "-z", "-r", &tree]).split_terminator('\0').count(), 12);
    assert_eq!(place.diff(&place.checkpoints.empty_tree().unwrap(), &tree).await.total_files, 12);
}

#[tokio::test]
async fn what_cannot_be_captured_is_told() {
    let place = Place::new();
    place.write("a", "a").write("closed/in", "x");
    let large = fs::File::create(place.work.join("large")).unwrap();
    large.set_len(60 << 20).unwrap();
    for pipe in ["pipe", ".gitignore"] {
        rustix::fs::mkfifoat(rustix::fs::CWD, place.work.join(pipe), rustix::fs::Mode::RWXU).unwrap();
    }
    let recorded = place.recorded().await;
    assert_eq!(place.paths(&recorded.tree), ["a", "closed/in"]);
    let told: Vec<_> = recorded.not_captured.iter().map(|not| (not.path.as_str(), not.size, not.reason)).collect();
    assert_eq!(told, [(".gitignore", 0, Reason::Special), ("large", 60 << 20, Reason::TooLarge), ("pipe", 0, Reason::Special)]);
    assert_eq!(place.recorded().await, recorded);
}

#[tokio::test]
async fn rules_without_end_are_no_rules() {
    let place = Place::new();
    place.link(".gitignore", "/dev/zero").write("a", "a");
    assert_eq!(place.paths(&place.record().await), [".gitignore", "a"]);
}

#[tokio::test]
async fn what_did_not_change_costs_no_git() {
    let place = Place::with_git();
    place.write(".gitignore", "ignored\n").write("ignored", "tracked").write("a", "a");
    place.git(&["add", "-f", "."]);
    let tree = place.record().await;
    let there_is_no_git = |test: &str| {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--ignored", "--nocapture"])
            .env("PATH", place.directory.path())
            .env("WORK_TREE", &place.work)
            .env("PRIVATE", place.checkpoints.directory())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(there_is_no_git("checkpoints::record_elsewhere").contains(&tree));
    // A change is no reason either.
    place.write("a", "b");
    assert!(!there_is_no_git("checkpoints::record_elsewhere").contains(&tree));
}

#[tokio::test]
#[ignore = "is run by another test, in a process of its own"]
async fn record_elsewhere() {
    let path = |name| std::path::PathBuf::from(std::env::var_os(name).unwrap());
    let recorded = workspace::Checkpoints::at(&path("PRIVATE"), &path("WORK_TREE")).record().await.unwrap();
    println!("{}", recorded.tree);
}

#[tokio::test]
async fn many_records_at_once_agree() {
    let place = Place::with_git();
    for number in 0..50 {
        place.write(&format!("d{}/f{number}", number % 5), format!("{number}"));
    }
    let all: Vec<_> = (0..8)
        .map(|_| {
            tokio::spawn({
                let checkpoints = place.checkpoints.clone();
                async move { checkpoints.record().await }
            })
        })
        .collect();
    let mut trees = std::collections::HashSet::new();
    for record in all {
        trees.insert(record.await.unwrap().unwrap().tree);
    }
    assert_eq!(trees.len(), 1);
}

#[tokio::test]
async fn files_that_come_and_go_fail_nothing() {
    let place = Place::new();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (work, stopped) = (place.work.clone(), stop.clone());
    let busy = std::thread::spawn(move || {
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            for name in ["a", "b", "c"] {
                let path = work.join(name);
                let _ = fs::create_dir(&path);
                let _ = fs::write(path.join("in"), "x");
                let _ = fs::remove_dir_all(&path);
                let _ = fs::write(&path, "y".repeat(1000));
                let _ = fs::remove_file(&path);
                let _ = std::os::unix::fs::symlink("none", &path);
                let _ = fs::remove_file(&path);
            }
        }
    });
    for _ in 0..200 {
        place.record().await;
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    busy.join().unwrap();
    assert_eq!(place.record().await, place.checkpoints.empty_tree().unwrap());
}

#[tokio::test]
async fn many_files_are_written_into_one() {
    let place = Place::new();
    for number in 0..1000 {
        place.write(&format!("d{}/f{number}", number % 30), format!("{}\n", "x".repeat(number)));
    }
    place.write("empty", "").write("same-1", "same").write("same-2", "same").write("large", vec![7; 9 << 20]);
    let private = place.checkpoints.directory().to_str().unwrap().to_owned();
    // So that none is read again for having changed just now.
    std::thread::sleep(Duration::from_millis(50));
    let tree = place.record().await;
    assert_eq!(place.paths(&tree).len(), 1004);
    place.write("d1/f1", "changed");
    let second = place.record().await;
    place.write("d1/f1", "x\n");
    assert_eq!(place.record().await, tree);
    for tree in [&tree, &second] {
        git(&place.work, &["--git-dir", &private, "fsck", "--strict", "--full", tree]);
    }
    let count = git(&place.work, &["--git-dir", &private, "count-objects", "-v"]);
    assert!(count.contains("packs: 1\n") && count.contains("in-pack: 1034\n") && count.contains("count: 3\n"), "{count}");
    assert!(count.contains("garbage: 0\n"), "{count}");
}

#[test]
fn who_waits_for_a_turn_keeps_no_thread_busy() {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let place = Place::new();
        place.write("a", "a");
        let tree = place.record().await;
        // As another process does.
        let lock = fs::File::create(place.checkpoints.directory().join("lock")).unwrap();
        lock.lock().unwrap();
        for _ in 0..20 {
            let late = tokio::time::timeout(Duration::from_millis(5), place.checkpoints.record()).await;
            assert!(late.is_err());
        }
        let free = tokio::task::spawn_blocking(|| ());
        tokio::time::timeout(Duration::from_secs(10), free).await.unwrap().unwrap();
        lock.unlock().unwrap();
        assert_eq!(place.record().await, tree);
    });
}

#[tokio::test]
async fn no_pipe_keeps_a_record_waiting() {
    let place = Place::with_git();
    let pipe = |path: &str| {
        let path = place.work.join(path);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::RWXU).unwrap();
    };
    place.write("large", vec![1; 40 << 20]).write("in/.gitattributes", "").write("in/file", "");
    place.git(&["add", "."]);
    place.git(&["commit", "-qm", "one"]);
    std::thread::sleep(Duration::from_millis(30));
    place.write("young", "").git(&["add", "young"]);
    for path in ["in/.gitattributes", ".git/info/attributes", ".git/info/exclude", ".git/commondir"] {
        pipe(path);
    }
    let recorded = tokio::time::timeout(Duration::from_secs(60), place.recorded()).await.unwrap();
    assert_eq!(place.paths(&recorded.tree), ["in/file", "large", "young"]);
    assert!(!place.checkpoints.directory().join("objects/info/alternates").exists());
}

#[tokio::test]
async fn a_link_in_the_place_of_the_work_tree_is_not_followed() {
    let place = Place::new();
    place.write("a", "a");
    let tree = place.record().await;
    let elsewhere = place.directory.path().join("elsewhere");
    fs::rename(&place.work, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &place.work).unwrap();
    for work in [place.work.clone(), place.work.join(""), place.work.join(".")] {
        let checkpoints = workspace::Checkpoints::at(place.checkpoints.directory(), &work);
        let empty = checkpoints.empty_tree().unwrap();
        assert!(matches!(checkpoints.record().await, Err(workspace::WorkspaceError::InvalidPath(_))));
        assert!(matches!(checkpoints.restore(&empty, &tree).await, Err(workspace::WorkspaceError::InvalidPath(_))));
        assert!(matches!(workspace::Files::open(&work), Err(workspace::WorkspaceError::InvalidPath(_))));
    }
    assert!(elsewhere.join("a").exists());
}

#[tokio::test]
async fn a_base_is_carried_along() {
    let place = Place::with_git();
    place.write("same", "1").write("changed", "1").write("gone", "1").write("kind", "1").write("dir/in", "1");
    place.git(&["add", "."]);
    place.git(&["commit", "-qm", "one"]);
    let from = place.git(&["rev-parse", "HEAD^{tree}"]).trim().to_owned();
    // What the user had besides.
    place.write("uncommitted", "mine").write("same", "mine").write("gone", "mine").write("sub/x", "mine");
    let base = place.record().await;
    place.write("changed", "2").mode("changed", 0o755).write("new/file", "2").remove("gone").remove("kind").write("kind/in", "2");
    fs::remove_dir_all(place.work.join("dir")).unwrap();
    place.link("dir", "new");
    place.git(&["add", "changed", "new", "gone", "kind", "dir"]);
    place.git(&["update-index", "--add", "--cacheinfo", "160000,0123456789012345678901234567890123456789,sub"]);
    place.git(&["commit", "-qm", "two"]);
    let to = place.git(&["rev-parse", "HEAD^{tree}"]).trim().to_owned();
    let ours = &place.checkpoints;
    ours.borrow_from(&place.work.join(".git/objects")).unwrap();
    let carried = ours.carry(&base, &from, &to, None).await.unwrap();
    let expected = [
        "100755 changed",
        "120000 dir",
        "100644 kind/in",
        "100644 new/file",
        "100644 same",
        "100644 sub/x",
        "100644 uncommitted",
    ];
    assert_eq!(place.tree(&carried), expected);
    assert_eq!((place.held(&carried, "same"), place.held(&carried, "changed")), (b"mine".into(), b"2".into()));
    assert_eq!(ours.carry(&base, &from, &from, None).await.unwrap(), base);
    // In a directory of the workspace.
    let whole = ours.with_subtree(&ours.empty_tree().unwrap(), "a/b", &base).await.unwrap();
    let moved = ours.carry(&whole, &from, &to, Some("a/b")).await.unwrap();
    assert_eq!(ours.subtree(&moved, "a/b").await.unwrap(), Some(carried));
    let left = fs::read_dir(ours.directory()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().starts_with("tmp_")));
    assert!(ours.carry(&base, &from, &to, Some("../x")).await.is_err());
}
