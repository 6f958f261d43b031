//! "Apply to my checkout": the changes of a copy, brought into the directory it is a copy of.

use std::path::PathBuf;

use workspace::{Git, GitError, diff::Options, git::Input};

use super::Source;
use crate::app::{App, Error, Kind, Result};

/// What came of it.
pub enum Applied {
    /// So many files were changed in the directory.
    Done { path: PathBuf, files: u64 },
    /// These are not as the changes expect them. Nothing was changed.
    Conflicts(Vec<String>),
}

impl App {
    /// Applies all of it or nothing.
    pub async fn apply(&self, user_id: i64, id: &str) -> Result<Applied> {
        let agent = self.get_agent(user_id, id).await?;
        let Some(path) = Source::of(&agent).copy_of else {
            let message =
                "This workspace is not a copy of a local repository. Push its branch, fetch from its gitUrl, or take its patch.";
            return Err(Error::new(Kind::Conflict, "not_a_repository", message));
        };
        let path = self.check_directory(&path.to_string_lossy())?;
        let _ours = self.write_there(&agent)?;
        let Some(_writing) = self.workspaces.places.write(&path) else {
            let message = format!("A run works in {} just now. Wait for its end or stop it, then try again.", path.display());
            return Err(Error::new(Kind::Conflict, "workspace_busy", message));
        };
        let now = self.point(&agent, "now").await?;
        // What was brought home before is there.
        let applied = self.checked_out(&agent).into_iter().find_map(|repository| repository.applied);
        let before = match applied {
            Some(applied) => applied,
            None => self.point(&agent, "base").await?.tree,
        };
        let ours = self.workspaces.recorder.checkpoints(&agent);
        let left_out = now.left_out_paths();
        let counted = Options { hunks: false, limit: 1, left_out: left_out.clone(), ..Options::default() };
        let files = ours.diff(&before, &now.tree, &counted).await?.total_files;
        let patch = ours.patch_leaving_out(&before, &now.tree, None, &left_out).await?;
        if patch.is_empty() {
            return Ok(Applied::Done { path, files: 0 });
        }
        // Its own configuration is not looked at: other agents may have worked there.
        let git = |check: bool| {
            let git = Git::new("apply").git_dir(ours.directory()).work_tree(&path).config("core.bare", "false");
            let git = git.args(["--whitespace=nowarn", "--binary"]);
            if check { git.arg("--check") } else { git }
        };
        match git(true).output_with(Input::Bytes(patch.clone())).await {
            Ok(_) => {}
            Err(GitError::Failed { words, .. }) => return Ok(Applied::Conflicts(conflicts(&words))),
            Err(error) => return Err(Error::internal("apply the changes", error)),
        }
        git(false).output_with(Input::Bytes(patch)).await.map_err(|error| Error::internal("apply the changes", error))?;
        self.change_repository(&agent.id, "", |repository| repository.applied = Some(now.tree)).await?;
        Ok(Applied::Done { path, files })
    }
}

/// The paths of which git says that they are not as expected.
fn conflicts(words: &str) -> Vec<String> {
    let mut paths: Vec<String> = words
        .lines()
        .filter_map(|line| line.strip_prefix("error: "))
        .filter_map(|line| match line.strip_prefix("patch failed: ") {
            Some(place) => place.rsplit_once(':').map(|(path, _)| path.to_owned()),
            None => line.rsplit_once(": ").map(|(path, _)| path.to_owned()),
        })
        .collect();
    paths.sort();
    paths.dedup();
    if paths.is_empty() { vec![words.to_owned()] } else { paths }
}

#[cfg(test)]
mod tests {
    #[test]
    fn git_tells_which_files_are_in_the_way() {
        let words = "error: patch failed: a b.txt:1\nerror: a b.txt: patch does not apply\nerror: new.txt: already exists in working directory\n";
        assert_eq!(super::conflicts(words), ["a b.txt", "new.txt"]);
    }
}
