//! What a remote has, asked with the credentials of whoever asks.

use std::time::Duration;

use super::{Access, RemoteError};
use crate::{Git, RepositoryUrl, reference::is_commit};

/// More are not told.
const MOST: usize = 2000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteRefs {
    pub default_branch: Option<String>,
    pub branches: Vec<String>,
    pub tags: Vec<String>,
    pub truncated: bool,
    pub empty: bool,
}

/// Where work is to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// `commit` is what it is at just now.
    Branch {
        name: String,
        commit: String,
    },
    Tag {
        name: String,
        commit: String,
    },
    Commit(String),
    /// The repository has nothing yet.
    Empty,
}

impl Wanted {
    pub fn commit(&self) -> Option<&str> {
        match self {
            Self::Branch { commit, .. } | Self::Tag { commit, .. } | Self::Commit(commit) => Some(commit),
            Self::Empty => None,
        }
    }
}

/// All of its branches and tags.
pub async fn list_refs(url: &RepositoryUrl, access: &Access) -> Result<RemoteRefs, RemoteError> {
    let found = ask(url, access, &[]).await?;
    let mut refs = RemoteRefs { default_branch: default_branch(&found), empty: found.is_empty(), ..RemoteRefs::default() };
    for (_, name) in &found {
        let list = match name.strip_prefix("refs/heads/").map(|name| (name, &mut refs.branches)) {
            Some(list) => Some(list),
            None => name.strip_prefix("refs/tags/").filter(|name| !name.ends_with("^{}")).map(|name| (name, &mut refs.tags)),
        };
        match list {
            Some((_, list)) if list.len() >= MOST => refs.truncated = true,
            Some((name, list)) => list.push(name.to_owned()),
            None => {}
        }
    }
    Ok(refs)
}

/// Finds what `reference` is there; the default branch unless it is given. It also tells whether who asks may read.
pub async fn look_up(url: &RepositoryUrl, reference: Option<&str>, access: &Access) -> Result<Wanted, RemoteError> {
    let named =
        reference.map(|name| name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/")).unwrap_or(name));
    let patterns: Vec<String> = match named {
        Some(name) if !is_commit(name) => {
            vec!["HEAD".to_owned(), format!("refs/heads/{name}"), format!("refs/tags/{name}"), format!("refs/tags/{name}^{{}}")]
        }
        _ => vec!["HEAD".to_owned()],
    };
    let found = ask(url, access, &patterns).await?;
    let at = |name: &str| found.iter().find(|(_, found)| found == name).map(|(commit, _)| commit.clone());
    let Some(name) = named else {
        return match (default_branch(&found), at("HEAD")) {
            (Some(name), Some(commit)) => Ok(Wanted::Branch { name, commit }),
            (None, Some(commit)) => Ok(Wanted::Commit(commit)),
            _ => any_branch(url, access).await,
        };
    };
    if is_commit(name) {
        return Ok(Wanted::Commit(name.to_ascii_lowercase()));
    }
    let is_tag = reference.is_some_and(|reference| reference.starts_with("refs/tags/"));
    if let Some(commit) = at(&format!("refs/heads/{name}")).filter(|_| !is_tag) {
        return Ok(Wanted::Branch { name: name.to_owned(), commit });
    }
    let tag = at(&format!("refs/tags/{name}^{{}}")).or_else(|| at(&format!("refs/tags/{name}")));
    if let Some(commit) = tag {
        return Ok(Wanted::Tag { name: name.to_owned(), commit });
    }
    // The beginning of a commit's name: known only once it is here.
    if name.len() >= 7 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Wanted::Commit(name.to_ascii_lowercase()));
    }
    Err(RemoteError::ref_not_found(url, name))
}

/// For a repository whose HEAD names a branch that it does not have.
async fn any_branch(url: &RepositoryUrl, access: &Access) -> Result<Wanted, RemoteError> {
    let found = ask(url, access, &["refs/heads/*".to_owned()]).await?;
    let branches: Vec<_> = found.iter().filter_map(|(commit, name)| Some((commit, name.strip_prefix("refs/heads/")?))).collect();
    let usual = branches.iter().find(|(_, name)| matches!(*name, "main" | "master")).or(branches.first());
    Ok(usual.map_or(Wanted::Empty, |(commit, name)| Wanted::Branch { name: (*name).to_owned(), commit: (*commit).clone() }))
}

/// `(commit, name)`; a symbolic one is `(its target, "@ its name")`.
async fn ask(url: &RepositoryUrl, access: &Access, patterns: &[String]) -> Result<Vec<(String, String)>, RemoteError> {
    let git = access.apply(Git::new("ls-remote")).args(["--symref", "--", url.for_git()]).args(patterns);
    let git = git
        .current_dir(std::path::Path::new("/"))
        .env("GIT_DIR", "/nonexistent")
        .timeout(Duration::from_secs(90))
        .most_output(16 << 20);
    let output = git.output().await.map_err(|error| RemoteError::new(&error, url, access))?;
    let text = String::from_utf8_lossy(&output);
    let lines = text.lines().filter_map(|line| line.split_once('\t'));
    Ok(lines
        .map(|(what, name)| match what.strip_prefix("ref: ") {
            Some(target) => (target.to_owned(), format!("@{name}")),
            None => (what.to_owned(), name.to_owned()),
        })
        .collect())
}

fn default_branch(found: &[(String, String)]) -> Option<String> {
    let head = found.iter().find(|(_, name)| name == "@HEAD").map(|(target, _)| target.as_str());
    head.and_then(|target| target.strip_prefix("refs/heads/")).map(str::to_owned)
}
