//! What a workspace is to be made from, as it was asked for and as it is kept.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use workspace::{
    Protocol, RepositoryUrl, UrlCredential,
    checkout::{Based, Branch, is_owned_by_another},
    reference::{branch_for, is_reference},
    remote::UserGit,
};

use crate::app::{App, Error, Kind, Result, data_directory::DataDirectory};

/// As many as Cursor's API takes.
const MOST_REPOSITORIES: usize = 20;

/// What was asked for.
#[derive(Clone, Debug)]
pub enum WorkspaceChoice {
    Empty,
    /// A directory of the user's, in place.
    Local(String),
    /// A copy of a local repository.
    Copy {
        path: String,
        uncommitted: bool,
    },
    /// URLs with where to start in each.
    Git(Vec<(String, Option<String>)>),
}

/// On which branch.
#[derive(Clone, Debug, Default)]
pub struct BranchChoice {
    pub name: Option<String>,
    pub current: bool,
}

/// What a workspace is made from, as the database has it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Source {
    pub repositories: Vec<SourceRepository>,
    /// The repository that it is a copy of.
    pub copy_of: Option<PathBuf>,
    pub uncommitted: bool,
    pub work_on_current_branch: bool,
    pub branch_name: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SourceRepository {
    pub url: String,
    pub starting_ref: Option<String>,
}

/// A repository that was checked out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CheckedOut {
    /// Relative to the workspace; empty for the workspace itself.
    pub path: String,
    pub url: Option<String>,
    #[serde(flatten)]
    pub based: Based,
    /// The commit that was pushed last.
    pub pushed: Option<String>,
    /// The files of a copy as they were when its changes were last brought home: a tree of its checkpoints.
    pub applied: Option<String>,
}

/// A choice that has been checked.
pub struct Chosen {
    /// As the database calls it.
    pub kind: &'static str,
    pub path: PathBuf,
    pub source: Source,
    pub credentials: Vec<(RepositoryUrl, UrlCredential)>,
}

impl Source {
    pub fn of(agent: &db::AgentRow) -> Self {
        agent.workspace_source.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// The branch to work on; a new one is named after the chat.
    pub fn branch(&self, agent_name: &str) -> Branch {
        match (&self.branch_name, self.work_on_current_branch) {
            (Some(name), _) => Branch::New(name.clone()),
            (None, true) => Branch::Current,
            (None, false) => Branch::New(branch_for(agent_name, rand::random())),
        }
    }
}

impl CheckedOut {
    pub fn all_of(agent: &db::AgentRow) -> Vec<Self> {
        agent.repositories.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }
}

impl App {
    /// Checks what can be checked at once; what only the remote knows is told by the run.
    pub(crate) async fn choose_workspace(
        &self,
        agent_id: &str,
        choice: &WorkspaceChoice,
        branch: BranchChoice,
    ) -> Result<Chosen> {
        let ours = DataDirectory::workspace(agent_id);
        if let Some(name) = &branch.name
            && !is_reference(name)
        {
            let message = "branchName is no name of a branch. Use letters, digits, '-', '_', '.' and '/', without spaces.";
            return Err(Error::new(Kind::Invalid, "invalid_branch_name", message));
        }
        let has_repository = matches!(choice, WorkspaceChoice::Copy { .. } | WorkspaceChoice::Git(_));
        if !has_repository && (branch.name.is_some() || branch.current) {
            return Err(Error::invalid(
                "branchName and workOnCurrentBranch are for repositories. Leave them out, or give repos.",
            ));
        }
        if branch.name.is_some() && branch.current {
            return Err(Error::invalid("Give either branchName or workOnCurrentBranch, not both."));
        }
        let source = Source { work_on_current_branch: branch.current, branch_name: branch.name, ..Source::default() };
        Ok(match choice {
            WorkspaceChoice::Empty => Chosen { kind: "empty", path: ours, source, credentials: Vec::new() },
            WorkspaceChoice::Local(path) => {
                let path = self.check_directory(path)?;
                Chosen { kind: "local", path, source, credentials: Vec::new() }
            }
            WorkspaceChoice::Copy { path, uncommitted } => {
                let original = self.check_original(path).await?;
                let source = Source { copy_of: Some(original), uncommitted: *uncommitted, ..source };
                Chosen { kind: "copy", path: ours, source, credentials: Vec::new() }
            }
            WorkspaceChoice::Git(repositories) => {
                let mut chosen = Chosen { kind: "git", path: ours, source, credentials: Vec::new() };
                for (url, starting_ref) in repositories {
                    let (url, credential) = self.check_repository(url)?;
                    let starting_ref = check_starting_ref(starting_ref.as_deref())?;
                    if let Some(credential) = credential {
                        chosen.credentials.push((url.clone(), credential));
                    }
                    chosen.source.repositories.push(SourceRepository { url: url.as_str().to_owned(), starting_ref });
                }
                if chosen.source.repositories.len() > MOST_REPOSITORIES {
                    return Err(Error::invalid(format!("repos has at most {MOST_REPOSITORIES} entries.")));
                }
                chosen
            }
        })
    }

    /// A URL that can be given to git, and what stood in it besides.
    pub fn check_repository(&self, url: &str) -> Result<(RepositoryUrl, Option<UrlCredential>)> {
        let invalid = |message: String| Error::new(Kind::Invalid, "invalid_repository", message);
        let (url, credential) = RepositoryUrl::parse(url).map_err(|error| invalid(error.0))?;
        if url.protocol == Protocol::File
            && let Some(path) = url.path()
        {
            let physical = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            if physical == Path::new("/") || self.data.forbids(&physical) {
                return Err(invalid(format!("{} is not a repository of yours. Give another.", path.display())));
            }
        }
        Ok((url, credential))
    }

    /// A repository of the user's on this machine, to be copied.
    async fn check_original(&self, path: &str) -> Result<PathBuf> {
        let invalid = |message: String| Error::new(Kind::Invalid, "invalid_directory", message);
        let original = self.check_directory(path)?;
        if !original.join(".git").exists() {
            return Err(invalid(format!("{path} is not a git repository, so it cannot be copied as one. Work in it in place.")));
        }
        if is_owned_by_another(&original, &UserGit::read(super::home().as_deref()).await) {
            let message = format!(
                "git calls {path} of dubious ownership, since it belongs to another user. If you trust it: \
                 git config --global --add safe.directory {}",
                original.display()
            );
            return Err(Error::new(Kind::Invalid, "invalid_directory", message));
        }
        Ok(original)
    }
}

fn check_starting_ref(text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if !is_reference(text) {
        let message = "startingRef is no name of a branch, tag or commit. Give one that the repository has, or leave it out.";
        return Err(Error::new(Kind::Invalid, "invalid_branch_name", message));
    }
    Ok(Some(text.to_owned()))
}
