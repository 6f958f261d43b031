//! The files of a workspace, as they are now.

use std::{
    io::{self, Write},
    time::Duration,
};

use db::AgentRow;
use tokio::io::AsyncRead;
use workspace::{Files, WorkspaceError};

use crate::app::{App, Error, Result};

/// A piece of an archive.
const READ_WITHIN: Duration = Duration::from_secs(120);

impl App {
    /// Looks at an agent's files where that keeps nobody waiting.
    pub async fn in_files<T: Send + 'static>(
        &self,
        user_id: i64,
        id: &str,
        look: impl FnOnce(&Files) -> std::result::Result<T, WorkspaceError> + Send + 'static,
    ) -> Result<T> {
        let agent = self.with_files(user_id, id).await?;
        let root = self.workspace(&agent);
        if agent.workspace_state == "pending" || !root.is_dir() {
            return Err(super::diff::not_ready("The workspace is made by the first run, which has not come to it yet."));
        }
        let looked = tokio::task::spawn_blocking(move || look(&Files::open(&root)?)).await;
        Ok(looked.map_err(|error| Error::internal("look at the files", error))??)
    }

    /// A `.tar.gz` of a directory, and a name for it. What goes wrong in its midst breaks it off.
    pub async fn archive(
        &self,
        user_id: i64,
        id: &str,
        path: &str,
        ignored: bool,
    ) -> Result<(String, impl AsyncRead + Send + use<>)> {
        let inside = path.to_owned();
        let agent = self.get_agent(user_id, id).await?;
        // Told before it begins, while there is somebody to tell.
        let found = self.in_files(user_id, id, move |files| files.look(&inside, 1, None)).await?;
        if !matches!(found, workspace::files::Found::Directory(_)) {
            return Err(WorkspaceError::InvalidPath(format!("{path} is a file. Get it with files/raw.")).into());
        }
        let root = self.workspace(&agent);
        let last = path.rsplit('/').find(|part| !part.is_empty()).map(str::to_owned);
        let name = last.unwrap_or_else(|| {
            root.file_name().map_or_else(|| "workspace".to_owned(), |name| name.to_string_lossy().into_owned())
        });
        let (reader, writer) = tokio::io::duplex(256 * 1024);
        let (inside, top) = (path.to_owned(), name.clone());
        let handle = tokio::runtime::Handle::current();
        // Each keeps a thread for as long as it is read.
        let permit = self.workspaces.archives.clone().acquire_owned().await;
        let permit = permit.map_err(|error| Error::internal("make the archive", error))?;
        self.tasks.spawn_blocking(move || {
            let _permit = permit;
            let to = Blocking { writer, handle };
            let archived = Files::open(&root).and_then(|files| files.archive(&inside, &top, ignored, to));
            if let Err(error) = archived {
                tracing::warn!(%error, "an archive was broken off");
            }
        });
        Ok((name, reader))
    }

    /// Bytes on the disk; `None` where there is nothing yet, or where it is a directory of the user's.
    pub async fn workspace_size(&self, agent: &AgentRow) -> Option<u64> {
        if agent.workspace_type == "local" {
            return None;
        }
        let root = self.workspace(agent);
        tokio::task::spawn_blocking(move || Files::open(&root).ok().map(|files| files.size())).await.ok().flatten()
    }
}

/// A writer for a thread that may wait; who reads slowly makes it wait.
struct Blocking {
    writer: tokio::io::DuplexStream,
    handle: tokio::runtime::Handle,
}

impl Write for Blocking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Who stops reading, and stays, is not waited for.
        let write = tokio::time::timeout(READ_WITHIN, tokio::io::AsyncWriteExt::write(&mut self.writer, bytes));
        self.handle.block_on(write).unwrap_or_else(|late| Err(io::Error::new(io::ErrorKind::TimedOut, late)))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
