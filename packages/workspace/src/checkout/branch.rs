use serde::{Deserialize, Serialize};

/// What is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Branch {
    /// A new one of this name.
    New(String),
    /// The one that was asked for, or, where it is a tag or a commit, no branch.
    Current,
}

/// What a workspace began with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Based {
    /// `None`: no branch.
    pub branch: Option<String>,
    /// The branch, tag or commit it began at; `None` where there was nothing yet.
    pub reference: Option<String>,
    pub commit: Option<String>,
}
