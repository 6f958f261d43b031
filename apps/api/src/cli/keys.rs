use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use db::query::keys;

use crate::{
    app::{
        auth,
        clock::{now_ms, rfc3339},
        data_directory::DataDirectory,
    },
    config::DataOptions,
};

#[derive(Args)]
pub struct Keys {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a key; it is printed once, on the last line
    Create {
        /// What the key is for
        #[arg(long)]
        name: String,
        #[command(flatten)]
        data: DataOptions,
    },
    /// List keys; the keys themselves are nowhere kept
    List {
        #[command(flatten)]
        data: DataOptions,
    },
    /// Revoke the key with this id, or all keys of this name
    Revoke {
        #[arg(value_name = "ID|NAME")]
        key: String,
        #[command(flatten)]
        data: DataOptions,
    },
}

impl Keys {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let (Command::Create { data, .. } | Command::List { data } | Command::Revoke { data, .. }) = &self.command;
        // A key may be made before the first start; there is nothing to list or revoke then.
        let directory = match &self.command {
            Command::Create { .. } => DataDirectory::open(&crate::config::data_dir(data)?.0)?,
            _ => super::existing_data(data)?,
        };
        let db = db::Db::open(&directory.database()).await?;
        let owner = auth::owner(&db).await?;
        match self.command {
            Command::Create { name, .. } => {
                let key = auth::create_key(&db, &name).await?;
                println!("{key}");
            }
            Command::List { .. } => {
                let all = keys::list(&db, owner.id).await?;
                if all.is_empty() {
                    println!("There are no keys. Make one: cursor-selfhost keys create --name NAME");
                }
                for key in all {
                    let state = key.revoked_at.map(|at| format!("revoked {}", rfc3339(at))).unwrap_or_else(|| "valid".to_owned());
                    println!("{}  {}  {}  {state}", key.id, rfc3339(key.created_at), key.name);
                }
            }
            Command::Revoke { key, .. } => match keys::revoke(&db, owner.id, &key, now_ms()).await? {
                0 => bail!("there is no valid key {key}. `cursor-selfhost keys list` shows them"),
                count => println!("Revoked {count}."),
            },
        }
        Ok(ExitCode::SUCCESS)
    }
}
