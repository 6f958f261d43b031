use domain::{RunStatus, StepBody};
use runner::{Launch, Limits, RunnerError};

use crate::fixture::{Fixture, all, limits};

#[tokio::test]
async fn a_run_is_streamed_stored_and_finished() {
    let fixture = Fixture::new();
    let run = fixture.start(r#"read prompt; echo hello; echo "got $prompt"; echo think hm; echo two; echo '{"type":"result"}'"#);
    let outcome = fixture.ended(run).await;
    assert_eq!((outcome.status, outcome.text.as_deref()), (RunStatus::Finished, Some("bye")));
    let events = fixture.events(run).await;
    let names: Vec<&str> = events.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(names, ["status", "status", "assistant", "thinking", "assistant", "status", "result", "done"]);
    assert!(events[2].contains("got the prompt"), "{}", events[2]);
    let stored = fixture.store.0.lock().unwrap();
    let kinds: Vec<&str> = stored.steps.values().map(|step| step.body.kind()).collect();
    assert_eq!(kinds, ["assistant_message", "thinking", "assistant_message"]);
    assert_eq!(stored.started[&run].model.as_deref(), Some("M"));
}

#[tokio::test]
async fn secrets_and_the_prompt_stand_in_no_file_but_the_log() {
    let fixture = Fixture::new();
    let run = fixture.start(r#"echo "key $SECRET."; printf hunt; sleep 0.05; echo er2; echo '{"type":"result"}'"#);
    fixture.ended(run).await;
    assert_eq!(fixture.store.text(run), "key [REDACTED].\n[REDACTED]\n");
    assert!(!std::fs::read(fixture.run_directory(run).join("events")).unwrap().windows(7).any(|window| window == b"hunter2"));
    let spec = std::fs::read_to_string(fixture.run_directory(run).join("spec.json")).unwrap();
    assert!(spec.contains("SECRET") && !spec.contains("hunter2") && !spec.contains("the prompt"));
}

#[tokio::test]
async fn a_run_without_a_result_is_an_error_in_the_programs_words() {
    let fixture = Fixture::new();
    let run = fixture.start("echo half a word; echo no luck >&2; exit 0");
    let outcome = fixture.ended(run).await;
    assert_eq!(outcome.status, RunStatus::Error);
    assert!(outcome.error.unwrap().message.starts_with("no luck"));
    assert_eq!(fixture.store.text(run), "half a word\n");
    let last = fixture.store.0.lock().unwrap().steps.values().last().cloned().unwrap();
    assert!(matches!(last.body, StepBody::Error(_)));
}

#[tokio::test]
async fn a_result_with_an_exit_of_its_own_is_an_error_and_told_once() {
    let fixture = Fixture::new();
    let run = fixture.start(r#"echo '{"type":"result"}'; exit 3"#);
    assert_eq!(fixture.status(run).await, RunStatus::Error);
    let results = fixture.events(run).await.iter().filter(|line| line.contains(" result ")).count();
    assert_eq!(results, 1);
}

#[tokio::test]
async fn who_lingers_after_the_result_is_ended_and_the_run_is_finished() {
    let fixture = Fixture::new();
    let run = fixture.start(r#"trap '' TERM; echo '{"type":"result"}'; while :; do sleep 0.05; done"#);
    assert_eq!(fixture.status(run).await, RunStatus::Finished);
}

#[tokio::test]
async fn stop_ends_the_run_even_if_it_ignores_being_asked() {
    let fixture = Fixture::new();
    let run = fixture.start("trap '' TERM; echo up; while :; do sleep 0.05; done");
    fixture.until_text(run, "up").await;
    fixture.runner.stop(run).await.unwrap();
    assert!(matches!(fixture.runner.stop(run).await, Err(RunnerError::Ending | RunnerError::NotLive)));
    assert_eq!(fixture.status(run).await, RunStatus::Cancelled);
    assert!(matches!(fixture.runner.stop(run).await, Err(RunnerError::NotLive)));
}

#[tokio::test]
async fn each_limit_ends_the_run_with_its_code() {
    let fixture = Fixture::new();
    let flood = "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done";
    for (script, limits, code) in [
        ("sleep 60", Limits { wall_ms: 100, ..limits() }, "run_timeout"),
        ("sleep 60", Limits { silence_ms: 100, ..limits() }, "run_silent"),
        (flood, Limits { output_bytes: 10_000, ..limits() }, "output_limit"),
    ] {
        let run = fixture.start_with(script, limits);
        let outcome = fixture.ended(run).await;
        assert_eq!((outcome.status, outcome.error.unwrap().code.as_str()), (RunStatus::Error, code));
    }
}

#[tokio::test]
async fn a_program_that_is_not_there_is_said() {
    let fixture = Fixture::new();
    let run = fixture.launch(Launch { argv: vec!["/nowhere/agent".to_owned()], ..fixture.shell("") });
    let error = fixture.ended(run).await.error.unwrap();
    assert_eq!(error.code, "program_not_started");
    assert!(error.message.contains("/nowhere/agent"), "{}", error.message);
}

#[tokio::test]
async fn a_long_text_arrives_whole_in_events_that_are_not_long() {
    let fixture = Fixture::new();
    let run = fixture.start(r#"head -c 3000000 /dev/zero | tr '\0' '"'; echo; echo '{"type":"result"}'"#);
    assert_eq!(fixture.status(run).await, RunStatus::Finished);
    let events = fixture.events(run).await;
    assert!(events.iter().all(|line| line.len() <= 256 * 1024));
    assert_eq!(fixture.store.text(run).len(), 3_000_001);
    let text: usize = events.iter().filter(|line| line.contains(" assistant ")).map(|line| line.matches("\\\"").count()).sum();
    assert_eq!(text, 3_000_000);
}

#[tokio::test]
async fn a_reader_resumes_after_any_event() {
    let fixture = Fixture::new();
    let run = fixture.start(r#"for i in 1 2 3; do echo $i; echo think $i; done; echo '{"type":"result"}'"#);
    fixture.ended(run).await;
    let whole = fixture.events(run).await;
    for (index, line) in whole.iter().enumerate() {
        let after = line.split(' ').next().unwrap().parse().unwrap();
        let rest = all(&mut fixture.runner.events(run, Some(after)).await.unwrap()).await;
        assert_eq!(rest, whole[index + 1..]);
    }
    for wrong in ["000000000000-1-1".to_owned(), format!("{:012x}-1-999", run.tail()), format!("{:012x}-9-1", run.tail())] {
        let opened = fixture.runner.events(run, Some(wrong.parse().unwrap())).await;
        assert!(matches!(opened, Err(RunnerError::InvalidEventId)), "{wrong}");
    }
    std::fs::remove_dir_all(fixture.run_directory(run)).unwrap();
    assert!(matches!(fixture.runner.events(run, None).await, Err(RunnerError::Expired)));
}

#[tokio::test]
async fn a_run_directory_is_launched_once() {
    let fixture = Fixture::new();
    let run = fixture.start("echo 1 >> count; echo '{\"type\":\"result\"}'");
    fixture.ended(run).await;
    let shim = std::fs::read_dir(fixture.directory.path().join("programs")).unwrap().next().unwrap().unwrap().path();
    let again = std::process::Command::new(shim).arg(fixture.run_directory(run)).output().unwrap();
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("launched before"));
    assert_eq!(std::fs::read_to_string(fixture.directory.path().join("count")).unwrap(), "1\n");
}

#[tokio::test]
async fn steps_wait_for_a_database_that_fails_and_done_with_them() {
    let fixture = Fixture::new();
    fixture.store.0.lock().unwrap().fail = true;
    let run = fixture.start(r#"echo kept; echo '{"type":"result"}'"#);
    fixture.until_text(run, "FINISHED").await;
    assert!(fixture.runner.is_live(run).await.unwrap());
    fixture.store.0.lock().unwrap().fail = false;
    assert_eq!(fixture.status(run).await, RunStatus::Finished);
    assert_eq!(fixture.store.text(run), "kept\n");
}

#[tokio::test]
async fn a_result_is_told_once_however_long_the_clean_up_takes() {
    let fixture = Fixture::new();
    let run = fixture.start(r#"(trap '' TERM; while :; do sleep 0.05; done) & echo '{"type":"result"}'; sleep 0.1"#);
    assert_eq!(fixture.status(run).await, RunStatus::Finished);
    let results = fixture.events(run).await.iter().filter(|line| line.contains(" result ")).count();
    assert_eq!(results, 1);
}

#[tokio::test]
async fn who_lingers_can_be_stopped_and_has_finished() {
    let fixture = Fixture::new();
    let run = fixture.start_with(r#"echo '{"type":"result"}'; sleep 1000"#, Limits { linger_ms: 60_000, ..limits() });
    fixture.until_text(run, "FINISHED").await;
    fixture.runner.stop(run).await.unwrap();
    assert_eq!(fixture.status(run).await, RunStatus::Finished);
}

#[tokio::test]
async fn a_program_may_open_as_many_files_as_the_server_could_at_its_start() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(777), maximum }).unwrap();
    runner::raise_open_files();
    assert_eq!(getrlimit(Resource::Nofile).current, maximum);
    let fixture = Fixture::new();
    let run = fixture.start("ulimit -n; echo '{\"type\":\"result\"}'");
    fixture.ended(run).await;
    assert_eq!(fixture.store.text(run), "777\n");
}

#[tokio::test]
async fn a_run_directory_deleted_under_a_live_run_ends_it_honestly_and_leaves_nothing() {
    let fixture = Fixture::new();
    let run = fixture.start("echo up; while [ ! -e go ]; do sleep 0.01; done; echo after; echo '{\"type\":\"result\"}'");
    fixture.until_text(run, "up").await;
    std::fs::remove_dir_all(fixture.run_directory(run)).unwrap();
    std::fs::write(fixture.directory.path().join("go"), "").unwrap();
    // Its logs live on in those who have them open.
    assert_eq!(fixture.status(run).await, RunStatus::Finished);
    assert_eq!(fixture.store.text(run), "up\nafter\n");
    assert!(shim::scope::members(None, &format!("{}/{run}", fixture.instance())).is_empty());
    assert!(matches!(fixture.runner.events(run, None).await, Err(RunnerError::Expired)));
}

#[tokio::test]
async fn a_run_directory_deleted_while_no_server_was_there_is_a_lost_run() {
    let first = Fixture::new();
    let run = first.start("echo up; sleep 1000");
    first.until_text(run, "up").await;
    first.runner.shutdown().await;
    std::fs::remove_dir_all(first.run_directory(run)).unwrap();
    let Fixture { directory, store, runner } = first;
    drop(runner);
    let second = Fixture::over(directory, store);
    second.attach(run).await;
    let outcome = second.ended(run).await;
    assert_eq!((outcome.status, outcome.error.unwrap().code.as_str()), (RunStatus::Error, "supervisor_lost"));
    assert!(shim::scope::members(None, &format!("{}/{run}", second.instance())).is_empty());
}
