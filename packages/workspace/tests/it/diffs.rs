//! What a diff tells.

use workspace::diff::{Options, Status};

use crate::place::Place;

#[tokio::test]
async fn hunks_say_what_was_changed() {
    let place = Place::new();
    let text: String = (1..=40).map(|number| format!("  line {number}\n")).collect();
    place.write("dir/a.rs", format!("fn first() {{\n{text}"));
    let from = place.record().await;
    place.write("dir/a.rs", format!("fn first() {{\n{}", text.replace("  line 20\n", "--- twenty\n+++ more\n")).trim_end());
    let to = place.record().await;
    let file = place.only(&from, &to).await;
    assert_eq!(
        (file.path.as_str(), file.status, file.additions, file.deletions),
        ("dir/a.rs", Status::Modified, Some(3), Some(2))
    );
    let hunks = file.hunks.unwrap();
    assert_eq!(hunks.len(), 2);
    assert_eq!((hunks[0].old_start, hunks[0].old_lines, hunks[0].new_start, hunks[0].new_lines), (18, 7, 18, 8));
    assert_eq!(hunks[0].section.as_deref(), Some("fn first() {"));
    let expected = [
        "   line 17",
        "   line 18",
        "   line 19",
        "-  line 20",
        "+--- twenty",
        "++++ more",
        "   line 21",
        "   line 22",
        "   line 23",
    ];
    assert_eq!(hunks[0].lines, expected);
    assert_eq!(hunks[1].lines.last().unwrap(), "\\ No newline at end of file");
}

#[tokio::test]
async fn files_come_go_move_and_change_their_kind() {
    let place = Place::new();
    let text: String = (0..50).map(|number| format!("{number}\n")).collect();
    place.write("moved \"from\"\n", &text).write("gone", "g\n").write("kind", "k\n").write("mode", "m\n").write("b", [0, 1]);
    let from = place.record().await;
    place.write("moved/to", format!("{text}x\n")).write("new", "n\n").mode("mode", 0o755).write("b", [0, 1, 2]);
    place.remove("moved \"from\"\n").remove("gone").remove("kind").link("kind", "b");
    let to = place.record().await;
    let diff = place.diff(&from, &to).await;
    let told: Vec<_> = diff.files.iter().map(|file| (file.path.as_str(), file.status)).collect();
    let expected = [
        ("b", Status::Modified),
        ("gone", Status::Deleted),
        ("kind", Status::TypeChanged),
        ("mode", Status::Modified),
        ("moved/to", Status::Renamed),
        ("new", Status::Added),
    ];
    assert_eq!(told, expected);
    let [binary, gone, kind, mode, moved, new] = &diff.files[..] else { panic!() };
    assert!(binary.binary && binary.hunks.is_none() && binary.additions.is_none());
    assert_eq!((binary.old_size, binary.new_size), (Some(2), Some(3)));
    assert_eq!(gone.hunks.as_ref().unwrap()[0].lines, ["-g"]);
    assert_eq!((kind.old_mode.as_deref(), kind.new_mode.as_deref()), (Some("100644"), Some("120000")));
    assert_eq!((mode.old_mode.as_deref(), mode.new_mode.as_deref()), (Some("100644"), Some("100755")));
    assert_eq!(mode.hunks.as_deref(), Some(&[][..]));
    assert_eq!(moved.old_path.as_deref(), Some("moved \"from\"\n"));
    assert_eq!(moved.hunks.as_ref().unwrap()[0].lines.last().unwrap(), "+x");
    assert_eq!((new.old_mode.as_deref(), new.old_size, new.new_size), (None, None, Some(2)));
    assert_eq!((diff.total_files, diff.additions, diff.deletions), (6, 3, 2));
}

#[tokio::test]
async fn pages_follow_each_other() {
    let place = Place::new();
    let from = place.record().await;
    for number in 0..25 {
        place.write(&format!("d{}/f{number:02}", number % 2), "x\n");
    }
    let to = place.record().await;
    let (mut after, mut all) = (None, Vec::new());
    loop {
        let options = Options { limit: 10, after, ..Options::default() };
        let page = place.checkpoints.diff(&from, &to, &options).await.unwrap();
        assert_eq!(page.total_files, 25);
        all.extend(page.files.into_iter().map(|file| file.path));
        after = page.next_cursor;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(all.len(), 25);
    assert!(all.is_sorted());
    let options = Options { path: Some("d1/".to_owned()), hunks: false, ..Options::default() };
    let page = place.checkpoints.diff(&from, &to, &options).await.unwrap();
    assert_eq!((page.total_files, page.additions, page.files[0].hunks.is_none()), (12, 12, true));
}

#[tokio::test]
async fn what_is_too_much_is_shown_only_alone() {
    let place = Place::new();
    let from = place.record().await;
    let lines: String = (0..30_000).map(|number| format!("{number}\n")).collect();
    place.write("lines", lines).write("long", "x".repeat(2 << 20)).write("vast", "y\n".repeat(4 << 20)).write("small", "s\n");
    let to = place.record().await;
    let diff = place.diff(&from, &to).await;
    let told: Vec<_> = diff.files.iter().map(|file| (file.path.as_str(), file.truncated, file.hunks.is_some())).collect();
    assert_eq!(told, [("lines", true, false), ("long", true, false), ("small", false, true), ("vast", true, false)]);
    let alone = async |path: &str| {
        let options = Options { path: Some(path.to_owned()), ..Options::default() };
        place.checkpoints.diff(&from, &to, &options).await.unwrap().files.remove(0)
    };
    assert_eq!(alone("lines").await.hunks.unwrap()[0].lines.len(), 30_000);
    assert!(!alone("long").await.truncated);
    assert!(alone("vast").await.truncated);
}

#[tokio::test]
async fn text_that_is_none_is_told_as_well_as_can_be() {
    let place = Place::new();
    let from = place.record().await;
    place.write("latin", b"caf\xe9\r\nnext\n");
    let to = place.record().await;
    assert_eq!(place.only(&from, &to).await.hunks.unwrap()[0].lines, ["+caf\u{fffd}\r", "+next"]);
}

#[tokio::test]
async fn a_patch_applies() {
    let place = Place::new();
    let text: String = (0..50).map(|number| format!("{number}\n")).collect();
    place.write("dir/old name", &text).write("b", [0, 1, 2]).write("gone", "g");
    let from = place.record().await;
    let other = Place::with_git();
    other.write("dir/old name", &text).write("b", [0, 1, 2]).write("gone", "g");
    place.write("new\nname", format!("{text}x")).write("b", [0, 9, 255]).remove("gone").remove("dir/old name");
    place.write("run", "#!/bin/sh\n").mode("run", 0o755).link("link", "b");
    let to = place.record().await;
    let patch = place.checkpoints.patch(&from, &to, None).await.unwrap();
    std::fs::write(other.directory.path().join("patch"), patch).unwrap();
    other.git(&["apply", "../patch"]);
    assert_eq!(other.record().await, to);
    let patch = place.checkpoints.patch(&from, &to, Some("dir")).await.unwrap();
    assert!(String::from_utf8_lossy(&patch).contains("rename from dir/old name"));
    assert!(!String::from_utf8_lossy(&patch).contains("GIT binary patch"));
}

#[tokio::test]
async fn what_is_not_there_is_gone() {
    let place = Place::new();
    let tree = place.record().await;
    let none = "0123456789012345678901234567890123456789";
    for (from, to) in [(none, tree.as_str()), (tree.as_str(), none), ("--output=/tmp/x", tree.as_str()), ("HEAD", tree.as_str())]
    {
        let error = place.checkpoints.diff(from, to, &Options::default()).await.unwrap_err();
        assert!(matches!(error, workspace::WorkspaceError::CheckpointGone(_)), "{error:?}");
    }
}

#[tokio::test]
async fn what_is_there_and_in_no_checkpoint_was_not_deleted() {
    let place = Place::new();
    let text: String = (0..50).map(|number| format!("{number}\n")).collect();
    place.write("large", &text).write("shut/in", "1").write("gone", "1").write("was/file", "1").write("a", "1");
    let from = place.record().await;
    place.remove("large").remove("shut/in").remove("gone").remove("was/file").write("a", "2").write("copy", &text);
    std::fs::remove_dir(place.work.join("was")).unwrap();
    place.write("was", "a file");
    let to = place.record().await;
    assert_eq!(place.diff(&from, &to).await.total_files, 6);
    let left_out = ["large", "shut", "was/file", "a", "unknown"].map(str::to_owned).to_vec();
    let options = Options { left_out: left_out.clone(), ..Options::default() };
    for _ in 0..2 {
        let diff = place.checkpoints.diff(&from, &to, &options).await.unwrap();
        let told: Vec<_> = diff.files.iter().map(|file| (file.path.as_str(), file.status)).collect();
        let (added, deleted) = (Status::Added, Status::Deleted);
        let expected = [("a", Status::Modified), ("copy", added), ("gone", deleted), ("was", added), ("was/file", deleted)];
        assert_eq!(told, expected);
    }
    let patch = place.checkpoints.patch_leaving_out(&from, &to, None, &left_out).await.unwrap();
    let other = Place::with_git();
    other.write("large", &text).write("shut/in", "1").write("gone", "1").write("was/file", "1").write("a", "1");
    std::fs::write(other.directory.path().join("patch"), patch).unwrap();
    other.git(&["apply", "../patch"]);
    assert_eq!(other.paths(&other.record().await), ["a", "copy", "large", "shut/in", "was"]);
    let patch = place.checkpoints.patch_leaving_out(&from, &to, Some("shut"), &left_out).await.unwrap();
    assert!(patch.is_empty());
}

#[tokio::test]
async fn a_patch_has_an_end() {
    let place = Place::new();
    let from = place.record().await;
    let text = format!("{}\n", "x".repeat(999)).repeat(35_000);
    place.write("one", &text).write("dir/two", &text);
    let to = place.record().await;
    let error = place.checkpoints.patch(&from, &to, None).await.unwrap_err();
    assert!(matches!(error, workspace::WorkspaceError::PatchTooLarge(64)), "{error:?}");
    assert!(place.checkpoints.patch(&from, &to, Some("dir")).await.unwrap().len() > text.len());
}

#[tokio::test]
async fn a_long_list_is_made_once() {
    let place = Place::new();
    let from = place.record().await;
    place.write("x", "x\n");
    let one = place.record().await;
    let (private, id) = (place.checkpoints.directory(), place.id(&one, "x"));
    let many: String = (0..60_000).map(|number| format!("100644 blob {id}\tf{number:05}\n")).collect();
    let to = place.made("mktree", &many);
    let options = Options { hunks: false, ..Options::default() };
    let first = place.checkpoints.diff(&from, &to, &options).await.unwrap();
    assert_eq!(first.total_files, 60_000);
    // From now on it could not be made any more.
    std::fs::remove_file(private.join("objects").join(&to[..2]).join(&to[2..])).unwrap();
    let options = Options { after: first.next_cursor, ..options };
    let second = place.checkpoints.diff(&from, &to, &options).await.unwrap();
    assert_eq!((second.files[0].path.as_str(), second.total_files), ("f00050", 60_000));
}

impl Place {
    fn id(&self, tree: &str, path: &str) -> String {
        let private = self.checkpoints.directory().to_str().unwrap();
        self.git(&["--git-dir", private, "rev-parse", &format!("{tree}:{path}")]).trim().to_owned()
    }

    /// What git makes of `input` in the private repository.
    fn made(&self, command: &str, input: &str) -> String {
        let file = self.directory.path().join("input");
        std::fs::write(&file, input).unwrap();
        let mut git = std::process::Command::new("git");
        git.arg("--git-dir").arg(self.checkpoints.directory()).arg(command).stdin(std::fs::File::open(file).unwrap());
        String::from_utf8(git.output().unwrap().stdout).unwrap().trim().to_owned()
    }
}
