//! The program is upgraded while a run goes on: what was numbered stays, only new bytes are read the new way.

use agents::{Decoder, Effect, Exit, Input};
use domain::{Event, RunError, RunStatus};

use crate::fixture::{Fixture, LineDecoder};

/// A later version: it says everything twice as loud, in an event for each word, and tells a notice of its own.
#[derive(Default)]
struct Louder(LineDecoder);

impl Decoder for Louder {
    fn feed(&mut self, input: Input<'_>, effects: &mut Vec<Effect>) {
        let mut before = Vec::new();
        self.0.feed(input, &mut before);
        for effect in before {
            let Effect::Event(Event::Assistant { text }) = effect else {
                effects.push(effect);
                continue;
            };
            for word in text.split_inclusive(' ') {
                effects.push(Effect::Event(Event::Thinking { text: "loud".to_owned() }));
                effects.push(Effect::Event(Event::Assistant { text: word.to_uppercase() }));
            }
        }
    }

    fn explain(&self, exit: Exit) -> RunError {
        self.0.explain(exit)
    }
}

#[tokio::test]
async fn a_decoder_that_numbers_differently_goes_on_where_the_last_one_stopped() {
    let first = Fixture::new();
    let run = first.start("for i in 1 2 3; do echo \"line $i\"; echo 'think x'; done; echo up; while [ ! -e go ]; do sleep 0.01; done; echo after that; echo '{\"type\":\"result\"}'");
    first.until_text(run, "up").await;
    first.runner.shutdown().await;
    let before = {
        let mut reader = first.runner.events(run, None).await.unwrap();
        let mut lines = Vec::new();
        while !lines.iter().any(|line: &String| line.contains("up")) {
            let events = reader.next().await.unwrap().unwrap();
            lines.extend(
                events
                    .iter()
                    .map(|event| format!("{} {} {}", event.id, event.kind.name(), String::from_utf8_lossy(event.public()))),
            );
        }
        lines
    };
    let Fixture { directory, store, runner } = first;
    drop(runner);
    std::fs::write(directory.path().join("go"), "").unwrap();
    let second = Fixture::over(directory, store);
    second.attach_with(run, Box::<Louder>::default()).await;
    assert_eq!(second.status(run).await, RunStatus::Finished);
    let after = second.events(run).await;
    assert_eq!(after[..before.len()], before, "what was numbered is as it was");
    let numbers: Vec<u64> =
        after.iter().map(|line| line.split(' ').next().unwrap().rsplit('-').next().unwrap().parse().unwrap()).collect();
    assert!(numbers.iter().copied().eq(1..=after.len() as u64), "{numbers:?}");
    let said = second.store.text(run);
    assert_eq!(said, "line 1\nline 2\nline 3\nup\nAFTER THAT\n", "nothing is read twice, and nothing is left out");
}
