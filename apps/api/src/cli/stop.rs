use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use crate::config::DataOptions;

#[derive(Args)]
pub struct Stop {
    /// End every run of this data directory
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    data: DataOptions,
}

impl Stop {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        if !self.all {
            bail!("say which runs: cursor-selfhost stop --all");
        }
        let data = super::existing_data(&self.data)?;
        match runner::stop_all(&data.runs()).await?.len() {
            0 => println!("No run is live."),
            1 => println!("Ended 1 run."),
            count => println!("Ended {count} runs."),
        }
        Ok(ExitCode::SUCCESS)
    }
}
