//! What the threads of one torture share: where the server is, the runs there are, and what was found.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    events::{Events, Times},
    plan::Kind,
    processes::Id,
    prompts::Prompt,
    tails::Tail,
};

/// More differences than this say nothing new.
const MOST_DIFFERENCES: usize = 100;

pub struct World {
    pub address: SocketAddr,
    pub key: String,
    pub data: PathBuf,
    /// It knows limits, queues and `Idempotency-Key`.
    pub modern: bool,
    pub runs: Mutex<Vec<Arc<Run>>>,
    pub counts: Counts,
    pub reattach: Reattach,
    /// Descendants of shims, whenever they were looked at.
    pub members: Mutex<BTreeSet<Id>>,
    /// Nothing is waited for after this.
    pub deadline: Instant,
    /// Conversations, readers and cancellations that go on.
    pub active: AtomicU64,
    pub over: AtomicBool,
    differences: Mutex<Vec<Difference>>,
}

/// A run, who asked for it, and what was done to it.
pub struct Run {
    pub agent: String,
    pub id: String,
    pub prompt: Prompt,
    pub events: Mutex<Events>,
    pub harm: Mutex<Harm>,
    /// Step lists that were taken while it went on.
    pub snapshots: Mutex<Vec<Snapshot>>,
    pub done: AtomicBool,
}

#[derive(Clone, Debug, Default)]
pub struct Harm {
    pub program_killed: bool,
    pub shim_killed: Option<Instant>,
    pub cancel_asked: bool,
    /// The status of the answer.
    pub cancelled: Option<u16>,
}

/// The newest steps of a live run and the event that they go up to.
pub struct Snapshot {
    pub items: Vec<serde_json::Value>,
    pub last_event: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Difference {
    pub run: Option<String>,
    pub what: String,
}

#[derive(Default)]
pub struct Counts {
    pub faults: Mutex<BTreeMap<Kind, u64>>,
    pub tails: Mutex<BTreeMap<Tail, u64>>,
    pub follow_ups: AtomicU64,
    /// Of them, those that waited in a queue.
    pub queued: AtomicU64,
    /// Requests whose answer was lost with the server.
    pub answers_lost: AtomicU64,
    pub connections: AtomicU64,
    pub reconnects: AtomicU64,
    pub events_compared: AtomicU64,
    pub steps_compared: AtomicU64,
    pub snapshots: AtomicU64,
}

/// How soon a server that was started again has its runs.
#[derive(Default)]
pub struct Reattach {
    /// The start that is being waited for, and the numbers that each run had reached before it.
    since: Mutex<Option<(Instant, HashMap<String, u64>)>>,
    starts: Mutex<Vec<Instant>>,
    pub first_answer: Times,
    pub first_event: Times,
    pub orderly_end: Times,
    /// From the shim's death, or the start of the next server, to the run's end.
    pub supervisor_lost: Times,
}

impl World {
    pub fn new(address: SocketAddr, key: String, data: PathBuf, limit: Duration) -> Self {
        Self {
            address,
            key,
            data,
            modern: false,
            runs: Mutex::default(),
            counts: Counts::default(),
            reattach: Reattach::default(),
            members: Mutex::default(),
            deadline: Instant::now() + limit,
            active: AtomicU64::new(0),
            over: AtomicBool::new(false),
            differences: Mutex::default(),
        }
    }

    pub fn add(&self, agent: &str, id: &str, prompt: &Prompt) -> Arc<Run> {
        let run = Arc::new(Run {
            agent: agent.to_owned(),
            id: id.to_owned(),
            prompt: prompt.clone(),
            events: Mutex::default(),
            harm: Mutex::default(),
            snapshots: Mutex::default(),
            done: AtomicBool::new(false),
        });
        lock(&self.runs).push(run.clone());
        run
    }

    pub fn all_runs(&self) -> Vec<Arc<Run>> {
        lock(&self.runs).clone()
    }

    pub fn run(&self, id: &str) -> Option<Arc<Run>> {
        lock(&self.runs).iter().find(|run| run.id == id).cloned()
    }

    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed) || Instant::now() >= self.deadline
    }

    /// Something is not as it has to be.
    pub fn differs(&self, run: Option<&Run>, what: impl Into<String>) {
        let mut differences = lock(&self.differences);
        if differences.len() < MOST_DIFFERENCES {
            differences.push(Difference { run: run.map(|run| format!("{} of {}", run.id, run.agent)), what: what.into() });
        }
    }

    pub fn differences(&self) -> Vec<Difference> {
        lock(&self.differences).clone()
    }
}

impl Reattach {
    /// A server is about to be started. `reached`: the numbers of events that stand in the logs already.
    pub fn begin(&self, reached: HashMap<String, u64>) {
        let now = Instant::now();
        *lock(&self.since) = Some((now, reached));
        lock(&self.starts).push(now);
    }

    /// The last start of a server before `moment`; none for the first one's time.
    pub fn start_before(&self, moment: Instant) -> Option<Instant> {
        lock(&self.starts).iter().rfind(|start| **start <= moment).copied()
    }

    pub fn give_up(&self) {
        *lock(&self.since) = None;
    }

    /// A reader saw an event for the first time.
    pub fn saw(&self, run: &str, number: u64) {
        let mut since = lock(&self.since);
        if let Some((begun, reached)) = &*since
            && reached.get(run).is_some_and(|reached| number > *reached)
        {
            self.first_event.push(begun.elapsed());
            *since = None;
        }
    }
}

/// Something that goes on for as long as this lives.
pub struct Active<'a>(&'a World);

impl<'a> Active<'a> {
    pub fn begin(world: &'a World) -> Self {
        world.active.fetch_add(1, Ordering::SeqCst);
        Self(world)
    }
}

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Ordering::SeqCst);
    }
}

pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// A thread that panicked holding one of these left whole values behind.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
