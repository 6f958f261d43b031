//! A data directory that stands at another place than before: what names it by its path is moved along.
//! The CLI keys its chats by the path of their directory, and would otherwise begin them anew without a word.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use db::query::{agents, directories, queue, runs};
use domain::RunId;

use super::{App, Error, Kind, Result, cursor::home::CursorHome, queue::Pause};

impl App {
    /// Everything that was made when the data directory was `from`. The same again changes nothing.
    pub async fn relocate(&self, from: &Path) -> Result<()> {
        let root = self.data.root().to_owned();
        for (id, path) in agents::workspaces(&self.db).await? {
            // Of ours it is relative; of the user's it may lie in here too, as the sample project does.
            let before = from.join(&path);
            let Ok(inside) = before.strip_prefix(from) else { continue };
            let now = root.join(inside);
            if Path::new(&path).is_absolute() {
                agents::set_workspace(&self.db, &id, &now.to_string_lossy()).await?;
            }
            let home = CursorHome::at(&self.data.cursor(&id));
            let moving = tokio::task::spawn_blocking(move || home.relocate(&before, &now));
            moving
                .await
                .map_err(|error| Error::internal("move a chat", error))?
                .map_err(|error| Error::internal("move a chat to the data directory's new place", error))?;
        }
        let (from, root): (PathBuf, PathBuf) = (from.to_owned(), root);
        directories::relocate(&self.db, &from.to_string_lossy(), &root.to_string_lossy()).await?;
        let borrowing = tokio::task::spawn_blocking(move || relocate_borrowers(&from, &root)).await;
        borrowing
            .map_err(|error| Error::internal("move workspaces", error))?
            .map_err(|error| Error::internal("move workspaces to the data directory's new place", error))
    }

    /// What waits in a copy waits in the original too, and is to be done once: runs that have not begun end,
    /// and queues wait for a person.
    pub async fn leave_to_the_original(&self, original: &Path) -> Result<()> {
        let message = format!("This is a copy of the data in {}, where what waited may have run by now.", original.display());
        for run in runs::live(&self.db).await? {
            let Ok(id) = run.id.parse::<RunId>() else { continue };
            if !self.runner.was_launched(id) {
                self.end_unlaunched(id, false, &Error::new(Kind::Conflict, "copied", message.clone())).await;
            }
        }
        Ok(queue::pause_all(&self.db, Pause::new("copied", message).to_json()).await?)
    }
}

/// Workspaces and checkpoints name what they borrow objects from by its whole path.
fn relocate_borrowers(from: &Path, to: &Path) -> io::Result<()> {
    let inside = |directory: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()).collect()
    };
    let checkpoints = inside(&to.join("checkpoints"));
    let workspaces = inside(&to.join("workspaces"));
    // With several repositories each stands in a directory of its own.
    let repositories = workspaces.iter().flat_map(|workspace| inside(workspace)).chain(workspaces.iter().cloned());
    let git = repositories.map(|repository| repository.join(".git"));
    for repository in checkpoints.into_iter().chain(git) {
        let alternates = repository.join("objects/info/alternates");
        // An agent may have put anything there.
        if !fs::symlink_metadata(&alternates).is_ok_and(|found| found.is_file()) {
            continue;
        }
        let Ok(text) = fs::read_to_string(&alternates) else { continue };
        let moved = |line: &str| match Path::new(line).strip_prefix(from) {
            Ok(inside) => format!("{}\n", to.join(inside).display()),
            Err(_) => format!("{line}\n"),
        };
        let now: String = text.lines().map(moved).collect();
        if now != text {
            fs::write(&alternates, now)?;
        }
    }
    Ok(())
}
