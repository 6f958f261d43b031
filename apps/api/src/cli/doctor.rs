use std::process::ExitCode;

use clap::Args;

use crate::{
    app::{
        App,
        data_directory::DataDirectory,
        doctor::{CheckStatus, port_check},
    },
    config::{Config, Options},
};

#[derive(Args)]
pub struct Doctor {
    #[command(flatten)]
    options: Options,
}

impl Doctor {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let config = Config::resolve(self.options)?;
        let data = DataDirectory::open(&config.data_dir)?;
        let (listen, holder) = (config.listen, data.holder());
        let app = App::open(config, data, super::demo_argv()?).await?;
        let (mut checks, _) = app.doctor(true).await;
        checks.push(port_check(listen, holder.as_ref()));
        for check in &checks {
            let mark = match check.status {
                CheckStatus::Ok => "ok     ",
                CheckStatus::Warning => "warning",
                CheckStatus::Error => "ERROR  ",
                CheckStatus::Unknown => "unknown",
            };
            println!("{mark}  {:<10}  {}", check.title, check.message);
            if let Some(remedy) = &check.remedy {
                println!("{:21}{remedy}", "");
            }
            if let Some(command) = &check.command {
                println!("{:21}  {command}", "");
            }
        }
        let failed = checks.iter().any(|check| check.status == CheckStatus::Error);
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
