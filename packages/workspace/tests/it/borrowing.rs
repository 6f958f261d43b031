//! What is taken over from the user's own repository, and what when it is lost.

use std::{fs, path::PathBuf, time::Duration};

use workspace::{WorkspaceError, diff::Options};

use crate::place::Place;

/// A repository that is worth borrowing from.
fn large() -> Place {
    let place = Place::with_git();
    for number in 0..4u8 {
        let bytes: Vec<u8> = (0..10 << 20).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8 ^ number).collect();
        place.write(&format!("large-{number}"), bytes);
    }
    place.write("text", "text\n").write("run", "#!").mode("run", 0o755).link("link", "text");
    place.git(&["add", "."]);
    place.git(&["commit", "-qm", "one"]);
    // So that the index is younger than all it knows.
    std::thread::sleep(Duration::from_millis(30));
    place.write("touched", "");
    place.git(&["add", "touched"]);
    place
}

fn objects(place: &Place) -> Vec<PathBuf> {
    let directories = fs::read_dir(place.checkpoints.directory().join("objects")).unwrap().map(|entry| entry.unwrap().path());
    let two_letters = directories.filter(|path| path.file_name().unwrap().len() == 2);
    two_letters.flat_map(|path| fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path())).collect()
}

#[tokio::test]
async fn what_the_index_knows_is_not_read() {
    let place = large();
    let tree = place.record().await;
    assert_eq!(tree, place.git(&["write-tree"]).trim());
    // The tree itself, and what is as young as the index.
    assert!(objects(&place).len() <= 2, "{:?}", objects(&place));
    place.write("text", "changed\n");
    let second = place.record().await;
    assert_eq!(place.only(&tree, &second).await.path, "text");
    place.checkpoints.restore(&tree, &second).await.unwrap();
    assert_eq!(place.record().await, tree);
}

#[tokio::test]
async fn what_is_small_depends_on_nobody() {
    let place = Place::with_git();
    place.write("a", "a");
    place.git(&["add", "."]);
    let tree = place.record().await;
    fs::remove_dir_all(place.work.join(".git")).unwrap();
    assert_eq!(place.held(&tree, "a"), b"a");
    assert!(!place.checkpoints.directory().join("objects/info/alternates").exists());
}

#[tokio::test]
async fn what_is_converted_is_read_as_it_is() {
    let place = large();
    place.write(".gitattributes", "*.txt text eol=crlf\n*.bin filter=lfs\n").write("lines.txt", "one\r\ntwo\r\n");
    place.git(&["add", ".gitattributes", "lines.txt"]);
    place.git(&["-c", "filter.lfs.clean=echo pointer", "add", "."]);
    std::thread::sleep(Duration::from_millis(30));
    place.git(&["update-index", "--refresh"]);
    let bytes = vec![7; 1 << 20];
    place.write("asset.bin", &bytes);
    place.git(&["-c", "filter.lfs.clean=echo pointer", "add", "asset.bin"]);
    std::thread::sleep(Duration::from_millis(30));
    place.write("touched", "1");
    place.git(&["add", "touched"]);
    let tree = place.record().await;
    assert_eq!(place.held(&tree, "lines.txt"), b"one\r\ntwo\r\n");
    assert_eq!(place.held(&tree, "asset.bin"), bytes);
    assert!(objects(&place).len() < 8);
}

#[tokio::test]
async fn what_is_lost_is_read_again() {
    let place = large();
    let first = place.record().await;
    // As if the user had cleaned up, and begun anew.
    fs::remove_dir_all(place.work.join(".git")).unwrap();
    place.git(&["init", "-q"]);
    let error = place.checkpoints.diff(&place.checkpoints.empty_tree().unwrap(), &first, &Options::default()).await.unwrap_err();
    assert!(matches!(error, WorkspaceError::CheckpointGone(_)), "{error}");
    place.write("text", "changed\n");
    let second = place.record().await;
    assert_eq!(place.paths(&second), place.paths(&first));
    assert_eq!(place.held(&second, "large-3").len(), 10 << 20);
    assert_eq!(place.held(&second, "link"), b"text");
    fs::remove_dir_all(place.work.join(".git")).unwrap();
    assert_eq!(place.record().await, second);
}

#[tokio::test]
async fn a_repository_of_another_kind_is_not_borrowed_from() {
    let place = Place::new();
    place.git(&["init", "-q", "--object-format=sha256"]);
    place.write("large", vec![1; 40 << 20]).write("a", "a");
    place.git(&["add", "."]);
    place.git(&["commit", "-qm", "one"]);
    assert_eq!(place.paths(&place.record().await), ["a", "large"]);
    assert!(!place.checkpoints.directory().join("objects/info/alternates").exists());
}

#[tokio::test]
async fn a_second_view_of_a_repository_is_borrowed_from_too() {
    let place = large();
    let other = Place::new();
    place.git(&["worktree", "add", "-q", other.work.join("view").to_str().unwrap()]);
    std::thread::sleep(Duration::from_millis(30));
    other.write("view/new", "");
    crate::place::git(&other.work.join("view"), &["add", "new"]);
    let tree = other.record().await;
    assert_eq!(other.paths(&tree).len(), 8);
    assert!(objects(&other).len() <= 4);
}

#[tokio::test]
async fn what_is_damaged_is_not_borrowed_from() {
    let place = large();
    place.git(&["gc", "-q"]);
    for entry in fs::read_dir(place.work.join(".git/objects/pack")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "idx") {
            fs::remove_file(&path).unwrap();
            fs::write(&path, "damaged").unwrap();
        }
    }
    let tree = place.record().await;
    assert_eq!(place.held(&tree, "text"), b"text\n");
    assert_eq!(place.held(&tree, "large-1").len(), 10 << 20);
}

#[tokio::test]
async fn a_lender_that_keeps_git_waiting_is_left_alone() {
    let place = large();
    let lender = place.work.join(".git/objects");
    let pipe = |path: &std::path::Path| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::RWXU).unwrap();
    };
    for inside in ["info/alternates", "info/commit-graph", "pack/pack-0.idx"] {
        pipe(&lender.join(inside));
        assert!(place.checkpoints.borrow_from(&lender).is_err(), "{inside}");
        fs::remove_file(lender.join(inside)).unwrap();
    }
    // Through another one.
    let elsewhere = place.directory.path().join("elsewhere");
    fs::write(lender.join("info/alternates"), format!("{}\n", elsewhere.display())).unwrap();
    let path = elsewhere.join("info/alternates");
    let soon = async || tokio::time::timeout(Duration::from_secs(60), place.record()).await.unwrap();
    let tree = soon().await;
    assert!(objects(&place).len() <= 2);
    // What was borrowed is read, and the pipe is not.
    pipe(&path);
    assert_eq!(soon().await, tree);
    let alternates = place.checkpoints.directory().join("objects/info/alternates");
    assert!(fs::read_to_string(&alternates).unwrap().starts_with('#'));
    assert_eq!(place.held(&tree, "text"), b"text\n");
    fs::remove_file(&path).unwrap();
    assert_eq!(soon().await, tree);
    assert!(fs::read_to_string(&alternates).unwrap().starts_with('/'));
}
