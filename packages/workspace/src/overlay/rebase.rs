//! A rebase: each commit of the branch again, after the base. With a conflict nothing is changed.

use super::{Identity, Overlay, OverlayError, commit::Author, index::Index};

impl Overlay {
    /// The paths that conflict; none where it is done.
    pub(super) async fn rebase(
        &self,
        index: Index<'_>,
        branch: &str,
        head: &str,
        base: &str,
        identity: &Identity,
    ) -> Result<Vec<String>, OverlayError> {
        let range = format!("{base}..{head}");
        let merges = self.git("rev-list").args(["--merges", "--max-count=1", "--end-of-options", &range]).text().await?;
        if !merges.is_empty() {
            return Err(OverlayError::HasMerges);
        }
        let commits = self.git("rev-list").args(["--reverse", "--topo-order", "--end-of-options", &range]).text().await?;
        let mut onto = base.to_owned();
        for commit in commits.lines() {
            let merged = self.merge_trees(Some(&format!("{commit}^")), &onto, commit).await?;
            let conflicts = merged.conflicts();
            if !conflicts.is_empty() {
                return Ok(conflicts);
            }
            if self.tree_of(&onto).await? == merged.tree {
                // The base has it already.
                continue;
            }
            let format = "--format=%an%x00%ae%x00%ad%x00%B";
            let told = self.git("log").args(["-1", "--date=raw", format, "--end-of-options", commit]).text().await?;
            let mut told = told.splitn(4, '\0');
            let (name, email, date) = (told.next().unwrap_or_default(), told.next().unwrap_or_default(), told.next());
            let message = told.next().unwrap_or_default();
            let author = Author { name, email, date };
            onto = self.commit_tree(&merged.tree, std::slice::from_ref(&onto), message, author, identity).await?;
        }
        self.move_to(index, branch, head, &onto, "rebase", identity).await?;
        Ok(Vec::new())
    }
}
