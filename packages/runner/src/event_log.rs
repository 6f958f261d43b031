//! The event log: the numbered events of a run.
//!
//! One writer. Events that came of the same bytes stand as a group: a group cut short by a crash is
//! cut off whole when the log is opened again, because nobody has seen any of it, and its bytes are
//! decoded anew. A number once published is never computed again.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use domain::Event;
use tokio::sync::watch;

use crate::numbering::{self, Kind, MAX_EVENT};

/// Length, checksum, number, epoch, time, log offset, group end, kind, length of the public part.
pub const HEADER: usize = 4 + 4 + 8 + 4 + 8 + 8 + 1 + 1 + 4;

/// The place of so many events is remembered at most, evenly spread, for readers that resume.
const MOST_MARKS: usize = 2048;

/// How far readers may read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    pub bytes: u64,
    pub number: u64,
    pub epoch: u32,
    /// `done` is the last event; nothing will follow.
    pub done: bool,
}

pub struct EventLog {
    file: Arc<File>,
    published: watch::Sender<Published>,
    index: Arc<Mutex<Index>>,
    epoch: u32,
    next_number: u64,
    length: u64,
    buffer: Vec<u8>,
}

/// A record's fixed part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub number: u64,
    pub epoch: u32,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Bytes of the run log consumed when this event's group was written.
    pub log_offset: u64,
    pub group_end: bool,
    pub kind: u8,
    pub public: usize,
    pub total: usize,
}

impl EventLog {
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = fs::OpenOptions::new().create_new(true).read(true).append(true).mode(0o600).open(path)?;
        Ok(Self::over(file, 1, 1, 0))
    }

    /// Opens the log of a run that another server wrote, giving every event to `each` on the way.
    /// `power_lost`: numbers may have been given out that are not here any more.
    pub fn recover(path: &Path, power_lost: bool, mut each: impl FnMut(&Head, &[u8], &[u8])) -> io::Result<(Self, u64)> {
        let file = fs::OpenOptions::new().read(true).append(true).open(path)?;
        let (mut good, mut last, mut offset, mut epoch) = (0u64, 0u64, 0u64, 1u32);
        let mut group: Vec<(Head, Vec<u8>)> = Vec::new();
        let mut index = Index::default();
        let mut records = Records::new(&file, 0);
        while let Some((head, body)) = records.next(u64::MAX)? {
            if head.number != last + 1 + group.len() as u64 {
                break;
            }
            group.push((head, body.to_vec()));
            if !head.group_end {
                continue;
            }
            for (head, body) in group.drain(..) {
                index.mark(head.number, good);
                good += (HEADER + body.len()) as u64;
                (last, offset, epoch) = (head.number, head.log_offset, head.epoch);
                each(&head, &body[..head.public], &body[head.public..]);
            }
        }
        file.set_len(good)?;
        let log = Self::over(file, if power_lost { epoch + 1 } else { epoch }, last + 1, good);
        *lock(&log.index) = index;
        Ok((log, offset))
    }

    fn over(file: File, epoch: u32, next_number: u64, length: u64) -> Self {
        let (published, _) = watch::channel(Published { bytes: length, number: next_number - 1, epoch, done: false });
        Self { file: Arc::new(file), published, index: Arc::default(), epoch, next_number, length, buffer: Vec::new() }
    }

    pub fn next_number(&self) -> u64 {
        self.next_number
    }

    /// Appends a group and only then publishes it. On an error nothing of it is in the log.
    pub fn append(&mut self, run: &domain::RunId, events: &[(Event, i64)], log_offset: u64) -> io::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let mut number = self.next_number;
        let mut marks = Vec::with_capacity(events.len());
        self.buffer.clear();
        for (position, (event, at)) in events.iter().enumerate() {
            marks.push((number, self.length + self.buffer.len() as u64));
            let start = self.buffer.len();
            self.buffer.extend_from_slice(&[0; HEADER]);
            let (kind, public) = numbering::encode(run, event, &mut self.buffer);
            let body = self.buffer.len() - start - HEADER;
            let head = Head {
                number,
                epoch: self.epoch,
                at: *at,
                log_offset,
                group_end: position + 1 == events.len(),
                kind: kind as u8,
                public,
                total: body,
            };
            seal(&head, &mut self.buffer[start..]);
            number += 1;
        }
        let mut file = &*self.file;
        if let Err(error) = file.write_all(&self.buffer) {
            self.file.set_len(self.length)?;
            return Err(error);
        }
        self.length += self.buffer.len() as u64;
        self.next_number = number;
        if self.buffer.capacity() > 4 * MAX_EVENT {
            self.buffer = Vec::new();
        }
        let mut index = lock(&self.index);
        marks.into_iter().for_each(|(number, place)| index.mark(number, place));
        drop(index);
        let done = matches!(events.last(), Some((Event::Done, _)));
        self.published.send_replace(Published { bytes: self.length, number: number - 1, epoch: self.epoch, done });
        Ok(())
    }

    /// What a reader needs to follow this log.
    pub fn followed(&self) -> Followed {
        Followed { file: self.file.clone(), published: self.published.subscribe(), index: self.index.clone() }
    }

    pub fn file(&self) -> Arc<File> {
        self.file.clone()
    }

    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// A log as its readers see it.
#[derive(Clone)]
pub struct Followed {
    pub(crate) file: Arc<File>,
    pub(crate) published: watch::Receiver<Published>,
    index: Arc<Mutex<Index>>,
}

impl Followed {
    /// A log that is complete: the run has ended.
    pub fn complete(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let mut published = Published { epoch: 1, done: true, ..Published::default() };
        let mut records = Records::new(&file, 0);
        let mut index = Index::default();
        while let Some((head, body)) = records.next(u64::MAX)? {
            index.mark(head.number, published.bytes);
            published.bytes += (HEADER + body.len()) as u64;
            (published.number, published.epoch) = (head.number, head.epoch);
        }
        // The sender is gone: the receiver keeps this value, and waiting for a change returns at once.
        let (_, receiver) = watch::channel(published);
        Ok(Self { file: Arc::new(file), published: receiver, index: Arc::new(Mutex::new(index)) })
    }

    /// A place at or before the event after `number`, from which to look for it.
    pub(crate) fn near(&self, number: u64) -> u64 {
        lock(&self.index).near(number + 1)
    }
}

/// Where some events stand: fewer of them the longer the log, so that it never grows beyond
/// [`MOST_MARKS`].
#[derive(Debug)]
struct Index {
    every: u64,
    marks: Vec<(u64, u64)>,
}

impl Default for Index {
    fn default() -> Self {
        Self { every: 64, marks: Vec::new() }
    }
}

impl Index {
    fn mark(&mut self, number: u64, place: u64) {
        if !number.is_multiple_of(self.every) {
            return;
        }
        self.marks.push((number, place));
        if self.marks.len() >= MOST_MARKS {
            self.every *= 2;
            let every = self.every;
            self.marks.retain(|(number, _)| number.is_multiple_of(every));
        }
    }

    /// The place of the event `number` or of one before it.
    fn near(&self, number: u64) -> u64 {
        let after = self.marks.partition_point(|(marked, _)| *marked <= number);
        after.checked_sub(1).map_or(0, |at| self.marks[at].1)
    }
}

/// Reads records one after the other in large pieces.
pub struct Records<'a> {
    file: &'a File,
    position: u64,
    buffer: Vec<u8>,
    start: usize,
}

impl<'a> Records<'a> {
    pub fn new(file: &'a File, position: u64) -> Self {
        Self { file, position, buffer: Vec::new(), start: 0 }
    }

    /// Where the next record begins.
    pub fn position(&self) -> u64 {
        self.position - (self.buffer.len() - self.start) as u64
    }

    /// The next whole record before `end`; `None` at the end and at anything that is no record.
    pub fn next(&mut self, end: u64) -> io::Result<Option<(Head, &[u8])>> {
        if !self.fill(HEADER, end)? {
            return Ok(None);
        }
        let Some(head) = head(&self.buffer[self.start..]) else { return Ok(None) };
        if !self.fill(HEADER + head.total, end)? {
            return Ok(None);
        }
        let record = &self.buffer[self.start..self.start + HEADER + head.total];
        if checksum(record) != u32::from_le_bytes([record[4], record[5], record[6], record[7]]) {
            return Ok(None);
        }
        self.start += record.len();
        Ok(Some((head, &record[HEADER..])))
    }

    fn fill(&mut self, wanted: usize, end: u64) -> io::Result<bool> {
        while self.buffer.len() - self.start < wanted {
            self.buffer.drain(..self.start);
            self.start = 0;
            let old = self.buffer.len();
            let room = (end - self.position).min(MAX_EVENT as u64) as usize;
            if room == 0 {
                return Ok(false);
            }
            self.buffer.resize(old + room, 0);
            let count = self.file.read_at(&mut self.buffer[old..], self.position)?;
            self.buffer.truncate(old + count);
            self.position += count as u64;
            if count == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn seal(head: &Head, record: &mut [u8]) {
    record[0..4].copy_from_slice(&(head.total as u32).to_le_bytes());
    record[8..16].copy_from_slice(&head.number.to_le_bytes());
    record[16..20].copy_from_slice(&head.epoch.to_le_bytes());
    record[20..28].copy_from_slice(&head.at.to_le_bytes());
    record[28..36].copy_from_slice(&head.log_offset.to_le_bytes());
    record[36] = u8::from(head.group_end);
    record[37] = head.kind;
    record[38..42].copy_from_slice(&(head.public as u32).to_le_bytes());
    let crc = checksum(record);
    record[4..8].copy_from_slice(&crc.to_le_bytes());
}

fn checksum(record: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&record[0..4]), &record[8..])
}

fn head(bytes: &[u8]) -> Option<Head> {
    let bytes: &[u8; HEADER] = bytes.first_chunk()?;
    let u32_at = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let u64_at = |at: usize| u64::from(u32_at(at)) | u64::from(u32_at(at + 4)) << 32;
    let (total, public) = (u32_at(0) as usize, u32_at(38) as usize);
    let known = Kind::from_byte(bytes[37]).is_some();
    (known && total <= 2 * MAX_EVENT && public <= total).then(|| Head {
        number: u64_at(8),
        epoch: u32_at(16),
        at: u64_at(20) as i64,
        log_offset: u64_at(28),
        group_end: bytes[36] == 1,
        kind: bytes[37],
        public,
        total,
    })
}

/// A thread that panicked holding one of these locks left whole values behind.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
