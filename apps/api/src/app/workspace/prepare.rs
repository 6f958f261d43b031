//! Making a workspace for its first run, and having it back when it was given up. What goes wrong is the run's own
//! end, in git's words.

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, Instant},
};

use db::{AgentChange, AgentRow, query::agents};
use domain::{Event, Outcome, Preparation, PreparationStatus, RunError, RunId, ToolCall, ToolStatus, ToolView};
use runner::RunnerError;
use tokio::sync::mpsc;
use workspace::{
    RepositoryUrl, WorkspaceError,
    checkout::{self, CheckoutError, CloneRequest, CopyRequest},
    progress::Progress,
    remote::RemoteErrorKind,
};

use super::{
    places::Presence,
    source::{CheckedOut, Source},
};
use crate::app::{App, Error, Kind, clock::now_ms};

/// Progress is told no more often.
const TELL_EVERY: Duration = Duration::from_millis(150);

/// A workspace in which a run may begin.
pub struct Prepared {
    pub agent: AgentRow,
    pub presence: Presence,
    /// What the user should know.
    pub notices: Vec<domain::Notice>,
}

impl App {
    /// Makes the workspace if it is not there, and records it as it is before the run.
    pub(crate) async fn prepare_workspace(
        &self,
        mut agent: AgentRow,
        run: RunId,
        tell: &mpsc::Sender<Event>,
    ) -> Result<Prepared, RunnerError> {
        let path = self.workspace(&agent);
        let (presence, others) = self.workspaces.places.enter(run, &agent.id, &path).await;
        // What was done there meanwhile counts, not what was known before.
        let current = agents::find_any(&self.db, &agent.id).await.map_err(|error| refused(error.into()))?;
        agent = current.ok_or_else(|| refused(Error::agent_not_found()))?;
        let mut notices = Vec::new();
        if !others.is_empty() {
            let all = others.iter().chain([&run]).map(RunId::to_string).collect();
            db::query::runs::set_shared(&self.db, all).await.map_err(|error| refused(error.into()))?;
            notices.push(shared_notice());
        }
        match (agent.workspace_type.as_str(), agent.workspace_state.as_str()) {
            ("empty", _) => {
                let made = checkout::init(&path).map_err(WorkspaceError::io("make the workspace"));
                made.map_err(|error| refused(error.into()))?;
            }
            ("git" | "copy", "pending") => self.make_workspace(&mut agent, &path, tell).await?,
            _ => {}
        }
        if agent.workspace_state == "given_up" {
            self.have_back(&mut agent).await.map_err(refused)?;
        }
        // One commit for all of it: the program waits.
        let given = self.give_ports(&mut agent).await.map_err(refused)?;
        match self.workspaces.recorder.keep_first(&mut agent, run, given.is_some()).await {
            Ok(()) => {}
            Err(error) if error.kind == Kind::DiskFull => return Err(RunnerError::DiskFull),
            Err(error) => {
                tracing::warn!(agent = %agent.id, %error, source = ?error.source, "a workspace could not be recorded");
                notices.push(not_recorded(&error));
                if given.is_some() {
                    let change = AgentChange { first_port: Some(agent.first_port), ..AgentChange::default() };
                    agents::update(&self.db, agent.user_id, &agent.id, change).await.map_err(|error| refused(error.into()))?;
                }
            }
        }
        Ok(Prepared { agent, presence, notices })
    }

    async fn make_workspace(&self, agent: &mut AgentRow, path: &Path, tell: &mpsc::Sender<Event>) -> Result<(), RunnerError> {
        let source = Source::of(agent);
        let names = match &source.copy_of {
            Some(original) => vec![original.to_string_lossy().into_owned()],
            None => source.repositories.iter().map(|repository| repository.url.clone()).collect(),
        };
        let told = Told::new(names, tell.clone());
        told.now(None).await;
        // What an attempt left that came to nothing; no agent was ever in it.
        let left = path.to_owned();
        let _ = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(left)).await;
        let made = match &source.copy_of {
            Some(original) => self.copy_original(agent, &source, original, path, &told).await,
            None => self.clone_all(agent, &source, path, &told).await,
        };
        let repositories = match made {
            Ok(repositories) => repositories,
            Err(error) => {
                let error = run_error(&error);
                told.now(Some(&error.message)).await;
                return Err(match error.code.as_str() {
                    "disk_full" => RunnerError::DiskFull,
                    _ => RunnerError::Refused(Box::new(error)),
                });
            }
        };
        let json = serde_json::to_string(&repositories).unwrap_or_default();
        let change = AgentChange {
            workspace_state: Some("ready".to_owned()),
            repositories: Some(Some(json.clone())),
            ..AgentChange::default()
        };
        agents::update(&self.db, agent.user_id, &agent.id, change).await.map_err(|error| refused(error.into()))?;
        (agent.workspace_state, agent.repositories) = ("ready".to_owned(), Some(json));
        told.done().await;
        Ok(())
    }

    async fn clone_all(
        &self,
        agent: &AgentRow,
        source: &Source,
        path: &Path,
        told: &Told,
    ) -> Result<Vec<CheckedOut>, CheckoutError> {
        let access = self.git_access(agent.user_id).await.map_err(|error| CheckoutError::Io(std::io::Error::other(error)))?;
        let owner = agent.user_id.to_string();
        // One name for all of them.
        let branch = source.branch(&agent.name);
        let mut repositories: Vec<CheckedOut> = Vec::new();
        for (number, repository) in source.repositories.iter().enumerate() {
            let parsed =
                RepositoryUrl::parse(&repository.url).map_err(|error| CheckoutError::Io(std::io::Error::other(error)))?;
            let url = parsed.0;
            let inside = if source.repositories.len() > 1 { directory_for(&url, &repositories) } else { String::new() };
            let tell = |progress: Progress| told.progress(number, progress);
            let mirrored =
                self.workspaces.mirrors.bring(&owner, &url, repository.starting_ref.as_deref(), &access, &tell).await?;
            let place: PathBuf = if inside.is_empty() { path.to_owned() } else { path.join(&inside) };
            let request = CloneRequest { mirrored: &mirrored, url: &url, branch: branch.clone(), access: &access, path: &place };
            let based = checkout::clone(request, &tell).await?;
            told.completed(number, based.branch.as_deref());
            repositories.push(CheckedOut {
                path: inside,
                url: Some(url.as_str().to_owned()),
                based,
                pushed: None,
                applied: None,
            });
            if let Err(error) = db::query::repositories::remember(&self.db, agent.user_id, url.as_str(), now_ms()).await {
                tracing::warn!(%error, "a repository was not remembered");
            }
        }
        Ok(repositories)
    }

    async fn copy_original(
        &self,
        agent: &AgentRow,
        source: &Source,
        original: &Path,
        path: &Path,
        told: &Told,
    ) -> Result<Vec<CheckedOut>, CheckoutError> {
        let settings = self.workspace_settings().await.map_err(|error| CheckoutError::Io(std::io::Error::other(error)))?;
        let access = self.git_access(agent.user_id).await.map_err(|error| CheckoutError::Io(std::io::Error::other(error)))?;
        let branch = match source.branch(&agent.name) {
            checkout::Branch::New(name) => name,
            // A copy is on a branch of its own, so that it can be brought home beside the original's.
            checkout::Branch::Current => workspace::reference::branch_for(&agent.name, rand::random()),
        };
        let request = CopyRequest {
            source: original,
            path,
            branch,
            uncommitted: source.uncommitted,
            ignored: &settings.copied_files,
            access: Some(&access),
            checkpoints: &self.data.checkpoints(&agent.id),
        };
        let (based, too_large) = checkout::copy(request, &|progress| told.progress(0, progress)).await?;
        let left_out = match too_large.as_slice() {
            [] => None,
            files => Some(format!("Too large to go along: {}", files.join(", "))),
        };
        told.completed(0, left_out.as_deref().or(based.branch.as_deref()));
        let url = checkout::origin_of(original).await;
        Ok(vec![CheckedOut { path: String::new(), url, based, pushed: None, applied: None }])
    }
}

/// A name of its own beside the others.
fn directory_for(url: &RepositoryUrl, others: &[CheckedOut]) -> String {
    let taken = |name: &str| others.iter().any(|other| other.path.eq_ignore_ascii_case(name));
    let (name, mut number) = (url.name(), 1);
    let mut unique = name.clone();
    while taken(&unique) {
        number += 1;
        unique = format!("{name}-{number}");
    }
    unique
}

/// The tool call in which a run tells how far its workspace is.
struct Told {
    items: Mutex<(Vec<Preparation>, Option<Instant>)>,
    tell: mpsc::Sender<Event>,
}

impl Told {
    fn new(names: Vec<String>, tell: mpsc::Sender<Event>) -> Self {
        let pending = |name| Preparation { name, status: PreparationStatus::Pending, percent: None, detail: None };
        Self { items: Mutex::new((names.into_iter().map(pending).collect(), None)), tell }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Vec<Preparation>, Option<Instant>)> {
        self.items.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// May be left out, when there is much of it.
    fn progress(&self, number: usize, progress: Progress) {
        let mut state = self.lock();
        let (items, last) = &mut *state;
        let Some(item) = items.get_mut(number) else { return };
        let is_new = item.detail.as_deref() != Some(progress.phase.as_str());
        (item.status, item.percent, item.detail) = (PreparationStatus::Running, progress.percent, Some(progress.phase));
        if is_new || last.is_none_or(|last| last.elapsed() >= TELL_EVERY) {
            *last = Some(Instant::now());
            let _ = self.tell.try_send(call(items.clone(), ToolStatus::Running, Outcome::Running));
        }
    }

    fn completed(&self, number: usize, detail: Option<&str>) {
        let mut state = self.lock();
        if let Some(item) = state.0.get_mut(number) {
            (item.status, item.percent, item.detail) = (PreparationStatus::Completed, None, detail.map(str::to_owned));
        }
        let _ = self.tell.try_send(call(state.0.clone(), ToolStatus::Running, Outcome::Running));
    }

    async fn done(&self) {
        let items = self.lock().0.clone();
        let _ = self.tell.send(call(items, ToolStatus::Completed, Outcome::Success)).await;
    }

    /// As it stands; `failed`: in these words.
    async fn now(&self, failed: Option<&str>) {
        let mut items = self.lock().0.clone();
        let event = match failed {
            None => call(items, ToolStatus::Running, Outcome::Running),
            Some(words) => {
                if let Some(item) = items.iter_mut().find(|item| item.status != PreparationStatus::Completed) {
                    (item.status, item.percent, item.detail) = (PreparationStatus::Failed, None, Some(words.to_owned()));
                }
                call(items, ToolStatus::Completed, Outcome::Error { message: words.to_owned() })
            }
        };
        let _ = self.tell.send(event).await;
    }
}

fn call(items: Vec<Preparation>, status: ToolStatus, outcome: Outcome) -> Event {
    Event::ToolCall(Box::new(ToolCall {
        call_id: "workspace".to_owned(),
        name: "prepare_workspace".to_owned(),
        status,
        args: None,
        result: None,
        truncated: Default::default(),
        outcome,
        view: ToolView::Workspace { items },
    }))
}

fn run_error(error: &CheckoutError) -> RunError {
    if error.is_disk_full() {
        return RunError { code: "disk_full".to_owned(), message: error.to_string(), hint: None };
    }
    match error {
        CheckoutError::Remote(error) => RunError {
            code: match error.kind {
                RemoteErrorKind::Other => "clone_failed".to_owned(),
                _ => error.code().to_owned(),
            },
            message: error.message.clone(),
            hint: Some(error.hint.clone()),
        },
        other => RunError {
            code: "workspace_failed".to_owned(),
            message: other.to_string(),
            hint: Some("Mend that, then send the prompt again.".to_owned()),
        },
    }
}

fn refused(error: Error) -> RunnerError {
    if error.kind == Kind::DiskFull {
        return RunnerError::DiskFull;
    }
    let why = error.source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
    RunnerError::Refused(Box::new(RunError {
        code: "workspace_failed".to_owned(),
        message: format!("{}{why}", error.message),
        hint: Some("Mend that, then send the prompt again.".to_owned()),
    }))
}

fn shared_notice() -> domain::Notice {
    domain::Notice {
        code: "workspace_shared".to_owned(),
        message: "Another chat is working in this directory just now. What the two do may get into each other's way, and the changes shown here may hold the other's work."
            .to_owned(),
        detail: None,
    }
}

fn not_recorded(error: &Error) -> domain::Notice {
    let why = error.source.as_ref().map_or_else(|| error.message.clone(), |source| source.to_string());
    domain::Notice {
        code: "workspace_not_recorded".to_owned(),
        message: "The files could not be recorded before this run, so its changes cannot be shown or undone.".to_owned(),
        detail: Some(why),
    }
}
