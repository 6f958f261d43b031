//! One at a time in a private repository, of all in this process and of other processes. Who waits for a turn keeps
//! no thread busy, and who does not wait any more is gone.

use std::{
    collections::HashMap,
    fs::{File, TryLockError},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tokio::sync::OwnedMutexGuard;

use super::{blocking, repository::Repository};
use crate::WorkspaceError;

type Queue = tokio::sync::Mutex<()>;

static QUEUES: Mutex<Option<HashMap<PathBuf, Weak<Queue>>>> = Mutex::new(None);

/// Held for as long as somebody works, also when nobody waits for what comes of it.
pub struct Turn {
    _file: File,
    _here: OwnedMutexGuard<()>,
}

impl Turn {
    /// The repository is there then.
    pub async fn at(repository: &Repository) -> Result<Self, WorkspaceError> {
        let here = queue(repository).lock_owned().await;
        let repository = repository.clone();
        let (file, here) = blocking(move || {
            repository.create()?;
            let file = File::create(repository.directory.join("lock")).map_err(WorkspaceError::io("lock the checkpoints"))?;
            Ok((file, here))
        })
        .await?;
        let mut pause = Duration::from_millis(2);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file, _here: here }),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(pause).await,
                Err(TryLockError::Error(error)) => return Err(WorkspaceError::io("lock the checkpoints")(error)),
            }
            pause = (pause * 2).min(Duration::from_millis(200));
        }
    }
}

fn queue(repository: &Repository) -> Arc<Queue> {
    let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
    let queues = queues.get_or_insert_default();
    if let Some(queue) = queues.get(&repository.directory).and_then(Weak::upgrade) {
        return queue;
    }
    queues.retain(|_, queue| queue.strong_count() > 0);
    let queue = Arc::new(Queue::default());
    queues.insert(repository.directory.clone(), Arc::downgrade(&queue));
    queue
}
