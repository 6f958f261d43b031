use super::{Overlay, OverlayError};

/// How a repository stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    pub branch: Option<String>,
    pub head: Option<String>,
    /// Commits that the base does not have, and that the base has besides; `None` where no base is known.
    pub ahead: Option<u64>,
    pub behind: Option<u64>,
    /// Files that are not as they are committed.
    pub uncommitted: u64,
    /// A merge has begun and is not committed.
    pub merging: bool,
    pub conflicts: Vec<String>,
}

impl Overlay {
    /// `began`: the commit the work began at. `reference`: the branch it is compared with, as it was when it was last fetched.
    pub async fn state(&self, began: Option<&str>, reference: Option<&str>) -> Result<State, OverlayError> {
        let index = self.index().await?;
        let head = self.commit_of("HEAD").await;
        let mut state = State {
            branch: self.branch(),
            uncommitted: index.changed().await?.len() as u64,
            conflicts: index.unmerged().await?,
            merging: self.theirs().join("MERGE_HEAD").is_file(),
            ..State::default()
        };
        if head.is_some() {
            let theirs = match reference {
                Some(reference) => self.base(reference).await,
                None => None,
            };
            let theirs = match (theirs, began) {
                (Some(theirs), _) => Some(theirs),
                (None, Some(began)) => self.commit_of(began).await,
                (None, None) => None,
            };
            if let Some(theirs) = theirs {
                let git =
                    self.git("rev-list").args(["--left-right", "--count", "--end-of-options"]).arg(format!("HEAD...{theirs}"));
                // Not known where the history is cut off.
                let counts = git.text().await.unwrap_or_default();
                let mut counts = counts.split_whitespace().map(|count| count.parse().ok());
                (state.ahead, state.behind) = (counts.next().flatten(), counts.next().flatten());
            }
        }
        state.head = head;
        Ok(state)
    }

    /// Where a branch of the remote, or of the original of a copy, was last seen.
    pub(super) async fn base(&self, reference: &str) -> Option<String> {
        for remote in ["origin", "local"] {
            if let Some(commit) = self.commit_of(&format!("refs/remotes/{remote}/{reference}")).await {
                return Some(commit);
            }
        }
        None
    }
}
