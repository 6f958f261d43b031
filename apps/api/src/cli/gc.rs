use std::process::ExitCode;

use clap::Args;

use crate::{
    app::App,
    config::{Config, Options},
};

#[derive(Args)]
pub struct Gc {
    #[command(flatten)]
    options: Options,
}

impl Gc {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let config = Config::resolve(self.options)?;
        let data = crate::app::data_directory::DataDirectory::existing(&config.data_dir)?;
        let lock = data.lock().ok();
        let app = App::open(config, data, super::demo_argv()?).await?;
        let report = app.clean_up(lock.is_some()).await?;
        if lock.is_none() {
            super::print(
                "Idle chats' files and unused mirrors are left to the server that runs, which looks every ten minutes.",
            )?;
        }
        super::print(&format!("{}.", sentence(&report.to_string())))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}
