//! The events of one run as its readers saw them. Who sees a number first lays down what it is; from
//! then on it has to be the same for everybody and for ever.

use std::time::{Duration, Instant};

use anyhow::bail;

use crate::http::Event;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub name: String,
    /// Empty for `status` and for a `done` that is told from the run's row.
    pub id: String,
    pub data: String,
}

/// The events of a run, the first at 0.
#[derive(Default)]
pub struct Events {
    seen: Vec<Seen>,
    /// When the first of each name came.
    first: Vec<(String, Instant)>,
}

/// What came of showing an event.
pub enum Shown {
    New,
    Again,
    Different(Box<Seen>),
    /// Events before it are not known: the reader skipped some.
    Ahead(u64),
}

impl Events {
    pub fn show(&mut self, number: u64, event: Seen) -> Shown {
        let index = number.saturating_sub(1) as usize;
        match self.seen.get(index) {
            Some(known) if *known == event => Shown::Again,
            Some(known) => Shown::Different(Box::new(known.clone())),
            None if index == self.seen.len() => {
                if self.first.iter().all(|(name, _)| *name != event.name) {
                    self.first.push((event.name.clone(), Instant::now()));
                }
                self.seen.push(event);
                Shown::New
            }
            None => Shown::Ahead(self.seen.len() as u64),
        }
    }

    pub fn all(&self) -> &[Seen] {
        &self.seen
    }

    pub fn first(&self, name: &str) -> Option<Instant> {
        self.first.iter().find(|(known, _)| known == name).map(|(_, at)| *at)
    }
}

/// Counts along with one connection. `status` has no id on a stream but a number in the log, so that a
/// gap, a repetition or a foreign id shows at once.
pub struct Counter {
    number: u64,
    /// Who comes back is told the state first; that has no number.
    returning: bool,
}

/// An event with its number.
pub struct Numbered {
    pub number: u64,
    pub event: Seen,
}

impl Counter {
    /// `after`: the id that the connection resumes from.
    pub fn new(after: Option<&str>) -> anyhow::Result<Self> {
        Ok(Self { number: after.map(number_of).transpose()?.unwrap_or(0), returning: after.is_some() })
    }

    /// `None` for what is not of the log.
    pub fn count(&mut self, event: &Event<'_>) -> anyhow::Result<Option<Numbered>> {
        if event.name == "heartbeat" {
            return Ok(None);
        }
        if std::mem::take(&mut self.returning) {
            if event.name != "status" || !event.id.is_empty() {
                bail!("who comes back is told `{}` first and not the state", event.name);
            }
            return Ok(None);
        }
        self.number += 1;
        match event.id {
            "" if matches!(event.name, "status" | "done") => {}
            "" => bail!("`{}` has no id", event.name),
            id if event.name == "status" => bail!("`status` has the id {id}"),
            id if number_of(id)? != self.number => bail!("event {} has the id {id}", self.number),
            _ => {}
        }
        let event = Seen { name: event.name.to_owned(), id: event.id.to_owned(), data: event.data.to_owned() };
        Ok(Some(Numbered { number: self.number, event }))
    }
}

pub fn number_of(id: &str) -> anyhow::Result<u64> {
    match id.rsplit_once('-').map(|(_, number)| number.parse()) {
        Some(Ok(number)) => Ok(number),
        _ => bail!("{id:?} is no id of an event"),
    }
}

/// Times of something, for the report.
#[derive(Default)]
pub struct Times(std::sync::Mutex<Vec<Duration>>);

impl Times {
    pub fn push(&self, time: Duration) {
        super::world::lock(&self.0).push(time);
    }

    pub fn all(&self) -> Vec<Duration> {
        super::world::lock(&self.0).clone()
    }
}
