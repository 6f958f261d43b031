//! Finding the CLI: what was configured, else `cursor-agent` and `agent` on PATH and in the usual
//! directories. `agent` is a common name, so a hit counts only if its `--version` is the CLI's.

use std::{
    ffi::OsStr,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use agents::cursor::version;
use tokio::sync::Mutex;

use super::probe;

const NAMES: [&str; 2] = ["cursor-agent", "agent"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorProgram {
    /// Where it was found.
    pub path: PathBuf,
    /// Where that leads: the versioned file, which an update between two runs does not touch.
    pub resolved: PathBuf,
    pub version: Option<String>,
}

/// What a file said of itself, and when that file was last changed.
struct KnownVersion {
    path: PathBuf,
    changed: i64,
    version: Option<String>,
}

#[derive(Default)]
pub struct Finder {
    configured: Option<PathBuf>,
    /// Answers of `--version`, by file and its time of change.
    known: Mutex<Vec<KnownVersion>>,
}

impl Finder {
    pub fn new(configured: Option<PathBuf>) -> Self {
        Self { configured, known: Mutex::default() }
    }

    /// The CLI as it is now.
    pub async fn find(&self) -> Option<CursorProgram> {
        if let Some(configured) = &self.configured {
            let path = located(configured)?;
            let version = self.version(&path).await;
            return Some(CursorProgram { resolved: crate::config::physical(&path), path, version });
        }
        for path in candidates() {
            if let Some(version) = self.version(&path).await {
                return Some(CursorProgram { resolved: crate::config::physical(&path), path, version: Some(version) });
            }
        }
        None
    }

    /// The configured program, whether it is there or not: what a message names.
    pub fn configured(&self) -> Option<&Path> {
        self.configured.as_deref()
    }

    async fn version(&self, path: &Path) -> Option<String> {
        let resolved = crate::config::physical(path);
        let changed = std::fs::metadata(&resolved).ok()?.mtime();
        let mut known = self.known.lock().await;
        if let Some(known) = known.iter().find(|known| known.path == resolved && known.changed == changed) {
            return known.version.clone();
        }
        let answer = probe::output(&resolved, &["--version"], &[], Duration::from_secs(10)).await;
        let version = answer.ok().map(|output| output.stdout.trim().to_owned()).filter(|text| version::is_version(text));
        known.retain(|known| known.path != resolved);
        known.push(KnownVersion { path: resolved, changed, version: version.clone() });
        version
    }
}

/// `program` itself, or where PATH has it if it is a bare name.
fn located(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        let path = std::path::absolute(program).ok()?;
        return is_program(&path).then_some(path);
    }
    search_path().map(|directory| directory.join(program)).find(|path| is_program(path))
}

fn candidates() -> Vec<PathBuf> {
    let usual = [
        crate::config::home().map(|home| home.join(".local/bin")),
        Some("/usr/local/bin".into()),
        Some("/opt/homebrew/bin".into()),
    ];
    let directories: Vec<PathBuf> = search_path().chain(usual.into_iter().flatten()).collect();
    let mut found: Vec<PathBuf> = Vec::new();
    for name in NAMES {
        for path in directories.iter().map(|directory| directory.join(name)).filter(|path| is_program(path)) {
            if !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

fn search_path() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = std::env::split_paths(OsStr::new(&path)).filter(|path| path.is_absolute()).collect();
    directories.into_iter()
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o111 != 0)
}
