//! The server goes away at any moment; the next one goes on where it was, with the same numbers.

use std::{fs, os::unix::fs::FileExt, path::Path};

use domain::{EventId, RunStatus};
use runner::RunnerError;
use shim::record::{self, Decoded, Kind};

use crate::{
    fixture::{Fixture, Memory},
    scope::kill_shim,
};

const SLOW: &str = r#"for i in 1 2 3 4 5 6 7 8; do echo "line $i"; echo "think $i"; sleep 0.03; done; echo '{"type":"result"}'"#;

/// What a reader sees who is there all the time.
async fn undisturbed() -> String {
    let fixture = Fixture::new();
    let run = fixture.start(SLOW);
    fixture.ended(run).await;
    fixture.store.text(run)
}

#[tokio::test]
async fn the_next_server_goes_on_with_the_same_numbers() {
    let expected = undisturbed().await;
    let first = Fixture::new();
    let run = first.start(SLOW);
    first.until_text(run, "line 3").await;
    assert_eq!(first.runner.shutdown().await, 1);
    let Fixture { directory, store, runner } = first;
    let mut before = runner.events(run, None).await.unwrap();
    let seen: Vec<String> = before.next().await.unwrap().unwrap().iter().map(|event| event.id.to_string()).collect();
    drop(runner);
    let second = Fixture::over(directory, store);
    second.attach(run).await;
    assert_eq!(second.status(run).await, RunStatus::Finished);
    assert_eq!(second.store.text(run), expected);
    let events = second.events(run).await;
    let ids: Vec<&str> = events.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(ids[..seen.len()], seen);
    assert!(ids.iter().enumerate().all(|(index, id)| id.ends_with(&format!("-1-{}", index + 1))), "{ids:?}");
}

#[tokio::test]
async fn a_run_that_ended_while_no_server_was_there_is_told_in_full() {
    let expected = undisturbed().await;
    let first = Fixture::new();
    let run = first.start(SLOW);
    first.until_text(run, "line 1").await;
    first.runner.shutdown().await;
    let Fixture { directory, store, runner } = first;
    drop(runner);
    let exit = directory.path().join("runs").join(run.to_string()).join("exit.json");
    while !exit.exists() {
        tokio::task::yield_now().await;
    }
    let second = Fixture::over(directory, store);
    second.attach(run).await;
    assert_eq!(second.status(run).await, RunStatus::Finished);
    assert_eq!(second.store.text(run), expected);
}

#[tokio::test]
async fn a_torn_tail_at_any_byte_of_the_event_log_loses_and_doubles_nothing() {
    let whole = Fixture::new();
    let run = whole.start(r#"printf 'a\nthink b\nc\n'; echo '{"type":"result"}'"#);
    whole.ended(run).await;
    let log = fs::read(whole.run_directory(run).join("events")).unwrap();
    let expected = whole.store.text(run);
    whole.runner.shutdown().await;
    for cut in (0..log.len()).step_by(7) {
        let directory = tempfile::tempdir().unwrap();
        let copy = directory.path().join("runs").join(run.to_string());
        fs::create_dir_all(&copy).unwrap();
        for file in ["log", "exit.json", "spec.json", "lock"] {
            fs::copy(whole.run_directory(run).join(file), copy.join(file)).unwrap();
        }
        fs::write(copy.join("events"), &log[..cut]).unwrap();
        let again = Fixture::over(directory, Memory::default());
        again.attach(run).await;
        assert_eq!(again.status(run).await, RunStatus::Finished, "cut at {cut}");
        assert_eq!(again.store.text(run), expected, "cut at {cut}");
        let events = again.events(run).await;
        assert!(events.last().unwrap().contains(" done "), "cut at {cut}");
        assert_eq!(events.iter().filter(|line| line.contains(" done ")).count(), 1, "cut at {cut}");
    }
}

#[tokio::test]
async fn a_torn_record_of_the_run_log_is_left_out() {
    let first = Fixture::new();
    let run = first.start("echo one; sleep 1000");
    first.until_text(run, "one").await;
    first.runner.shutdown().await;
    kill_shim(&first, run);
    let Fixture { directory, store, runner } = first;
    drop(runner);
    let log = directory.path().join("runs").join(run.to_string()).join("log");
    let file = fs::OpenOptions::new().write(true).open(&log).unwrap();
    file.write_all_at(&[40, 0, 0, 0, 1, 2, 3, 4, 2, 9, 9], file.metadata().unwrap().len()).unwrap();
    let second = Fixture::over(directory, store);
    second.attach(run).await;
    let outcome = second.ended(run).await;
    assert_eq!(outcome.error.unwrap().code, "supervisor_lost");
    assert_eq!(second.store.text(run), "one\n");
}

#[tokio::test]
async fn a_run_that_was_never_launched_is_told() {
    let fixture = Fixture::new();
    let run = domain::RunId::mint();
    fixture.attach(run).await;
    assert_eq!(fixture.ended(run).await.error.unwrap().code, "supervisor_lost");
}

/// Writes the log anew as if it were of another boot of the machine.
fn reboot(log: &Path) {
    let bytes = fs::read(log).unwrap();
    let (mut rest, mut other) = (&bytes[..], Vec::new());
    while let Decoded::Record(record, length) = record::decode(rest) {
        let mut payload = record.payload.to_vec();
        if record.kind == Kind::Started {
            let mut started: record::Started = serde_json::from_slice(&payload).unwrap();
            started.boot_id = "another".to_owned();
            payload = serde_json::to_vec(&started).unwrap();
        }
        other.extend(record::header(record.kind, record.monotonic_ns, record.wall_ns, &payload));
        other.extend(payload);
        rest = &rest[length..];
    }
    fs::write(log, other).unwrap();
}

#[tokio::test]
async fn after_a_restart_of_the_machine_the_run_is_told_and_lost_ids_get_the_tail() {
    let first = Fixture::new();
    let run = first.start("echo one; sleep 1000");
    first.until_text(run, "one").await;
    first.runner.shutdown().await;
    kill_shim(&first, run);
    let Fixture { directory, store, runner } = first;
    drop(runner);
    let of_run = directory.path().join("runs").join(run.to_string());
    // The shim's last words must not come after this.
    while shim_lives(&of_run) {
        tokio::task::yield_now().await;
    }
    reboot(&of_run.join("log"));
    let second = Fixture::over(directory, store);
    second.attach(run).await;
    let outcome = second.ended(run).await;
    assert_eq!((outcome.status, outcome.error.unwrap().code.as_str()), (RunStatus::Error, "host_restarted"));
    assert_eq!(second.store.text(run), "one\n");
    let events = second.events(run).await;
    let epoch = |line: &String| line.split(' ').next().unwrap().split('-').nth(1).unwrap().to_owned();
    assert_eq!((epoch(&events[0]).as_str(), epoch(events.last().unwrap()).as_str()), ("1", "2"));
    // Numbers of the first epoch that only the lost second had: their readers get what came instead, also
    // where it has the same numbers.
    let instead: Vec<&String> = events.iter().filter(|line| epoch(line) == "2").collect();
    let kept = (events.len() - instead.len()) as u64;
    for number in [kept, kept + 1, kept + 2, 1_000] {
        let lost = EventId { run_tail: run.tail(), epoch: 1, number };
        let mut reader = second.runner.events(run, Some(lost)).await.unwrap();
        assert_eq!(crate::fixture::all(&mut reader).await.iter().collect::<Vec<_>>(), instead, "{number}");
    }
    let never = EventId { run_tail: run.tail(), epoch: 2, number: 1_000 };
    assert!(matches!(second.runner.events(run, Some(never)).await, Err(RunnerError::InvalidEventId)));
    let others = EventId { run_tail: domain::RunId::mint().tail(), epoch: 1, number: 1 };
    assert!(matches!(second.runner.events(run, Some(others)).await, Err(RunnerError::InvalidEventId)));
}

fn shim_lives(run_directory: &Path) -> bool {
    let lock = fs::File::open(run_directory.join("lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err()
}
