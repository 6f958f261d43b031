//! What is kept of runs that are over, and what is not.

use std::{fs, os::unix::process::CommandExt};

use domain::RunId;
use runner::{Fate, clean_up};

use crate::fixture::{Fixture, all};

const LONG: &str = "for i in 1 2 3 4 5 6 7 8 9; do head -c 3000 /dev/zero | tr '\\0' x; echo; done; echo '{\"type\":\"result\"}'";

#[tokio::test]
async fn a_log_is_compressed_and_the_events_are_read_as_before() {
    let fixture = Fixture::new();
    let run = fixture.start(LONG);
    fixture.ended(run).await;
    let (before, directory) = (fixture.events(run).await, fixture.run_directory(run));
    let log = fs::read(directory.join("log")).unwrap();
    let runs = fixture.directory.path().join("runs");
    let done = clean_up(&runs, |_| Fate::Compress, || true);
    assert_eq!((done.compressed, done.removed), (1, 0));
    assert!(done.freed_bytes > 20 * 1024, "most of the log: {done:?}");
    assert!(!directory.join("log").exists() && !directory.join("reserve").exists());
    let mut whole = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(fs::File::open(directory.join("log.gz")).unwrap()), &mut whole)
        .unwrap();
    assert_eq!(whole, log);
    assert_eq!(all(&mut fixture.runner.events(run, None).await.unwrap()).await, before);
    assert!(!fixture.runner.claim_unlaunched(run).unwrap(), "it was launched, whatever its log is called now");
    assert_eq!(clean_up(&runs, |_| Fate::Compress, || true), runner::CleanedUp::default(), "once is enough");
}

#[tokio::test]
async fn nothing_of_a_run_that_lives_is_touched() {
    let fixture = Fixture::new();
    let run = fixture.start("echo up; sleep 1000");
    fixture.until_text(run, "up").await;
    let runs = fixture.directory.path().join("runs");
    for fate in [Fate::Remove, Fate::Compress, Fate::Unknown, Fate::Leave] {
        assert_eq!(clean_up(&runs, |_| fate, || true), runner::CleanedUp::default(), "{fate:?}");
    }
    assert!(fixture.run_directory(run).join("log").exists());
    fixture.runner.stop(run).await.unwrap();
    fixture.ended(run).await;
}

#[tokio::test]
async fn what_is_over_is_removed_and_what_is_young_and_unknown_is_not() {
    let fixture = Fixture::new();
    let run = fixture.start(LONG);
    fixture.ended(run).await;
    let runs = fixture.directory.path().join("runs");
    fs::create_dir(runs.join("of-somebody-else")).unwrap();
    assert_eq!(clean_up(&runs, |_| Fate::Unknown, || true).removed, 0);
    assert_eq!(clean_up(&runs, |_| Fate::Remove, || true).removed, 1);
    assert!(!fixture.run_directory(run).exists() && runs.join("of-somebody-else").exists());
}

#[tokio::test]
async fn a_process_of_a_run_that_is_over_is_ended_and_no_other() {
    let fixture = Fixture::new();
    let live = fixture.start("echo up; sleep 1000");
    fixture.until_text(live, "up").await;
    let stray = RunId::mint();
    let mut left = std::process::Command::new("sleep")
        .arg("1000")
        .env("CURSOR_SELFHOST_RUN", format!("{}/{stray}", fixture.instance()))
        .process_group(0)
        .spawn()
        .unwrap();
    // Of another data directory.
    let mut other =
        std::process::Command::new("sleep").arg("1000").env("CURSOR_SELFHOST_RUN", format!("other/{stray}")).spawn().unwrap();
    while fixture.runner.sweep().await.is_empty() {
        // It has not become what it is to be yet.
        tokio::task::yield_now().await;
    }
    left.wait().unwrap();
    assert!(other.try_wait().unwrap().is_none());
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(fixture.runner.is_live(live).await.unwrap());
    fixture.runner.stop(live).await.unwrap();
    fixture.ended(live).await;
}
