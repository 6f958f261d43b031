use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use crate::{app::auth, config::DataOptions};

#[derive(Args)]
pub struct Link {
    #[command(flatten)]
    data: DataOptions,
}

impl Link {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let data = super::existing_data(&self.data)?;
        let Some(url) = data.holder().and_then(|holder| holder.url) else {
            let option = super::data_dir_option(&data);
            bail!("no server runs with the data in {}. Start one: cursor-selfhost serve{option}", data.root().display());
        };
        let db = db::Db::open(&data.database()).await?;
        println!("{url}/sign-in?token={}", auth::create_link(&db).await?);
        Ok(ExitCode::SUCCESS)
    }
}
