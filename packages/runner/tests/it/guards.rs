//! What ends a run that has come to more than it may, also one that a later server took up.

use domain::{Bound, BoundOf, Guards, RunStatus};
use runner::Launch;

use crate::fixture::Fixture;

const LOOP: &str = "for i in 1 2 3; do echo 'fail make'; done; echo up; sleep 1000";

fn six_failures() -> Guards {
    Guards { repeated_failures: Some(6), ..Guards::default() }
}

#[tokio::test]
async fn the_same_command_failing_again_and_again_ends_the_run() {
    let fixture = Fixture::new();
    let script = format!("{LOOP} & for i in 1 2 3; do echo 'fail make'; done; wait");
    let run = fixture.launch(Launch { guards: six_failures(), ..fixture.shell(&script) });
    let outcome = fixture.ended(run).await;
    assert_eq!((outcome.status, outcome.tool_calls), (RunStatus::Error, 6));
    let error = outcome.error.unwrap();
    assert_eq!(error.code, "repeated_failure");
    assert!(error.message.contains("6 times running: `make`"), "{}", error.message);
}

#[tokio::test]
async fn the_number_of_tool_calls_ends_it_and_a_stop_before_is_a_stop() {
    let fixture = Fixture::new();
    let guards = Guards { tool_calls: Some(Bound { most: 3, of: BoundOf::Run }), ..Guards::default() };
    let run = fixture.launch(Launch { guards, ..fixture.shell(LOOP) });
    assert_eq!(fixture.ended(run).await.error.unwrap().code, "tool_call_limit");
    let guards = Guards { tool_calls: Some(Bound { most: 4, of: BoundOf::Run }), ..Guards::default() };
    let script =
        "for i in 1 2 3; do echo 'fail make'; done; trap 'echo fail make; exit 1' TERM; echo up; while :; do sleep 0.01; done";
    let run = fixture.launch(Launch { guards, ..fixture.shell(script) });
    fixture.until_text(run, "up").await;
    fixture.runner.stop(run).await.unwrap();
    assert_eq!(fixture.status(run).await, RunStatus::Cancelled);
}

#[tokio::test]
async fn what_was_counted_before_the_server_died_counts() {
    let first = Fixture::new();
    let script = format!("{}; while [ ! -e go ]; do sleep 0.01; done; for i in 1 2 3; do echo 'fail make'; done; sleep 1000", {
        "for i in 1 2 3; do echo 'fail make'; done; echo up"
    });
    let run = first.launch(Launch { guards: six_failures(), ..first.shell(&script) });
    first.until_text(run, "up").await;
    first.runner.shutdown().await;
    let Fixture { directory, store, runner } = first;
    drop(runner);
    std::fs::write(directory.path().join("go"), "").unwrap();
    let second = Fixture::over(directory, store);
    second.attach(run).await;
    assert_eq!(second.ended(run).await.error.unwrap().code, "repeated_failure");
}

#[tokio::test]
async fn guards_that_somebody_broke_by_hand_do_not_keep_a_run_from_being_taken_up() {
    let first = Fixture::new();
    let run = first.launch(Launch { guards: six_failures(), ..first.shell(LOOP) });
    first.until_text(run, "up").await;
    first.runner.shutdown().await;
    for file in ["guards.json", "spec.json"] {
        std::fs::write(first.run_directory(run).join(file), "{ not json").unwrap();
    }
    let Fixture { directory, store, runner } = first;
    drop(runner);
    let second = Fixture::over(directory, store);
    second.attach(run).await;
    second.runner.stop(run).await.unwrap();
    assert_eq!(second.status(run).await, RunStatus::Cancelled);
}
