//! A merge of two commits. With conflicts it is left as git itself leaves one: both sides in the files, all three in the
//! index, and the marks beside it, so that whoever goes on finds what they know.

use std::fs;

use super::{Identity, Overlay, OverlayError, commit::Author, index::Index};
use crate::git::Input;

/// What comes of merging two trees.
pub(super) struct Merged {
    /// With both sides where they conflict.
    pub tree: String,
    /// `mode object stage<TAB>path` of what conflicts.
    stages: Vec<Vec<u8>>,
}

impl Merged {
    pub fn conflicts(&self) -> Vec<String> {
        let path = |entry: &Vec<u8>| {
            entry.splitn(2, |byte| *byte == b'\t').nth(1).map(|path| String::from_utf8_lossy(path).into_owned())
        };
        let mut paths: Vec<String> = self.stages.iter().filter_map(path).collect();
        paths.dedup();
        paths
    }
}

impl Overlay {
    /// Merges `theirs` into `ours`; in objects only. `base`: instead of the one they have in common.
    pub(super) async fn merge_trees(&self, base: Option<&str>, ours: &str, theirs: &str) -> Result<Merged, OverlayError> {
        let mut git = self.git("merge-tree").args(["--write-tree", "-z", "--no-messages"]);
        if let Some(base) = base {
            git = git.arg(format!("--merge-base={base}"));
        }
        let output = git.args([ours, theirs]).any_output(Input::Nothing, |_| ()).await?;
        if output.status.code() == Some(129) {
            return Err(std::io::Error::other("git 2.40 or newer is needed to update a branch").into());
        }
        if !matches!(output.status.code(), Some(0 | 1)) {
            let command = "merge-tree".to_owned();
            return Err(crate::GitError::Failed { command, code: output.status.code(), words: output.words }.into());
        }
        let mut fields = output.stdout.split(|byte| *byte == 0);
        let tree = String::from_utf8_lossy(fields.next().unwrap_or_default()).trim().to_owned();
        let stages = fields.filter(|field| !field.is_empty()).map(<[u8]>::to_vec).collect();
        Ok(Merged { tree, stages })
    }

    /// The paths that conflict; none where it is done.
    pub(super) async fn merge(
        &self,
        index: Index<'_>,
        branch: &str,
        head: &str,
        base: &str,
        name: &str,
        identity: &Identity,
    ) -> Result<Vec<String>, OverlayError> {
        let merged = self.merge_trees(None, head, base).await?;
        let message = format!("Merge {name} into {branch}\n");
        let conflicts = merged.conflicts();
        if conflicts.is_empty() {
            let parents = [head.to_owned(), base.to_owned()];
            let commit = self.commit_tree(&merged.tree, &parents, &message, Author::of(identity), identity).await?;
            self.move_to(index, branch, head, &commit, &format!("merge {name}"), identity).await?;
            return Ok(conflicts);
        }
        index.refresh().await;
        index.git("read-tree").args(["-m", "-u", head, &merged.tree]).output().await?;
        let mut entries = Vec::new();
        let none = "0".repeat(head.len());
        for path in &conflicts {
            entries.extend_from_slice(format!("0 {none}\t{path}\0").as_bytes());
        }
        for stage in &merged.stages {
            entries.extend_from_slice(stage);
            entries.push(0);
        }
        index.git("update-index").args(["-z", "--index-info"]).output_with(Input::Bytes(entries)).await?;
        // Marked before the index says so: what stops half-way can be aborted.
        for (mark, text) in [("MERGE_HEAD", format!("{base}\n")), ("MERGE_MODE", String::new()), ("MERGE_MSG", message)] {
            let path = self.theirs().join(mark);
            let _ = fs::remove_file(&path);
            fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(path)
                .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))?;
        }
        index.install().await?;
        Ok(conflicts)
    }
}
