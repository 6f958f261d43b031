use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{
    AgentRow, App,
    workspace::{Source, ports::ports, source::CheckedOut},
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
