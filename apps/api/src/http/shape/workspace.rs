use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{
    AgentRow, App,
    workspace::{Source, branches::RepositoryState, ports::ports, source::CheckedOut},
};

/// Where an agent works.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    /// `local`, `git` or `empty`.
    #[serde(rename = "type")]
    kind: &'static str,
    path: String,
    /// `pending` before its first run has made it, `ready`, or `given_up` to save space.
    state: String,
    /// The local repository that it is a copy of.
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_of: Option<String>,
    /// Its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    ports: Option<Ports>,
    /// Other agents with a live run in the same directory, or one above or below it.
    shared_with: Vec<String>,
    /// Fetch from it, and push to it where the workspace is ours, with a key as the password.
    git_url: String,
}

/// A workspace with what takes a look at the disk.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceDetails {
    #[serde(flatten)]
    workspace: Workspace,
    /// On the disk; what it borrows from a mirror is not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    size_bytes: Option<u64>,
    repositories: Vec<Repository>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WorkspaceRepository)]
pub struct Repository {
    /// Relative; `""` for the workspace itself.
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<Base>,
    /// Commits that the base does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead: Option<u64>,
    /// Commits that it has besides, when it was last looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<u64>,
    /// Changed files.
    uncommitted: u64,
    /// What is committed was pushed.
    pushed: bool,
    /// A merge is not finished.
    merging: bool,
    conflicts: Vec<String>,
    /// False for a directory of yours.
    writable: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RepositoryBase)]
pub struct Base {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Ports {
    first: u16,
    last: u16,
}

/// The branches that an agent works on.
#[derive(Serialize, ToSchema)]
#[schema(as = RunGit)]
pub struct Git {
    branches: Vec<Branch>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RunGitBranch)]
pub struct Branch {
    /// Without its scheme.
    repo_url: String,
    branch: String,
    /// Whether it was pushed from here.
    pushed: bool,
}

pub fn workspace(app: &App, row: &AgentRow) -> Workspace {
    let path = app.workspace(row);
    let kind = match row.workspace_type.as_str() {
        "git" => "git",
        "empty" => "empty",
        _ => "local",
    };
    Workspace {
        kind,
        shared_with: app.workspaces.places.shared_with(&row.id, &path),
        path: path.to_string_lossy().into_owned(),
        state: row.workspace_state.clone(),
        copy_of: Source::of(row).copy_of.map(|path| path.to_string_lossy().into_owned()),
        ports: ports(row).map(|(first, last)| Ports { first, last }),
        git_url: format!("{}/git/{}", app.public_base(), row.id),
    }
}

pub fn details(app: &App, row: &AgentRow, size_bytes: Option<u64>, repositories: Vec<RepositoryState>) -> WorkspaceDetails {
    WorkspaceDetails {
        workspace: workspace(app, row),
        size_bytes,
        repositories: repositories.into_iter().map(repository).collect(),
    }
}

fn repository(RepositoryState { repository, state, pushed, writable }: RepositoryState) -> Repository {
    let commit = repository.based.commit;
    Repository {
        path: repository.path,
        url: repository.url,
        branch: state.branch,
        head: state.head,
        base: repository.based.reference.map(|reference| Base { reference, commit }),
        ahead: state.ahead,
        behind: state.behind,
        uncommitted: state.uncommitted,
        pushed,
        merging: state.merging,
        conflicts: state.conflicts,
        writable,
    }
}

/// `None` while there are none to tell.
pub fn branches(row: &AgentRow) -> Option<Git> {
    let branches: Vec<Branch> = CheckedOut::all_of(row)
        .into_iter()
        .filter_map(|repository| {
            let url = repository.url.as_deref().and_then(|url| workspace::RepositoryUrl::parse(url).ok());
            let repo_url = url.map(|(url, _)| url.without_scheme()).unwrap_or_default();
            Some(Branch { repo_url, branch: repository.based.branch?, pushed: repository.pushed.is_some() })
        })
        .collect();
    (!branches.is_empty()).then_some(Git { branches })
}
