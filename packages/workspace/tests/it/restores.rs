//! Putting checkpoints back.

use std::{fs, os::unix::fs::PermissionsExt};

use workspace::WorkspaceError;

use crate::place::Place;

impl Place {
    async fn restore(&self, target: &str) -> Result<(u64, u64), WorkspaceError> {
        let present = self.record().await;
        let restored = self.checkpoints.restore(target, &present).await?;
        assert_eq!(self.record().await, target);
        Ok((restored.written, restored.removed))
    }
}

#[tokio::test]
async fn all_is_as_it_was() {
    let place = Place::new();
    place.write("a", "a").write("dir/b", "b").write("dir/c", "c").write("run", "r").mode("run", 0o755).link("link", "a");
    place.write("becomes-dir", "1").write("was-dir/x/y", "2").write("same", "s");
    let before = place.record().await;
    let untouched = fs::metadata(place.work.join("same")).unwrap().modified().unwrap();
    place.write("a", "changed").remove("dir/b").remove("dir/c").mode("run", 0o644).remove("link").write("link", "no link");
    place.remove("becomes-dir").write("becomes-dir/in/side", "x").write("new/er/file", "n");
    fs::remove_dir(place.work.join("dir")).unwrap();
    fs::remove_dir_all(place.work.join("was-dir")).unwrap();
    place.link("was-dir", "/tmp");
    let after = place.record().await;
    assert_eq!(place.restore(&before).await.unwrap(), (7, 3));
    assert_eq!((place.read("a").as_str(), place.read("dir/b").as_str(), place.read("was-dir/x/y").as_str()), ("a", "b", "2"));
    assert_eq!(fs::read_link(place.work.join("link")).unwrap().to_str(), Some("a"));
    assert_eq!(fs::metadata(place.work.join("run")).unwrap().permissions().mode() & 0o111, 0o111);
    assert_eq!(fs::metadata(place.work.join("same")).unwrap().modified().unwrap(), untouched);
    assert!(!place.work.join("new").exists());
    place.restore(&after).await.unwrap();
    assert_eq!(fs::read_link(place.work.join("was-dir")).unwrap().to_str(), Some("/tmp"));
    assert_eq!(place.restore(&after).await.unwrap(), (0, 0));
}

#[tokio::test]
async fn what_is_ignored_stays() {
    let place = Place::new();
    place.write(".gitignore", "*.log\n").write("dir/a", "a");
    let before = place.record().await;
    place.write("dir/b", "b").write("dir/kept.log", "l").write("other/c", "c").write("other/kept.log", "l");
    assert_eq!(place.restore(&before).await.unwrap(), (0, 2));
    assert_eq!((place.read("dir/kept.log").as_str(), place.read("other/kept.log").as_str()), ("l", "l"));
}

#[tokio::test]
async fn nothing_is_destroyed_that_no_checkpoint_holds() {
    let place = Place::new();
    place.write("a", "file").write("b", "file").write("c/d", "file").write(".env", "old").write("z", "1");
    let before = place.record().await;
    place.write("z", "2");
    let stays = async |message: &str| {
        let error = place.checkpoints.restore(&before, &place.record().await).await.unwrap_err();
        assert!(matches!(&error, WorkspaceError::InTheWay(words) if words.contains(message)), "{error}");
        assert_eq!(place.read("z"), "2");
    };
    // A directory with an ignored file in it where a file belongs.
    place.write(".gitignore", "ignored\n.env\n").remove("a").write("a/ignored", "mine").write("a/captured", "x");
    stays("a is a directory in which a/ignored").await;
    fs::remove_dir_all(place.work.join("a")).unwrap();
    // A file that came back when it was ignored.
    place.remove(".env").record().await;
    place.write(".env", "mine");
    stays(".env").await;
    place.write(".env", "old");
    // Something else where a directory belongs.
    fs::remove_dir_all(place.work.join("c")).unwrap();
    place.write(".gitignore", "/c\n").write("c", "mine");
    stays("the directory of c/d").await;
    place.remove("c").link("c", "/tmp");
    stays("the directory of c/d").await;
    place.remove("c");
    // A change since the present was recorded.
    let present = place.record().await;
    place.write("z", "quick");
    let error = place.checkpoints.restore(&before, &present).await.unwrap_err();
    assert!(matches!(&error, WorkspaceError::InTheWay(words) if words.contains("z was changed meanwhile")), "{error}");
    assert_eq!(place.read("z"), "quick");
    place.restore(&before).await.unwrap();
}

#[tokio::test]
async fn a_symlink_is_never_followed() {
    let place = Place::new();
    let outside = place.directory.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), "theirs").unwrap();
    place.write("dir/file", "ours").write("plain", "ours");
    let before = place.record().await;
    fs::remove_dir_all(place.work.join("dir")).unwrap();
    place.link("dir", "../outside").remove("plain").link("plain", "../outside/file");
    place.restore(&before).await.unwrap();
    assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "theirs");
    assert_eq!((place.read("dir/file").as_str(), place.read("plain").as_str()), ("ours", "ours"));
}

#[tokio::test]
async fn what_is_missing_is_told_before_anything_changes() {
    let place = Place::new();
    place.write("a", "one").write("b", "one more");
    let before = place.record().await;
    place.write("a", "two").write("b", "two more");
    let present = place.record().await;
    for object in fs::read_dir(place.checkpoints.directory().join("objects")).unwrap() {
        let object = object.unwrap().path();
        // That of "one".
        if object.ends_with("43") {
            fs::remove_dir_all(object).unwrap();
        }
    }
    let error = place.checkpoints.restore(&before, &present).await.unwrap_err();
    assert!(matches!(error, WorkspaceError::CheckpointGone(_)), "{error}");
    assert_eq!((place.read("a").as_str(), place.read("b").as_str()), ("two", "two more"));
}

#[tokio::test]
async fn what_no_longer_fits_is_left_alone_or_in_the_way() {
    let place = Place::new();
    place.write("large", "one").write("a", "1");
    let one = place.record().await;
    place.write("large", "two").write("a", "2");
    let two = place.record().await;
    place.write("a", "3");
    fs::File::options().write(true).open(place.work.join("large")).unwrap().set_len(60 << 20).unwrap();
    // As it was captured last: nothing is asked of it.
    place.restore(&two).await.unwrap();
    assert_eq!((place.read("a").as_str(), fs::metadata(place.work.join("large")).unwrap().len()), ("2", 60 << 20));
    for target in [&one, &place.checkpoints.empty_tree().unwrap()] {
        for remembered in [true, false] {
            let present = place.record().await;
            if !remembered {
                fs::remove_file(place.checkpoints.directory().join("captured")).unwrap();
                place.checkpoints.keep("present", &present).unwrap();
            }
            let error = place.checkpoints.restore(target, &present).await.unwrap_err();
            assert!(matches!(&error, WorkspaceError::InTheWay(words) if words.contains("large is too large")), "{error}");
            assert_eq!((place.read("a").as_str(), fs::metadata(place.work.join("large")).unwrap().len()), ("2", 60 << 20));
        }
    }
}

#[tokio::test]
async fn what_is_put_back_is_captured_although_it_is_ignored() {
    let place = Place::new();
    place.write("kept", "1").write(".gitignore", "").record().await;
    place.write(".gitignore", "kept\n");
    let ignored = place.record().await;
    assert_eq!(place.paths(&ignored), [".gitignore", "kept"]);
    // As when the files are given up, and had back.
    place.restore(&place.checkpoints.empty_tree().unwrap()).await.unwrap();
    place.restore(&ignored).await.unwrap();
    place.write("kept", "2");
    assert_eq!(place.paths(&place.record().await), [".gitignore", "kept"]);
}
