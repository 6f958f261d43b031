//! A user of this machine, other than the one who runs this program perhaps.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};

use crate::app::cursor::probe;

/// The user that a system service runs as.
pub struct Account {
    pub name: String,
    uid: u32,
    gid: u32,
    pub home: PathBuf,
}

impl Account {
    /// On whose behalf this was called.
    pub async fn of_caller() -> anyhow::Result<Self> {
        let named = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
        let name = named.filter(|user| !user.is_empty()).context("say as whom it is to run: --run-as USER")?;
        Self::of(&name).await
    }

    pub async fn of(name: &str) -> anyhow::Result<Self> {
        // It stands in a unit file as it is.
        let plain = name.chars().all(|char| char.is_ascii_alphanumeric() || "_.-".contains(char)) && !name.starts_with('-');
        if name.is_empty() || !plain {
            bail!("--run-as {name:?}: not the name of a user");
        }
        let found = probe::output(Path::new("getent"), &["passwd", name], &[], Duration::from_secs(10)).await;
        let line = found.ok().filter(|answer| answer.success).map(|answer| answer.stdout);
        let line = line.with_context(|| format!("there is no user {name} on this machine"))?;
        let fields: Vec<&str> = line.trim_end().split(':').collect();
        let (Some(uid), Some(gid), Some(home)) = (fields.get(2), fields.get(3), fields.get(5)) else {
            bail!("what the system says of the user {name} is not understood: {line}");
        };
        Ok(Self { name: name.to_owned(), uid: uid.parse()?, gid: gid.parse()?, home: PathBuf::from(home) })
    }

    /// Where their Cursor CLI is, in the places where it is usually.
    pub fn cli(&self) -> Option<PathBuf> {
        let places = [self.home.join(".local/bin"), "/usr/local/bin".into(), "/opt/homebrew/bin".into()];
        places.into_iter().find(|place| ["cursor-agent", "agent"].iter().any(|name| place.join(name).exists()))
    }

    /// Gives them a data directory that was just made, and the directories above it that were.
    pub fn own(&self, data_dir: &Path) -> anyhow::Result<()> {
        let give = |path: &Path| {
            std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
                .with_context(|| format!("cannot give {} to {}; run this with sudo", path.display(), self.name))
        };
        let own = rustix::process::geteuid().as_raw();
        if own == self.uid {
            return Ok(());
        }
        for path in data_dir.ancestors().skip(1).filter(|path| path.starts_with(&self.home) && *path != self.home) {
            if fs::metadata(path)?.uid() == own {
                give(path)?;
            }
        }
        give(data_dir)?;
        for entry in
            fs::read_dir(data_dir)?.flatten().filter(|entry| entry.metadata().is_ok_and(|metadata| metadata.uid() == own))
        {
            give(&entry.path())?;
        }
        Ok(())
    }
}
