//! After a run no process of it exists, whatever it did to escape.

use std::{fs, time::Duration};

use domain::RunStatus;

use crate::fixture::Fixture;

/// Processes that carry the mark of this run.
fn marked(fixture: &Fixture, run: domain::RunId) -> Vec<i32> {
    shim::scope::members(None, &format!("{}/{run}", fixture.instance())).iter().map(|process| process.pid).collect()
}

#[tokio::test]
async fn children_that_detach_ignore_term_or_hold_the_pipes_are_ended() {
    let fixture = Fixture::new();
    for child in [
        "sleep 1000 &",
        "(trap '' TERM; while :; do sleep 0.05; done) &",
        "setsid sh -c 'sleep 1000 & sleep 1000 &' &",
        "(setsid sh -c 'setsid sleep 1000 &' &)",
        "env -i sleep 1000 &",
    ] {
        let run = fixture.start(&format!("{child}\n echo up; echo '{{\"type\":\"result\"}}'"));
        assert_eq!(fixture.status(run).await, RunStatus::Finished, "{child}");
        assert_eq!(marked(&fixture, run), Vec::<i32>::new(), "{child}");
        let notice = fixture.store.0.lock().unwrap().steps.values().any(
            |step| matches!(&step.body, domain::StepBody::Notice(notice) if notice.code == "background_ended" && notice.message.contains("sleep")),
        );
        assert!(notice, "{child}: the user is told what was ended");
    }
}

#[tokio::test]
async fn what_is_killed_together_with_its_program_is_told_too() {
    let fixture = Fixture::new();
    let run = fixture.start("trap '' TERM; sleep 1000 & echo up; while :; do sleep 0.05; done");
    fixture.until_text(run, "up").await;
    fixture.runner.stop(run).await.unwrap();
    assert_eq!(fixture.status(run).await, RunStatus::Cancelled);
    assert_eq!(marked(&fixture, run), Vec::<i32>::new());
    let told = fixture
        .store
        .0
        .lock()
        .unwrap()
        .steps
        .values()
        .any(|step| matches!(&step.body, domain::StepBody::Notice(notice) if notice.message.contains("sleep 1000")));
    assert!(told);
}

#[tokio::test]
async fn a_killed_shim_is_told_and_its_scope_is_swept() {
    let fixture = Fixture::new();
    let run = fixture.start("setsid sleep 1000 & echo up; sleep 1000");
    fixture.until_text(run, "up").await;
    let begun = std::time::Instant::now();
    kill_shim(&fixture, run);
    let outcome = fixture.ended(run).await;
    assert_eq!(outcome.error.unwrap().code, "supervisor_lost");
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(marked(&fixture, run), Vec::<i32>::new());
}

#[tokio::test]
async fn a_killed_program_is_an_error_with_its_signal() {
    let fixture = Fixture::new();
    let run = fixture.start("echo up; kill -9 $$");
    let outcome = fixture.ended(run).await;
    assert_eq!(outcome.status, RunStatus::Error);
    assert!(outcome.error.unwrap().message.contains("signal: Some(9)"));
}

/// Kills the process that holds the run's lock.
pub fn kill_shim(fixture: &Fixture, run: domain::RunId) {
    let directory = fixture.run_directory(run);
    let wanted = directory.to_str().unwrap();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words: Vec<&[u8]> = command.split(|byte| *byte == 0).collect();
        if words.get(1) == Some(&wanted.as_bytes()) && words[0].windows(5).any(|window| window == b"shim-") {
            rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), rustix::process::Signal::KILL).unwrap();
            return;
        }
    }
    panic!("no shim found");
}
