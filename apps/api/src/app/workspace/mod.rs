//! Where agents work: from what was chosen to a directory, and what can be done with the work in it.

pub mod access;
pub mod apply;
pub mod branches;
mod checkpoints;
pub mod diff;
mod files;
mod give_up;
mod idle;
pub mod places;
pub mod ports;
pub mod prepare;
pub mod recorder;
pub mod serve;
pub mod settings;
pub mod source;

pub use source::{Source, WorkspaceChoice};

use std::{path::PathBuf, sync::Arc};

use workspace::mirror::Mirrors;

use super::data_directory::DataDirectory;

/// What workspaces need besides the database.
pub struct Workspaces {
    pub mirrors: Mirrors,
    pub places: Arc<places::Places>,
    pub recorder: Arc<recorder::Recorder>,
    giving_ports: tokio::sync::Mutex<()>,
    changing_settings: tokio::sync::Mutex<()>,
    changing_repositories: tokio::sync::Mutex<()>,
    /// How many archives may be made at once.
    archives: Arc<tokio::sync::Semaphore>,
}

impl Workspaces {
    pub fn new(data: &DataDirectory, recorder: Arc<recorder::Recorder>) -> Self {
        Self {
            mirrors: Mirrors::new(data.mirrors()),
            places: Arc::default(),
            recorder,
            giving_ports: tokio::sync::Mutex::default(),
            changing_settings: tokio::sync::Mutex::default(),
            changing_repositories: tokio::sync::Mutex::default(),
            archives: Arc::new(tokio::sync::Semaphore::new(8)),
        }
    }
}

/// HOME as the server was given it.
fn home() -> Option<PathBuf> {
    crate::config::home()
}
