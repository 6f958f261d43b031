use std::{
    io::{BufRead, IsTerminal, Write},
    os::fd::AsFd,
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Args;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::{
    app::{auth, data_directory::DataDirectory},
    config::DataOptions,
};

#[derive(Args)]
pub struct Passwd {
    #[command(flatten)]
    data: DataOptions,
}

impl Passwd {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let data = DataDirectory::open(&crate::config::data_dir(&self.data)?.0)?;
        let password = if std::io::stdin().is_terminal() {
            let first = ask("New password (at least 10 characters): ")?;
            if first != ask("Once more: ")? {
                bail!("the two are not the same. Nothing was changed; try again");
            }
            first
        } else {
            read_line()?
        };
        let db = db::Db::open(&data.database()).await?;
        auth::set_password(&db, &password).await?;
        println!("The password is set.");
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads a line that is not shown.
fn ask(question: &str) -> anyhow::Result<String> {
    let stdin = std::io::stdin();
    eprint!("{question}");
    std::io::stderr().flush()?;
    let shown = tcgetattr(stdin.as_fd()).context("cannot hide the password")?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(stdin.as_fd(), OptionalActions::Now, &hidden)?;
    let line = read_line();
    tcsetattr(stdin.as_fd(), OptionalActions::Now, &shown)?;
    eprintln!();
    line
}

fn read_line() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
