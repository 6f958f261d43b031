//! The runs of this machine that are live, and the way to every other one's events.

use std::{
    any::Any,
    collections::HashMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex},
};

use agents::Decoder;
use domain::{Event, EventId, Guards, Notice, RunId, RunStatus};
use shim::spec::Limits;
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    EventReader, RunDirectory, RunStore, RunnerError, Snapshot,
    clock::now_ms,
    event_log::{EventLog, Followed, lock},
    live::{Begin, Live},
    load::Load,
    recovery,
    shared::Shared,
    shim_program,
    steps::{Known, Steps},
};

#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the directories of runs are.
    pub runs: PathBuf,
    /// Where the shim is put.
    pub programs: PathBuf,
    /// What tells this data directory's processes from those of others.
    pub instance: String,
}

/// What is to be run. The prompt and the values of variables go to the program and nowhere else
/// but the run log.
pub struct Launch {
    pub argv: Vec<String>,
    pub directory: String,
    pub environment: Vec<(OsString, OsString)>,
    pub input: Vec<u8>,
    pub end_of_turn: &'static [u8],
    pub limits: Limits,
    pub guards: Guards,
    /// What the user should know before the run begins.
    pub notices: Vec<Notice>,
    /// Values that must not stand in an event or a step.
    pub secrets: Vec<String>,
}

/// Whatever is to be held until a run has ended.
pub type Permit = Box<dyn Any + Send + Sync>;

/// A run that may begin.
pub struct Admitted {
    pub launch: Launch,
    pub permit: Permit,
}

/// What a run waits for. Until it resolves the run is CREATING: its stream can be read, the gate can tell events
/// there, and it can be stopped, which drops the gate.
pub struct Gate {
    pub(crate) admitted: Pin<Box<dyn Future<Output = Result<Admitted, RunnerError>> + Send>>,
    pub(crate) events: mpsc::Receiver<Event>,
}

/// More than these wait for the event log; who tells more waits, too.
const MOST_TOLD: usize = 64;

impl Gate {
    /// `wait` gets what it tells events by.
    pub fn new<F>(wait: impl FnOnce(mpsc::Sender<Event>) -> F) -> Self
    where
        F: Future<Output = Result<Admitted, RunnerError>> + Send + 'static,
    {
        let (tell, events) = mpsc::channel(MOST_TOLD);
        Self { admitted: Box::pin(wait(tell)), events }
    }
}

pub struct Runner<S> {
    inner: Arc<Inner<S>>,
}

impl<S> Clone for Runner<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

/// A run that is not live yet and will be, or will be given up.
#[derive(Default)]
struct Expectation {
    announcers: usize,
    settled: CancellationToken,
}

pub(crate) struct Inner<S> {
    pub settings: Settings,
    pub store: S,
    pub shim: PathBuf,
    pub live: Mutex<HashMap<RunId, Arc<Shared>>>,
    /// Runs that are about to be taken up or launched; who asks for one waits.
    expected: Mutex<HashMap<RunId, Expectation>>,
    pub load: Load,
    pub tasks: TaskTracker,
    /// The server's end, not the runs'.
    pub shutdown: CancellationToken,
}

impl<S: RunStore> Runner<S> {
    pub fn new(settings: Settings, store: S) -> Result<Self, RunnerError> {
        let shim = shim_program::install(&settings.programs).map_err(RunnerError::io("install the shim"))?;
        let inner = Inner {
            settings,
            store,
            shim,
            live: Mutex::default(),
            expected: Mutex::default(),
            load: Load::default(),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub fn store(&self) -> &S {
        &self.inner.store
    }

    /// Launches a run as soon as `gate` lets it. When this returns its stream can be read; how the launch
    /// went is told there. `first_ordinal`: the first that is free for this run's steps.
    pub fn start(&self, run: RunId, first_ordinal: u32, decoder: Box<dyn Decoder>, gate: Gate) -> Result<(), RunnerError> {
        let directory = RunDirectory::of(&self.inner.settings.runs, run);
        directory.create()?;
        let mut events = EventLog::create(&directory.events()).map_err(RunnerError::io("create the event log"))?;
        let mut steps = Steps::new(run, first_ordinal);
        let creating = (Event::Status { status: RunStatus::Creating }, now_ms());
        events.append(&run, std::slice::from_ref(&creating), 0).map_err(RunnerError::io("write the event log"))?;
        steps.apply(&creating.0, creating.1, EventId { run_tail: run.tail(), epoch: 1, number: 1 }, || None);
        self.go_on(run, directory, events, steps, decoder, Begin::Launch(gate));
        Ok(())
    }

    /// Announces runs that another server left. Until each is taken up or given up, whoever asks for
    /// it waits, instead of seeing a run that seems to stand still.
    pub fn expect(&self, runs: impl IntoIterator<Item = RunId>) {
        let mut expected = lock(&self.inner.expected);
        for run in runs {
            expected.entry(run).or_default().announcers += 1;
        }
    }

    /// Announces a run that is about to be launched, for as long as the guard lives or until it is.
    pub fn expecting(&self, run: RunId) -> Expected<S> {
        self.expect([run]);
        Expected { runner: self.clone(), run }
    }

    /// Ends whatever carries a run's mark, for a run that cannot be followed.
    pub async fn kill(&self, run: RunId) {
        let mark = shim::spec::mark(&self.inner.settings.instance, &run.to_string());
        let _ = tokio::task::spawn_blocking(move || shim::scope::kill_all(None, &mark, || ())).await;
    }

    /// Ends the processes of runs that are over: neither live here nor with a shim of their own. Returns whose
    /// they were, and what they were.
    pub async fn sweep(&self) -> Vec<(RunId, String)> {
        let inner = self.inner.clone();
        let sweep = move || {
            let mut ended = Vec::new();
            for (run, process) in shim::scope::marked(&inner.settings.instance) {
                let Ok(run) = run.parse::<RunId>() else { continue };
                let directory = RunDirectory::of(&inner.settings.runs, run);
                let known = lock(&inner.live).contains_key(&run) || lock(&inner.expected).contains_key(&run);
                if known || directory.is_supervised() {
                    continue;
                }
                shim::scope::kill_all(None, &shim::spec::mark(&inner.settings.instance, &run.to_string()), || ());
                ended.push((run, process.command));
            }
            ended
        };
        tokio::task::spawn_blocking(sweep).await.unwrap_or_default()
    }

    /// One who announced the run is done with it: it was taken up, launched or given up. Several may have, as
    /// a recovery and a request that is repeated meanwhile; the last one counts.
    pub fn settle(&self, run: RunId) {
        let mut expected = lock(&self.inner.expected);
        let Some(expectation) = expected.get_mut(&run) else { return };
        expectation.announcers -= 1;
        if expectation.announcers == 0 {
            expectation.settled.cancel();
            expected.remove(&run);
        }
    }

    /// Waits until the run is live, or is known not to become so. A server that ends does not know.
    async fn settled(&self, run: RunId) -> Result<(), RunnerError> {
        let token = lock(&self.inner.expected).get(&run).map(|expectation| expectation.settled.clone());
        let Some(token) = token else { return Ok(()) };
        tokio::select! {
            biased;
            () = token.cancelled() => Ok(()),
            () = self.inner.shutdown.cancelled() => Err(RunnerError::ServerEnding),
        }
    }

    /// Whether the run's program was started, or is just being.
    pub fn was_launched(&self, run: RunId) -> bool {
        let directory = RunDirectory::of(&self.inner.settings.runs, run);
        directory.has_log() || directory.is_supervised()
    }

    /// Makes sure that a run whose server died before its program was started will not be started
    /// behind our back; then it may be launched anew. False when it was launched. Blocks.
    pub fn claim_unlaunched(&self, run: RunId) -> Result<bool, RunnerError> {
        let directory = RunDirectory::of(&self.inner.settings.runs, run);
        // Somebody may have deleted the directory of a run that goes on.
        let mark = shim::spec::mark(&self.inner.settings.instance, &run.to_string());
        if !directory.path().exists() && !shim::scope::members(None, &mark).is_empty() {
            return Ok(false);
        }
        directory.remove_unlaunched()
    }

    /// Takes up a run that another server left. `known`: what the database has of it.
    pub async fn attach(
        &self,
        run: RunId,
        decoder: Box<dyn Decoder>,
        first_ordinal: u32,
        known: Known,
        secrets: Vec<String>,
        permit: Permit,
    ) -> Result<(), RunnerError> {
        let directory = RunDirectory::of(&self.inner.settings.runs, run);
        let recovered =
            tokio::task::spawn_blocking(move || recovery::recover(run, directory, decoder, first_ordinal, known, secrets))
                .await
                .map_err(|error| RunnerError::io("recover the run")(error.into()))??;
        let recovery::Recovered { directory, events, steps, decoder, state } = recovered;
        self.go_on(run, directory, events, steps, decoder, Begin::Attach(Box::new(state), permit));
        Ok(())
    }

    fn go_on(
        &self,
        run: RunId,
        directory: RunDirectory,
        events: EventLog,
        steps: Steps,
        decoder: Box<dyn Decoder>,
        begin: Begin,
    ) {
        let (shared, commands) = Shared::new(events.followed(), steps);
        lock(&self.inner.live).insert(run, shared.clone());
        // Whoever waits finds it from here on; its announcers settle for themselves.
        if let Some(expectation) = lock(&self.inner.expected).get(&run) {
            expectation.settled.cancel();
        }
        let live = Live::new(self.inner.clone(), directory, events, decoder, shared, commands);
        self.inner.tasks.spawn(live.run(begin));
    }

    /// The run's events from after `after`.
    pub async fn events(&self, run: RunId, after: Option<EventId>) -> Result<EventReader, RunnerError> {
        self.settled(run).await?;
        let live = lock(&self.inner.live).get(&run).map(|shared| shared.followed.clone());
        let followed = match live {
            Some(followed) => followed,
            None => {
                let path = RunDirectory::of(&self.inner.settings.runs, run).events();
                let opened = tokio::task::spawn_blocking(move || Followed::complete(&path)).await;
                opened.map_err(|error| RunnerError::io("open the event log")(error.into()))?.map_err(|error| {
                    match error.kind() {
                        std::io::ErrorKind::NotFound => RunnerError::Expired,
                        _ => RunnerError::io("open the event log")(error),
                    }
                })?
            }
        };
        EventReader::open(run, followed, after).await
    }

    /// The steps of a live run as they stand; `None` when it is not live.
    pub async fn snapshot(&self, run: RunId) -> Result<Option<Snapshot>, RunnerError> {
        self.settled(run).await?;
        Ok(lock(&self.inner.live).get(&run).map(|shared| lock(&shared.steps).snapshot()))
    }

    pub async fn is_live(&self, run: RunId) -> Result<bool, RunnerError> {
        self.settled(run).await?;
        Ok(lock(&self.inner.live).contains_key(&run))
    }

    /// How many runs have a program; those that wait have none.
    pub fn live_count(&self) -> usize {
        let live: Vec<RunId> = lock(&self.inner.live).keys().copied().collect();
        live.into_iter().filter(|run| RunDirectory::of(&self.inner.settings.runs, *run).is_supervised()).count()
    }

    /// Asks a run to end; [`Runner::ended`] tells when it has.
    pub async fn stop(&self, run: RunId) -> Result<(), RunnerError> {
        self.settled(run).await?;
        let shared = lock(&self.inner.live).get(&run).cloned().ok_or(RunnerError::NotLive)?;
        shared.stop().await
    }

    /// Returns when the run has ended and its end is in the database.
    pub async fn ended(&self, run: RunId) {
        if self.settled(run).await.is_err() {
            return;
        }
        let Some(shared) = lock(&self.inner.live).get(&run).cloned() else { return };
        shared.ended.cancelled().await;
    }

    /// Removes what is left of a run that is not live.
    pub async fn remove(&self, run: RunId) -> Result<(), RunnerError> {
        let directory = RunDirectory::of(&self.inner.settings.runs, run);
        let removed = tokio::task::spawn_blocking(move || fs::remove_dir_all(directory.path())).await;
        match removed.unwrap_or_else(|error| Err(error.into())) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(RunnerError::io("remove the run directory")(error)),
            _ => Ok(()),
        }
    }

    /// The server's end: runs go on with their shims. Returns how many.
    pub async fn shutdown(&self) -> usize {
        self.inner.shutdown.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.live_count()
    }
}

/// While it lives, who asks for the run waits.
pub struct Expected<S: RunStore> {
    runner: Runner<S>,
    run: RunId,
}

impl<S: RunStore> Drop for Expected<S> {
    fn drop(&mut self) {
        self.runner.settle(self.run);
    }
}

/// Asks the runs below `runs` to end, beside a server or without one. Returns those that were asked.
pub async fn stop_all(runs: &Path) -> std::io::Result<Vec<String>> {
    let mut asked = Vec::new();
    for entry in fs::read_dir(runs).into_iter().flatten().flatten() {
        let Some(run) = entry.file_name().to_str().and_then(|name| name.parse::<RunId>().ok()) else { continue };
        let directory = RunDirectory::of(runs, run);
        if !directory.is_supervised() {
            continue;
        }
        // One that cannot be reached does not keep the others from being asked.
        if ask_to_stop(&directory).await.is_ok() {
            asked.push(run.to_string());
        }
    }
    Ok(asked)
}

async fn ask_to_stop(directory: &RunDirectory) -> std::io::Result<()> {
    let mut connection = crate::shim_process::Connection::open(directory).await?;
    // Above every number a server gives out: it is the last command of this run.
    connection.send(u64::MAX, shim::control::Action::Stop).await?;
    while connection.ring().await.is_some() {}
    Ok(())
}
