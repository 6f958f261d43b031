//! Committing all that is in the files, without running what the repository would have run.

use std::{collections::HashMap, fs};

use super::{Identity, Overlay, OverlayError, index::Index, index::has_marks, read_small};
use crate::{Git, git::Input};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    pub branch: String,
    pub commit: String,
}

/// The marks of a merge that is not committed.
const MERGE_MARKS: [&str; 4] = ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "AUTO_MERGE"];

impl Overlay {
    /// Commits every file that is not ignored, on the branch that is checked out; it finishes a merge.
    pub async fn commit(&self, message: &str, identity: &Identity) -> Result<Committed, OverlayError> {
        let branch = self.branch().ok_or_else(|| OverlayError::NoBranch(self.work_tree.display().to_string()))?;
        let index = self.locked_index().await?;
        let changed = index.changed().await?;
        let marked: Vec<String> =
            index.unmerged().await?.into_iter().filter(|path| has_marks(&self.work_tree.join(path))).collect();
        if !marked.is_empty() {
            return Err(OverlayError::Unresolved(marked));
        }
        self.refuse_filters(&index, &changed).await?;
        // Not by `git add`, which would have a nested repository asked by a git of its own.
        let paths: Vec<u8> = changed
            .iter()
            .filter(|(_, path)| {
                !path.ends_with('/') && !self.work_tree.join(path).symlink_metadata().is_ok_and(|found| found.is_dir())
            })
            .flat_map(|(_, path)| path.bytes().chain([0]))
            .collect();
        index.git("update-index").args(["--add", "--remove", "-z", "--stdin"]).output_with(Input::Bytes(paths)).await?;
        let tree = index.git("write-tree").text().await?;
        let (head, merged) = (self.commit_of("HEAD").await, self.merge_head().await);
        if let (Some(_), None) = (&head, &merged)
            && self.tree_of("HEAD").await? == tree
        {
            return Err(OverlayError::NothingToCommit);
        }
        let parents: Vec<String> = head.iter().cloned().chain(merged).collect();
        let commit = self.commit_tree(&tree, &parents, message, Author::of(identity), identity).await?;
        self.move_branch(&branch, &commit, head.as_deref(), "commit", identity).await?;
        self.forget_merge();
        index.install().await?;
        Ok(Committed { branch, commit })
    }

    pub(super) async fn commit_tree(
        &self,
        tree: &str,
        parents: &[String],
        message: &str,
        author: Author<'_>,
        committer: &Identity,
    ) -> Result<String, OverlayError> {
        let mut git = author.apply(signed(self.git("commit-tree"), committer));
        for parent in parents {
            git = git.args(["-p", parent]);
        }
        let git = git.args(["-F", "-"]).arg(tree);
        let output = git.output_with(Input::Bytes(message.as_bytes().to_vec())).await?;
        Ok(String::from_utf8_lossy(&output).trim().to_owned())
    }

    /// Fails when somebody else has moved it.
    pub(super) async fn move_branch(
        &self,
        branch: &str,
        to: &str,
        from: Option<&str>,
        why: &str,
        identity: &Identity,
    ) -> Result<(), OverlayError> {
        let none = "0".repeat(to.len());
        let git = signed(self.git("update-ref"), identity).args(["-m", why]).arg(format!("refs/heads/{branch}"));
        git.arg(to).arg(from.unwrap_or(&none)).output().await?;
        Ok(())
    }

    pub(super) async fn merge_head(&self) -> Option<String> {
        let named = read_small(&self.theirs().join("MERGE_HEAD"), 100).ok().flatten()?;
        let named = String::from_utf8_lossy(&named).trim().to_owned();
        if crate::reference::is_commit(&named) { self.commit_of(&named).await } else { None }
    }

    pub(super) fn forget_merge(&self) {
        for name in MERGE_MARKS {
            let _ = fs::remove_file(self.theirs().join(name));
        }
    }

    /// A filter is a program that the repository names; without it the wrong content would be committed.
    async fn refuse_filters(&self, index: &Index<'_>, changed: &[(String, String)]) -> Result<(), OverlayError> {
        let present = changed.iter().filter(|(letters, _)| !letters.contains('D')).map(|(_, path)| path.as_str());
        let paths: Vec<u8> = present.flat_map(|path| path.bytes().chain([0])).collect();
        if paths.is_empty() {
            return Ok(());
        }
        let output = index.git("check-attr").args(["-z", "--stdin", "filter"]).output_with(Input::Bytes(paths)).await?;
        let text = String::from_utf8_lossy(&output);
        let fields: Vec<&str> = text.split('\0').collect();
        let filters: HashMap<&str, &str> = fields.chunks_exact(3).map(|entry| (entry[0], entry[2])).collect();
        match filters.into_iter().find(|(_, filter)| !matches!(*filter, "unspecified" | "unset" | "set")) {
            Some((path, filter)) => Err(OverlayError::Filtered { path: path.to_owned(), filter: filter.to_owned() }),
            None => Ok(()),
        }
    }
}

/// Who wrote a commit, and when if it is not now.
pub(super) struct Author<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub date: Option<&'a str>,
}

impl<'a> Author<'a> {
    pub fn of(identity: &'a Identity) -> Self {
        Self { name: &identity.name, email: &identity.email, date: None }
    }

    fn apply(&self, git: Git) -> Git {
        let git = git.env("GIT_AUTHOR_NAME", self.name).env("GIT_AUTHOR_EMAIL", self.email);
        match self.date {
            Some(date) => git.env("GIT_AUTHOR_DATE", date),
            None => git,
        }
    }
}

pub(super) fn signed(git: Git, identity: &Identity) -> Git {
    git.env("GIT_COMMITTER_NAME", &identity.name).env("GIT_COMMITTER_EMAIL", &identity.email)
}
