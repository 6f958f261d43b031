//! A run that waits for its turn.

use domain::{Event, Notice, RunError, RunId, RunStatus};
use runner::{Admitted, Gate, RunnerError};
use tokio::sync::oneshot;

use crate::fixture::Fixture;

#[tokio::test]
async fn it_can_be_read_while_it_waits_and_goes_when_it_is_let() {
    let fixture = Fixture::new();
    let (go, gate) = oneshot::channel();
    let run = fixture.start_when(async { Ok(gate.await.unwrap()) });
    let mut reader = fixture.runner.events(run, None).await.unwrap();
    let first = reader.next().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(first[0].public()).contains("CREATING"));
    assert!(!fixture.runner.was_launched(run));
    let launch = fixture.shell("echo up; echo '{\"type\":\"result\"}'");
    assert!(go.send(Admitted { launch, permit: Box::new(()) }).is_ok());
    assert_eq!(fixture.status(run).await, RunStatus::Finished);
    assert_eq!(fixture.store.text(run), "up\n");
}

#[tokio::test]
async fn it_can_be_stopped_while_it_waits() {
    let fixture = Fixture::new();
    let run = fixture.start_when(std::future::pending());
    fixture.runner.stop(run).await.unwrap();
    assert_eq!(fixture.status(run).await, RunStatus::Cancelled);
    assert!(fixture.events(run).await.last().unwrap().contains(" done "));
}

#[tokio::test]
async fn the_permit_is_held_until_the_end() {
    let fixture = Fixture::new();
    let (held, released) = oneshot::channel::<()>();
    let permit = Box::new(std::sync::Mutex::new(Some(held)));
    let launch = fixture.shell("echo up; sleep 1000");
    let run = fixture.start_when(async { Ok(Admitted { launch, permit }) });
    fixture.until_text(run, "up").await;
    let mut released = released;
    assert!(matches!(released.try_recv(), Err(oneshot::error::TryRecvError::Empty)));
    fixture.runner.stop(run).await.unwrap();
    fixture.ended(run).await;
    assert!(released.await.is_err(), "dropped with the run");
}

fn notice(code: &str) -> Event {
    Event::Notice(Notice { code: code.to_owned(), message: String::new(), detail: None })
}

#[tokio::test]
async fn what_is_told_while_it_waits_comes_before_what_the_program_says() {
    let fixture = Fixture::new();
    let launch = fixture.shell("echo up; echo '{\"type\":\"result\"}'");
    let run = fixture.start_behind(Gate::new(|tell| async move {
        for _ in 0..200 {
            tell.send(notice("early")).await.unwrap();
        }
        Ok(Admitted { launch, permit: Box::new(()) })
    }));
    assert_eq!(fixture.status(run).await, RunStatus::Finished);
    let stored = fixture.store.0.lock().unwrap();
    let kinds: Vec<&str> = stored.steps.values().map(|step| step.body.kind()).collect();
    assert_eq!(kinds, [vec!["notice"; 200], vec!["assistant_message"]].concat());
}

#[tokio::test]
async fn one_that_is_refused_ends_with_the_reason() {
    let fixture = Fixture::new();
    let error = RunError { code: "ref_not_found".to_owned(), message: "no such branch".to_owned(), hint: None };
    let run = fixture.start_when(async { Err(RunnerError::Refused(Box::new(error))) });
    assert_eq!(fixture.status(run).await, RunStatus::Error);
    assert_eq!(fixture.store.outcome(run).error.unwrap().code, "ref_not_found");
}

#[tokio::test]
async fn a_server_that_ends_meanwhile_leaves_it_to_the_next() {
    let first = Fixture::new();
    let run = first.start_when(std::future::pending());
    first.runner.shutdown().await;
    assert!(first.store.0.lock().unwrap().outcomes.is_empty());
    let Fixture { directory, store, runner } = first;
    drop(runner);
    let second = Fixture::over(directory, store);
    assert!(second.runner.claim_unlaunched(run).unwrap(), "it can be launched anew");
}

/// Whether it is not done by what has happened so far.
async fn still_waits<T>(future: &mut (impl Future<Output = T> + Unpin)) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())).await
}

#[tokio::test]
async fn who_asks_waits_until_the_last_who_announced_it_is_done() {
    let fixture = Fixture::new();
    let run = RunId::mint();
    fixture.runner.expect([run]);
    // A request for the same run that comes to nothing.
    drop(fixture.runner.expecting(run));
    let mut asked = Box::pin(fixture.runner.events(run, None));
    assert!(still_waits(&mut asked).await, "it is about to be taken up");
    fixture.runner.settle(run);
    assert!(matches!(asked.await, Err(RunnerError::Expired)));
}

#[tokio::test]
async fn a_server_that_ends_says_so_instead_of_that_the_events_are_gone() {
    let fixture = Fixture::new();
    let run = RunId::mint();
    fixture.runner.expect([run]);
    let mut asked = Box::pin(fixture.runner.events(run, None));
    assert!(still_waits(&mut asked).await);
    fixture.runner.shutdown().await;
    assert!(matches!(asked.await, Err(RunnerError::ServerEnding)));
}
