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
        let (data, _) = super::open_data(&self.data)?;
        let Some(url) = data.holder().and_then(|holder| holder.url) else {
            bail!("no server runs with the data in {}. Start one: cursor-selfhost serve", data.root().display());
        };
        let db = db::Db::open(&data.database()).await?;
        println!("{url}/sign-in?token={}", auth::create_link(&db).await?);
        Ok(ExitCode::SUCCESS)
    }
}
