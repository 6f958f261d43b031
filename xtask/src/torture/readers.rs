//! Readers of a run's stream: they go away at random, come back with `Last-Event-ID`, knock while
//! nobody listens, and read slowly at times. Whatever they see is compared at once with what others saw.

use std::{
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use anyhow::bail;

use super::{
    events::{Counter, Seen, Shown},
    random::Random,
    requests,
    world::{Run, Snapshot, World, count, lock},
};
use crate::http::{self, EventStream, Refused};

const AGAIN: Duration = Duration::from_millis(5);

/// A stream that brings nothing for so long, while heartbeats come every 4 s, is stuck.
const SILENCE: Duration = Duration::from_secs(25);

pub struct Reader<'a> {
    world: &'a World,
    run: &'a Run,
    random: Random,
    last_id: Option<String>,
}

/// How one connection ended.
enum Left {
    Done,
    Early,
}

impl<'a> Reader<'a> {
    pub fn new(world: &'a World, run: &'a Run, random: Random) -> Self {
        Self { world, run, random, last_id: None }
    }

    /// Reads until `done`.
    pub fn read(mut self) {
        let mut connected = false;
        while !self.world.is_over() {
            let begun = Instant::now();
            match self.connect(&mut connected) {
                Ok(Left::Done) => return,
                Ok(Left::Early) => {}
                Err(error) => {
                    self.judge(&error, begun);
                    thread::sleep(AGAIN);
                }
            }
            if self.random.chance(6) {
                self.take_snapshot();
            }
        }
    }

    fn connect(&mut self, connected: &mut bool) -> anyhow::Result<Left> {
        let mut stream = open(self.world, self.run, self.last_id.as_deref())?;
        count(&self.world.counts.connections);
        if std::mem::replace(connected, true) {
            count(&self.world.counts.reconnects);
        }
        let mut counter = Counter::new(self.last_id.as_deref())?;
        let mut left = *self.random.pick(&[1, 5, 40, 200, 1000, u64::MAX]).unwrap_or(&40);
        let slow = self.random.chance(5);
        let mut done = false;
        let (world, run, last_id) = (self.world, self.run, &mut self.last_id);
        stream.follow(|event| {
            let Some(numbered) = counter.count(&event).inspect_err(|error| world.differs(Some(run), error.to_string()))? else {
                return Ok(true);
            };
            if !event.id.is_empty() {
                *last_id = Some(event.id.to_owned());
            }
            done = numbered.event.name == "done";
            show(world, run, numbered.number, numbered.event);
            left -= 1;
            if slow && left.is_multiple_of(100) {
                thread::sleep(Duration::from_millis(100));
            }
            Ok(!done && left > 0)
        })?;
        if !done {
            return Ok(Left::Early);
        }
        let rest = stream.rest()?;
        if rest.contains("event:") {
            self.world.differs(Some(self.run), format!("after `done` comes {rest:?}"));
        }
        self.run.done.store(true, Ordering::Relaxed);
        Ok(Left::Done)
    }

    /// A connection may always break, but an answer that says no is one.
    fn judge(&self, error: &anyhow::Error, begun: Instant) {
        if let Some(Refused { status, body }) = error.downcast_ref::<Refused>() {
            // A server that is about to end asks to come back.
            if *status == 503 {
                return;
            }
            self.world.differs(Some(self.run), format!("a reader after {:?} was answered {status} {body}", self.last_id));
            thread::sleep(Duration::from_secs(1));
        } else if begun.elapsed() > SILENCE && is_timeout(error) {
            self.world.differs(Some(self.run), format!("a stream brought nothing for {:?}", begun.elapsed()));
        }
    }

    /// The steps as far as they have come: together with the stream after their event they have to be
    /// the whole conversation.
    fn take_snapshot(&self) {
        let path = format!("/v1/agents/{}/steps?limit=100", self.run.agent);
        let Ok((200, answer)) = requests::ask(self.world, "GET", &path, None) else { return };
        if answer["live"]["runId"] != self.run.id.as_str() {
            return;
        }
        let of_run = |item: &&serde_json::Value| item["runId"] == self.run.id.as_str() && item["type"] != "user_message";
        let items = answer["items"].as_array().map(|items| items.iter().filter(of_run).cloned().collect()).unwrap_or_default();
        let last_event = answer["live"]["lastEventId"].as_str().map(str::to_owned);
        count(&self.world.counts.snapshots);
        lock(&self.run.snapshots).push(Snapshot { items, last_event });
    }
}

pub fn open(world: &World, run: &Run, last_id: Option<&str>) -> anyhow::Result<EventStream> {
    let path = format!("/v1/agents/{}/runs/{}/stream?detail=full", run.agent, run.id);
    let header = last_id.map(|id| ("last-event-id", id));
    let request = http::request_with("GET", &path, world.address, &world.key, header.as_slice(), None);
    EventStream::open(world.address, &request)
}

/// The whole stream from its start, undisturbed.
pub fn read_whole(world: &World, run: &Run) -> anyhow::Result<Vec<Seen>> {
    let (mut counter, mut events) = (Counter::new(None)?, Vec::new());
    let mut stream = open(world, run, None)?;
    stream.follow(|event| {
        events.extend(counter.count(&event)?.map(|numbered| numbered.event));
        Ok(event.name != "done")
    })?;
    let rest = stream.rest()?;
    if rest.contains("event:") {
        bail!("after `done` comes {rest:?}");
    }
    Ok(events)
}

fn show(world: &World, run: &Run, number: u64, event: Seen) {
    count(&world.counts.events_compared);
    let shown = lock(&run.events).show(number, event.clone());
    match shown {
        Shown::New => world.reattach.saw(&run.id, number),
        Shown::Again => {}
        Shown::Different(known) => {
            world.differs(Some(run), format!("event {number} was {} and is {}", brief(&known), brief(&event)))
        }
        Shown::Ahead(known) => world.differs(Some(run), format!("event {number} came when {known} were known")),
    }
}

/// An event as a message can hold it.
pub fn brief(event: &Seen) -> String {
    let data: String = event.data.chars().take(300).collect();
    format!("{} {} {data}", event.name, event.id)
}

fn is_timeout(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut))
}
