//! Getting the work out: commits, pushes, and updates from the base.

use std::path::PathBuf;

use db::{AgentChange, AgentRow, query::agents};
use workspace::{
    GitError, RepositoryUrl,
    overlay::{Committed, Identity, Method, Overlay, OverlayError, Pushed, State, Updated},
};

use super::{
    access::remote_error,
    recorder::CheckpointKind,
    settings::Identity as Signature,
    source::{CheckedOut, Source, SourceRepository},
};
use crate::app::{App, Error, Kind, Result};

/// A repository in a workspace, and how it stands.
pub struct RepositoryState {
    pub repository: CheckedOut,
    pub state: State,
    pub pushed: bool,
    /// False for a directory of the user's.
    pub writable: bool,
}

impl App {
    /// How the repositories of a workspace stand; none where there is no git.
    pub async fn repositories(&self, agent: &AgentRow) -> Result<Vec<RepositoryState>> {
        let mut states = Vec::new();
        let is_there = agent.workspace_state == "ready";
        for repository in self.checked_out(agent) {
            if !is_there {
                // The files are not there to be compared with what is committed; nothing of it has changed.
                let state = State { branch: repository.based.branch.clone(), ..State::default() };
                states.push(RepositoryState { pushed: repository.pushed.is_some(), state, writable: true, repository });
                continue;
            }
            let overlay = match self.overlay(agent, &repository.path).await {
                Ok(overlay) => overlay,
                // What an agent did to it is not ours to complain about here.
                Err(OverlayError::NotARepository(_)) => continue,
                Err(error) => return Err(overlay_error(error)),
            };
            let based = &repository.based;
            let state = overlay.state(based.commit.as_deref(), based.reference.as_deref()).await.map_err(overlay_error)?;
            let pushed = repository.pushed.is_some() && repository.pushed == state.head;
            states.push(RepositoryState { pushed, state, writable: agent.workspace_type != "local", repository });
        }
        Ok(states)
    }

    /// Commits what is not committed, in all repositories or in the one at `path`.
    pub async fn commit(
        &self,
        user_id: i64,
        id: &str,
        message: Option<String>,
        path: Option<&str>,
    ) -> Result<Vec<(String, Committed)>> {
        let agent = self.ours(user_id, id).await?;
        let _writing = self.write_there(&agent)?;
        let identity = self.identity().await?;
        let message = message.filter(|message| !message.trim().is_empty()).unwrap_or_else(|| agent.name.clone());
        if message.len() > 100_000 || message.contains('\0') {
            return Err(Error::invalid("message is longer than 100,000 bytes, or has a NUL in it."));
        }
        let mut committed = Vec::new();
        for repository in self.chosen(&agent, path)? {
            let overlay = self.overlay(&agent, &repository.path).await.map_err(overlay_error)?;
            match overlay.commit(&format!("{}\n", message.trim()), &identity).await {
                Ok(commit) => committed.push((repository.path, commit)),
                Err(OverlayError::NothingToCommit) => {}
                Err(error) => return Err(overlay_error(error)),
            }
        }
        if committed.is_empty() {
            return Err(overlay_error(OverlayError::NothingToCommit));
        }
        self.announce_agent(&agent.id).await?;
        Ok(committed)
    }

    /// Pushes the branches to where their repositories came from.
    pub async fn push(&self, user_id: i64, id: &str, path: Option<&str>) -> Result<Vec<(CheckedOut, Pushed)>> {
        let agent = self.ours(user_id, id).await?;
        let _writing = self.write_there(&agent)?;
        let access = self.git_access(user_id).await?;
        let mut pushed = Vec::new();
        for repository in self.chosen(&agent, path)? {
            let overlay = self.overlay(&agent, &repository.path).await.map_err(overlay_error)?;
            let url = repository.url.as_deref().and_then(|url| RepositoryUrl::parse(url).ok());
            let Some((url, _)) = url else {
                let message =
                    "This repository has no remote to push to. Fetch from its gitUrl, or apply the changes to your checkout.";
                return Err(Error::new(Kind::Conflict, "not_a_repository", message));
            };
            let done = overlay.push(&url, &access).await.map_err(overlay_error)?;
            self.change_repository(&agent.id, &repository.path, |known| known.pushed = Some(done.commit.clone())).await?;
            pushed.push((repository, done));
        }
        Ok(pushed)
    }

    /// Brings in what the base has besides.
    pub async fn update(&self, user_id: i64, id: &str, method: Method, path: Option<&str>) -> Result<Vec<(String, Updated)>> {
        let agent = self.ours(user_id, id).await?;
        let _writing = self.write_there(&agent)?;
        let identity = self.identity().await?;
        let chosen = self.chosen(&agent, path)?;
        self.workspaces.recorder.keep(&agent, CheckpointKind::BeforeUpdate, None).await?;
        let mut all = Vec::new();
        for repository in chosen {
            let overlay = self.overlay(&agent, &repository.path).await.map_err(overlay_error)?;
            let (base, name) = self.fetch_base(&agent, &repository, &overlay).await?;
            let updated = overlay.update(&base, &name, method, &identity).await.map_err(overlay_error)?;
            let moved = match &updated {
                Updated::Updated { .. } => true,
                Updated::Conflicts { .. } => method == Method::Merge,
                Updated::UpToDate => false,
            };
            // What has come in is in; only what it is compared with may lag behind.
            if moved && let Err(error) = self.move_base(&agent, &repository, &overlay, &base).await {
                tracing::warn!(agent = %agent.id, %error, source = ?error.source, "the base of a chat was not moved along");
            }
            all.push((repository.path, updated));
        }
        self.announce_agent(&agent.id).await?;
        Ok(all)
    }

    /// Ends an unfinished merge.
    pub async fn abort_update(&self, user_id: i64, id: &str, path: Option<&str>) -> Result<()> {
        let agent = self.ours(user_id, id).await?;
        let _writing = self.write_there(&agent)?;
        self.workspaces.recorder.keep(&agent, CheckpointKind::BeforeUpdate, None).await?;
        for repository in self.chosen(&agent, path)? {
            self.overlay(&agent, &repository.path).await.map_err(overlay_error)?.abort().await.map_err(overlay_error)?;
        }
        self.announce_agent(&agent.id).await
    }

    /// The repositories of a workspace, whether they can be worked with or not.
    pub(super) fn checked_out(&self, agent: &AgentRow) -> Vec<CheckedOut> {
        let known = CheckedOut::all_of(agent);
        if known.is_empty() && agent.workspace_state != "pending" { vec![CheckedOut::default()] } else { known }
    }

    /// The git side of the repository at `path` in a workspace.
    pub(super) async fn overlay(&self, agent: &AgentRow, path: &str) -> std::result::Result<Overlay, OverlayError> {
        let workspace = self.workspace(agent);
        // Joined with nothing it would end with a slash.
        let repository = if path.is_empty() { workspace } else { workspace.join(path) };
        Overlay::open(&self.git_dir(agent, path), &repository).await
    }

    /// Ours, for the repository at `path`.
    pub(super) fn git_dir(&self, agent: &AgentRow, path: &str) -> PathBuf {
        let name = if path.is_empty() { "workspace" } else { path };
        self.data.root().join("git").join(&agent.id).join(format!("{name}.git"))
    }

    fn chosen(&self, agent: &AgentRow, path: Option<&str>) -> Result<Vec<CheckedOut>> {
        let mut all = self.checked_out(agent);
        if let Some(path) = path {
            all.retain(|repository| repository.path == path);
            if all.is_empty() {
                return Err(Error::new(
                    Kind::NotFound,
                    "file_not_found",
                    format!("There is no repository at {path:?} in this workspace."),
                ));
            }
        }
        Ok(all)
    }

    /// An agent whose repositories are ours to change, with its files there.
    pub(super) async fn ours(&self, user_id: i64, id: &str) -> Result<AgentRow> {
        let agent = self.with_files(user_id, id).await?;
        if agent.workspace_type == "local" {
            let message = "This is a directory of yours, and its repository is left to you: commit, push and update there yourself, or ask the agent to.";
            return Err(Error::new(Kind::Conflict, "your_own_directory", message));
        }
        match agent.workspace_state.as_str() {
            "pending" => Err(super::diff::not_ready("The workspace is made by the first run, which has not come to it yet.")),
            // Somebody else brings the files back just now.
            "given_up" => Err(super::checkpoints::busy()),
            _ => Ok(agent),
        }
    }

    async fn identity(&self) -> Result<Identity> {
        let settings = self.workspace_settings().await?;
        let user_git = workspace::remote::UserGit::read(super::home().as_deref()).await;
        let Some(Signature { name, email }) = settings.identity(&user_git) else {
            let message = "It is not known who commits. Set a name and an address in Settings, Git, or with git config --global user.name and user.email.";
            return Err(Error::new(Kind::Conflict, "no_git_identity", message));
        };
        Ok(Identity { name, email })
    }

    /// The base as it is now: its commit, which is there then, and what it is called.
    async fn fetch_base(&self, agent: &AgentRow, repository: &CheckedOut, overlay: &Overlay) -> Result<(String, String)> {
        let source = Source::of(agent);
        let reference = repository.based.reference.clone().ok_or_else(|| overlay_error(OverlayError::NoBase))?;
        if let Some(original) = &source.copy_of {
            let commit = overlay.fetch_local(original, &reference).await.map_err(overlay_error)?;
            return Ok((commit, reference));
        }
        let asked = source.repositories.iter().find(|asked| Some(&asked.url) == repository.url.as_ref());
        let Some(SourceRepository { url, .. }) = asked else { return Err(overlay_error(OverlayError::NoBase)) };
        let (url, _) = self.check_repository(url)?;
        let access = self.git_access(agent.user_id).await?;
        let owner = agent.user_id.to_string();
        let brought =
            self.workspaces.mirrors.bring(&owner, &url, Some(&reference), &access, &|_| ()).await.map_err(remote_error)?;
        let commit = brought.wanted.commit().map(str::to_owned).ok_or_else(|| overlay_error(OverlayError::NoBase))?;
        overlay.note_base(&reference, &commit).await.map_err(overlay_error)?;
        Ok((commit, reference))
    }

    /// The whole chat is compared with the new base from now on: what came in is not its work.
    async fn move_base(&self, agent: &AgentRow, repository: &CheckedOut, overlay: &Overlay, base: &str) -> Result<()> {
        let before = repository.based.commit.clone();
        self.change_repository(&agent.id, &repository.path, |known| known.based.commit = Some(base.to_owned())).await?;
        // As it is by now: another repository of it may have moved before this one.
        let Some(agent) = agents::find_any(&self.db, &agent.id).await? else { return Ok(()) };
        let (Some(base_tree), Some(before)) = (&agent.base_tree, before) else { return Ok(()) };
        let ours = self.workspaces.recorder.checkpoints(&agent);
        ours.borrow_from(&self.workspace(&agent).join(&repository.path).join(".git/objects"))?;
        let from = overlay.tree(&before).await.map_err(overlay_error)?;
        let to = overlay.tree(base).await.map_err(overlay_error)?;
        let prefix = Some(repository.path.as_str()).filter(|path| !path.is_empty());
        let carried = ours.carry(base_tree, &from, &to, prefix).await?;
        let change = AgentChange { base_tree: Some(Some(carried)), ..AgentChange::default() };
        Ok(agents::update(&self.db, agent.user_id, &agent.id, change).await?)
    }

    pub(super) async fn change_repository(&self, agent_id: &str, path: &str, change: impl FnOnce(&mut CheckedOut)) -> Result<()> {
        let _changing = self.workspaces.changing_repositories.lock().await;
        let Some(agent) = agents::find_any(&self.db, agent_id).await? else { return Ok(()) };
        let mut all = self.checked_out(&agent);
        if let Some(repository) = all.iter_mut().find(|repository| repository.path == path) {
            change(repository);
        }
        let json = serde_json::to_string(&all).map_err(|error| Error::internal("write the repositories", error))?;
        let change = AgentChange { repositories: Some(Some(json)), ..AgentChange::default() };
        Ok(agents::update(&self.db, agent.user_id, &agent.id, change).await?)
    }
}

pub(crate) fn overlay_error(error: OverlayError) -> Error {
    let message = error.to_string();
    let code = match error {
        OverlayError::NotARepository(_) | OverlayError::NoBase | OverlayError::NoBranch(_) => "not_a_repository",
        OverlayError::NothingToCommit => "nothing_to_commit",
        OverlayError::Uncommitted => "uncommitted_changes",
        OverlayError::Locked => "workspace_busy",
        OverlayError::Unresolved(_) => "unresolved_conflicts",
        OverlayError::Filtered { .. } => "filter_not_run",
        OverlayError::HasMerges => "branch_has_merges",
        OverlayError::Rejected(_) => "push_rejected",
        OverlayError::Remote(error) => return remote_error(error),
        OverlayError::Git(error) if error.is_disk_full() => return Error::disk_full(),
        OverlayError::Git(error @ GitError::Failed { .. }) => {
            return Error::new(Kind::BadGateway, "git_failed", error.to_string());
        }
        OverlayError::Git(error) => return Error::internal("run git", error),
        OverlayError::Io(error) => return Error::internal("work on the repository", error),
    };
    Error::new(Kind::Conflict, code, message)
}
