//! `serve`: starts the server, says where it is, and ends in order.

use std::{
    io::{IsTerminal, Write},
    net::SocketAddr,
    process::{ExitCode, Stdio},
    time::Duration,
};

use anyhow::{Context, bail};
use clap::Args;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    app::{
        App, auth,
        data_directory::{DataDirectory, DataDirectoryError, Holder, Origin},
        port_owner,
    },
    background,
    config::{Config, Options, is_loopback},
};

/// The exit code when our own server has the data directory already.
const RUNS_ALREADY: u8 = 3;

/// Requests and streams get this long to end.
const CLOSE_LIMIT: Duration = Duration::from_secs(4);

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    options: Options,
    /// Do not open a browser
    #[arg(long)]
    no_open: bool,
}

impl Serve {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        runner::raise_open_files();
        let mut config = Config::resolve(self.options)?;
        let mut data = DataDirectory::open(&config.data_dir)?;
        let mut lock = match data.lock() {
            Ok(lock) => lock,
            Err(DataDirectoryError::InUse(path, holder)) => return runs_already(&data, &path, &holder).await,
            Err(error) => return Err(error.into()),
        };
        if !is_loopback(&config.listen) {
            check_reachable(&config, &data).await?;
        }
        let listener = TcpListener::bind(config.listen).await.map_err(|error| cannot_listen(config.listen, error))?;
        config.listen = listener.local_addr()?;
        let origin = data.origin(&lock)?;
        let app = App::open(config.clone(), data, super::demo_argv()?).await?;
        match &origin {
            Origin::Here => {}
            Origin::Moved(before) => app.relocate(before).await?,
            Origin::Copied(before) => {
                app.relocate(before).await?;
                app.leave_to_the_original(before).await?;
            }
        }
        app.data.remember_location()?;
        app.recover().await?;
        background::start(&app);
        let base = app.public_base();
        lock.tell(&Holder { pid: std::process::id(), url: Some(base.clone()) }).context("cannot write the lock file")?;
        let link = format!("{base}/sign-in?token={}", auth::create_link(&app.db).await?);
        match greet(&app, &link) {
            // Whoever wanted the link has it.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            other => other?,
        }
        if let Some(missing) = config.cursor_bin.as_ref().filter(|path| path.components().count() > 1 && !path.is_file()) {
            eprintln!(
                "warning: --cursor-bin {} is not there; runs will say so. `cursor-selfhost doctor` checks it.",
                missing.display()
            );
        }
        if !self.no_open {
            open_browser(&link);
        }
        let warm = app.clone();
        app.tasks.spawn(async move {
            tokio::select! {
                _ = warm.cursor_state() => {}
                () = warm.shutdown.cancelled() => {}
            }
        });

        let router = crate::http::router(app.clone());
        let server = tokio::spawn(crate::http::server::serve(listener, router, app.shutdown.clone()));
        ended().await?;
        eprintln!("Stopping …");
        app.shutdown.cancel();
        let live = tokio::time::timeout(CLOSE_LIMIT, async {
            let live = app.close().await;
            let _ = server.await;
            live
        });
        match live.await.unwrap_or_else(|_| app.runner.live_count()) {
            0 => {}
            live => eprintln!(
                "{live} {} on. The next start takes {} up; `cursor-selfhost stop --all{}` ends {}.",
                if live == 1 { "run goes" } else { "runs go" },
                if live == 1 { "it" } else { "them" },
                super::data_dir_option(&app.data),
                if live == 1 { "it" } else { "them" }
            ),
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn ended() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Who can be reached from other machines needs a password and a name.
async fn check_reachable(config: &Config, data: &DataDirectory) -> anyhow::Result<()> {
    let db = db::Db::open(&data.database()).await?;
    let has_password = auth::owner(&db).await?.password_hash.is_some();
    if has_password && config.public_url.is_some() {
        return Ok(());
    }
    let directory = data.root().display();
    bail!(
        "listening on {} lets other machines in, which needs an owner's password and the URL that browsers will use:\n  \
         cursor-selfhost passwd --data-dir {directory}\n  \
         cursor-selfhost serve --data-dir {directory} --listen {} --public-url https://NAME",
        config.listen,
        config.listen
    )
}

/// Says so, with a link into the server that runs.
async fn runs_already(data: &DataDirectory, path: &std::path::Path, holder: &Holder) -> anyhow::Result<ExitCode> {
    eprintln!("cursor-selfhost is running already{holder} with the data in {}.", path.display());
    match &holder.url {
        Some(url) => {
            let db = db::Db::open(&data.database()).await?;
            println!("{url}/sign-in?token={}", auth::create_link(&db).await?);
        }
        None => eprintln!("It is just starting; `cursor-selfhost link` will print a link into it."),
    }
    Ok(ExitCode::from(RUNS_ALREADY))
}

fn cannot_listen(listen: SocketAddr, error: std::io::Error) -> anyhow::Error {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            let whose = port_owner::describe(listen).unwrap_or_else(|| " by another program".to_owned());
            let other = SocketAddr::new(listen.ip(), listen.port().saturating_add(1));
            anyhow::anyhow!("{listen} is taken{whose}. End it, or listen elsewhere: cursor-selfhost serve --listen {other}")
        }
        std::io::ErrorKind::PermissionDenied => {
            anyhow::anyhow!("{listen} needs more rights than this user has. Choose a port above 1023 with --listen")
        }
        std::io::ErrorKind::AddrNotAvailable => {
            anyhow::anyhow!("{listen} is no address of this machine. Choose one with --listen")
        }
        _ => anyhow::Error::from(error).context(format!("cannot listen on {listen}")),
    }
}

fn greet(app: &App, link: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "Cursor Self-Host {} · data in {}", env!("CARGO_PKG_VERSION"), app.data.root().display())?;
    writeln!(out)?;
    writeln!(out, "  {link}")?;
    writeln!(out)?;
    writeln!(
        out,
        "Open it in a browser; it works once, within ten minutes. `cursor-selfhost link{}` prints another.",
        super::data_dir_option(&app.data)
    )?;
    if let Some(forward) = ssh_forward(app.config.listen) {
        writeln!(out, "Over SSH, forward the port first, on your own machine:  {forward}")?;
    }
    writeln!(out, "Ctrl-C stops the server; runs go on without it.")?;
    out.flush()
}

/// The line that makes the server's port one of the machine in front of the user.
fn ssh_forward(listen: SocketAddr) -> Option<String> {
    // client address, client port, server address, server port
    let connection = std::env::var("SSH_CONNECTION").ok()?;
    let mut fields = connection.split_ascii_whitespace().skip(2);
    let (server, port) = (fields.next()?, fields.next()?);
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
    let at = if user.is_empty() { String::new() } else { format!("{user}@") };
    let port = if port == "22" { String::new() } else { format!(" -p {port}") };
    Some(format!("ssh -N -L {0}:127.0.0.1:{0}{port} {at}{server}", listen.port()))
}

/// Only where a person sits in front of a desktop.
fn open_browser(link: &str) {
    let remote = std::env::var_os("SSH_CONNECTION").is_some();
    let desktop = cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if remote || !desktop || !std::io::stdout().is_terminal() {
        return;
    }
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    // Where there is no such program the link stands in the terminal.
    let _ =
        tokio::process::Command::new(opener).arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
