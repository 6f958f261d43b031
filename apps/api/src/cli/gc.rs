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
        let app = App::open(config, data, super::demo_argv()?).await?;
        let report = app.clean_up().await?;
        super::print(&format!("{}.", sentence(&report.to_string())))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}
