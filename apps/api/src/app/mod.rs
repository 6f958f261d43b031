//! The use-cases. Each is one function of [`App`] that knows who asks and answers with rows or an
//! [`Error`]; nothing here knows of HTTP or of SQL.

pub mod admission;
pub mod agents;
pub mod auth;
pub mod backup;
pub mod changes;
pub mod clock;
pub mod cursor;
pub mod cursor_state;
pub mod data_directory;
pub mod directories;
pub mod doctor;
mod error;
pub mod hook;
pub mod housekeeping;
pub mod idempotency;
pub mod launch;
pub mod limits;
pub mod port_owner;
pub mod queue;
pub mod relocation;
pub mod run_records;
pub mod runs;
pub mod sample_project;
pub mod secrets;
pub mod steps;
pub mod title;
pub mod workspace;

use std::{path::PathBuf, sync::Arc};

use db::Db;
use domain::Limits;
use runner::{Runner, Settings};
use tokio::sync::{Notify, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::config::Config;
use admission::{Admission, Permit};
use cursor::{login::LoginProcess, program::Finder};
use cursor_state::CursorStateCache;
use data_directory::DataDirectory;
pub use db::{
    AgentRow, Change, CheckpointRow, GitCredentialRow, QueuedPromptRow, RunRow, StoredStep,
    query::{agents::Filter as AgentFilter, page::Page},
};
pub use error::{Error, Kind, Result};
use run_records::RunRecords;
use secrets::Sealer;
use workspace::{Workspaces, recorder::Recorder};

pub struct App {
    pub config: Config,
    pub data: DataDirectory,
    pub db: Db,
    pub runner: Runner<RunRecords>,
    pub admission: Arc<Admission>,
    pub workspaces: Workspaces,
    limits: watch::Sender<Limits>,
    /// Some agent's queue may go on.
    pub queues: Arc<Notify>,
    pub(crate) sealer: Sealer,
    pub(crate) finder: Finder,
    pub(crate) cursor_state: CursorStateCache,
    pub login: LoginProcess,
    /// How the demo agent is started: this program, and the word that makes it one.
    pub(crate) demo_argv: Vec<String>,
    changing_limits: tokio::sync::Mutex<()>,
    spent_lately: Arc<limits::SpentLately>,
    in_flight: idempotency::InFlight,
    known_callers: auth::KnownCallers,
    password_checks: tokio::sync::Mutex<()>,
    pub tasks: TaskTracker,
    pub shutdown: CancellationToken,
}

impl App {
    /// Opens the data directory's contents. Runs that another server left are not taken up yet, see
    /// [`App::recover`].
    pub async fn open(config: Config, data: DataDirectory, demo_argv: Vec<String>) -> Result<Arc<Self>> {
        let db = Db::open(&data.database()).await.map_err(|error| match error {
            db::DbError::Newer(_) | db::DbError::Backup(_) => Error::new(Kind::Internal, "internal_error", error.to_string()),
            db::DbError::DiskFull => error.into(),
            db::DbError::Database(source) => {
                let path = data.database();
                let message = format!(
                    "{} cannot be opened: {source}. If it is damaged, put a copy in its place, or move it away to start anew.",
                    path.display()
                );
                Error::new(Kind::Internal, "internal_error", message)
            }
            other => other.into(),
        })?;
        auth::owner(&db).await?;
        let sealer = Sealer::open(&data.key()).map_err(|error| Error::internal("read its key", error))?;
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let settings = Settings { runs: data.runs(), programs: data.programs(), instance: data.instance.clone() };
        let (queues, admission) = (Arc::<Notify>::default(), Arc::<Admission>::default());
        let limits = limits::load(&db).await?;
        admission.set_most(limits.concurrent_runs.map(|most| most as usize));
        let spent_lately = Arc::<limits::SpentLately>::default();
        let recorder = Arc::new(Recorder { db: db.clone(), data: data.clone() });
        let workspaces = Workspaces::new(&data, recorder.clone());
        let records = RunRecords {
            db: db.clone(),
            data: data.clone(),
            recorder,
            on_run_end: config.on_run_end.clone(),
            tasks: tasks.clone(),
            queues: queues.clone(),
            spent: spent_lately.clone(),
        };
        let runner = Runner::new(settings, records)?;
        Ok(Arc::new(Self {
            finder: Finder::new(config.cursor_bin.clone()),
            cursor_state: CursorStateCache::default(),
            login: LoginProcess::default(),
            changing_limits: tokio::sync::Mutex::default(),
            spent_lately,
            in_flight: idempotency::InFlight::default(),
            known_callers: auth::KnownCallers::default(),
            password_checks: tokio::sync::Mutex::default(),
            config,
            data,
            db,
            runner,
            admission,
            workspaces,
            limits: watch::Sender::new(limits),
            queues,
            sealer,
            demo_argv,
            tasks,
            shutdown,
        }))
    }

    /// Takes up the runs that another server left. Returns when each is announced; taking them up
    /// goes on beside, and who asks for one waits for it.
    pub async fn recover(self: &Arc<Self>) -> Result<()> {
        let left = db::query::runs::live(&self.db).await?;
        self.runner.expect(left.iter().filter_map(|run| run.id.parse().ok()));
        // What runs already counts, before anyone in line is let in.
        let (launched, waiting): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|run| run.id.parse().is_ok_and(|id| self.runner.was_launched(id)));
        for run in launched {
            let (app, permit) = (self.clone(), self.admission.occupy());
            self.tasks.spawn(async move { app.take_up(run, Some(permit)).await });
        }
        let app = self.clone();
        self.tasks.spawn(async move {
            // One after the other: they stand in line in the order in which they came.
            for run in waiting {
                app.take_up(run, None).await;
            }
        });
        Ok(())
    }

    async fn take_up(self: &Arc<Self>, run: RunRow, permit: Option<Permit>) {
        let id = run.id.clone();
        let attached = self.attach(run, permit).await;
        let Ok(id) = id.parse() else { return };
        if let Err(error) = attached {
            tracing::error!(run = %id, %error, source = ?error.source, "a run could not be taken up");
            self.give_up(id, &error).await;
        }
        self.runner.settle(id);
    }

    /// Carries a use-case to its end also when whoever asked has gone: one that is left half-way would
    /// leave a run that nobody launches.
    pub async fn to_its_end<T: Send + 'static>(&self, work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
        self.tasks.spawn(work).await.map_err(|error| Error::internal("finish what was begun", error))?
    }

    /// Ends the server's own work; runs go on. Returns how many do.
    pub async fn close(&self) -> usize {
        self.shutdown.cancel();
        self.login.stop();
        let live = self.runner.shutdown().await;
        self.tasks.close();
        self.tasks.wait().await;
        live
    }

    /// Where pages are reached, without a trailing slash.
    pub fn public_base(&self) -> String {
        let origin = match &self.config.public_url {
            Some(url) => url.origin.clone(),
            None => format!("http://{}", self.config.listen),
        };
        format!("{origin}{}", self.config.base_path)
    }

    /// Where an agent works, absolute.
    pub fn workspace(&self, agent: &db::AgentRow) -> PathBuf {
        self.data.root().join(&agent.workspace_path)
    }
}
