//! A reader of a run's events: from any number, then along with the run.
//!
//! It reads the event log itself, so it cannot miss anything and its slowness costs nobody else.

use domain::{EventId, RunId};

use crate::{
    RunnerError,
    event_log::{Followed, Published, Records},
    numbering::{Kind, MAX_EVENT},
};

/// One event as it stands in the log.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    pub id: EventId,
    pub kind: Kind,
    /// Milliseconds since 1970.
    pub at: i64,
    body: Vec<u8>,
    public: usize,
}

impl StoredEvent {
    /// What the API shows, a JSON object; empty for what only `detail` shows.
    pub fn public(&self) -> &[u8] {
        &self.body[..self.public]
    }

    /// More of it, a JSON object or empty.
    pub fn detail(&self) -> &[u8] {
        &self.body[self.public..]
    }
}

pub struct EventReader {
    log: Followed,
    run_tail: u64,
    position: u64,
    finished: bool,
}

impl EventReader {
    /// From after `after`, or from the start.
    ///
    /// An id of an older epoch that is not there any more gets what came instead; a number that was never
    /// given out, or that of another run, is refused.
    pub async fn open(run: RunId, log: Followed, after: Option<EventId>) -> Result<Self, RunnerError> {
        let published = *log.published.borrow();
        let position = match after {
            None => 0,
            Some(id) => {
                if id.run_tail != run.tail()
                    || id.epoch > published.epoch
                    || (id.epoch == published.epoch && id.number > published.number)
                {
                    return Err(RunnerError::InvalidEventId);
                }
                if id.epoch == published.epoch && id.number == published.number {
                    published.bytes
                } else {
                    let log = log.clone();
                    let found = tokio::task::spawn_blocking(move || find(&log, id, published)).await;
                    found
                        .map_err(|error| RunnerError::io("look for an event")(error.into()))?
                        .map_err(RunnerError::io("look for an event"))?
                }
            }
        };
        Ok(Self { log, run_tail: run.tail(), position, finished: false })
    }

    /// The next events, at least one; `None` after `done`. Waits for the run where it must.
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Option<Vec<StoredEvent>>, RunnerError> {
        loop {
            let published = *self.log.published.borrow_and_update();
            if self.position < published.bytes {
                return self.read(published.bytes).await.map(Some);
            }
            if self.finished || published.done {
                return Ok(None);
            }
            if self.log.published.changed().await.is_err() {
                // The writer is gone, as at the server's end: the reader will come back to the next.
                self.finished = true;
            }
        }
    }

    async fn read(&mut self, end: u64) -> Result<Vec<StoredEvent>, RunnerError> {
        let (log, position, run_tail) = (self.log.clone(), self.position, self.run_tail);
        // A reader that keeps up reads what was written this moment: the page is in memory, and a
        // hop to another thread would cost more than the read. One that lags may meet the disk.
        let result = if end - position <= MAX_EVENT as u64 {
            read_batch(&log, position, end, run_tail)
        } else {
            let task = tokio::task::spawn_blocking(move || read_batch(&log, position, end, run_tail));
            task.await.unwrap_or_else(|error| Err(error.into()))
        };
        let (events, position) = result.map_err(RunnerError::io("read the event log"))?;
        self.position = position;
        Ok(events)
    }
}

/// Where the first event after `id` begins. Numbers that a loss of power took were given out anew, in a
/// later epoch: to who saw the lost ones all of those are news.
fn find(log: &Followed, id: EventId, published: Published) -> std::io::Result<u64> {
    let from = if id.epoch == published.epoch { log.near(id.number) } else { 0 };
    let mut records = Records::new(&log.file, from);
    loop {
        let position = records.position();
        match records.next(published.bytes)? {
            Some((head, _)) if head.epoch <= id.epoch && head.number <= id.number => {}
            _ => return Ok(position),
        }
    }
}

fn read_batch(log: &Followed, position: u64, end: u64, run_tail: u64) -> std::io::Result<(Vec<StoredEvent>, u64)> {
    let mut records = Records::new(&log.file, position);
    let (mut events, mut bytes) = (Vec::new(), 0);
    while bytes < MAX_EVENT {
        let Some((head, body)) = records.next(end)? else { break };
        bytes += body.len();
        let Some(kind) = Kind::from_byte(head.kind) else { continue };
        let id = EventId { run_tail, epoch: head.epoch, number: head.number };
        events.push(StoredEvent { id, kind, at: head.at, body: body.to_vec(), public: head.public });
    }
    if events.is_empty() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "the event log is damaged"));
    }
    Ok((events, records.position()))
}
