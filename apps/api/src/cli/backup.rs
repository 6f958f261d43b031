use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use crate::{
    app::backup,
    config::{self, DataOptions},
};

#[derive(Args)]
pub struct Backup {
    /// Where it is written, such as selfhost.tar.gz; it must not exist
    file: PathBuf,
    #[command(flatten)]
    data: DataOptions,
}

#[derive(Args)]
pub struct Restore {
    /// What `cursor-selfhost backup` wrote
    file: PathBuf,
    #[command(flatten)]
    data: DataOptions,
}

impl Backup {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let data = super::existing_data(&self.data)?;
        let written = backup::write(&data, &self.file).await?;
        for path in &written.skipped {
            eprintln!("warning: {} may not be read by you and is not in it", path.display());
        }
        super::print(&format!(
            "{} holds everything of {} ({:.1} MB), with the key that opens its secrets: keep it as safe as that.\n\
             Directories of yours that chats work in are not in it.\n\
             cursor-selfhost restore {} --data-dir DIR  brings it back.",
            self.file.display(),
            data.root().display(),
            written.bytes as f64 / 1e6,
            self.file.display(),
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let (root, _) = config::data_dir(&self.data)?;
        let (file, target) = (self.file.clone(), root.clone());
        tokio::task::spawn_blocking(move || backup::restore(&file, &target)).await??;
        super::print(&format!("Restored to {}. Start it: cursor-selfhost serve --data-dir {}", root.display(), root.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
